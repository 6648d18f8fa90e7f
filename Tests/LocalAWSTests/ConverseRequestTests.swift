import AWSClients
import AWSCore
import TestSupport
import Testing

@testable import LocalAWS

/// What boto3 refuses to send, or cannot: the request's body and headers by hand.
@Suite struct ConverseRequestTests {
    static let model = "meta.llama3-3-70b-instruct-v1:0"
    static let good =
        #"{"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]}],"system":[{"text":"s"},{"text":"t"}],"#
        + #""inferenceConfig":{"maxTokens":9,"temperature":0.5,"topP":1,"stopSequences":["x"]}}"#

    static func parse(_ body: String, model: String = model, streamed: Bool = false) throws -> ConverseRequest {
        try ConverseRequest(modelId: model, isStreamed: streamed, body: Array(body.utf8))
    }

    @Test func readsAll() throws {
        let request = try Self.parse(Self.good)
        #expect(request.system == "s\nt" && request.messages == [.init(role: .user, text: "a\nb")])
        #expect(request.maxTokens == 9 && request.stopSequences == ["x"])
    }

    @Test(arguments: [
        ("", "SerializationException", "body"), ("[]", "SerializationException", "body"),
        ("{", "SerializationException", "body"),
        ("{}", "ValidationException", "messages"), (#"{"message":[]}"#, "ValidationException", "[message]"),
        (#"{"messages":[{"role":"user"}]}"#, "ValidationException", "content"),
        (#"{"messages":[{"role":"system","content":[{"text":"a"}]}]}"#, "ValidationException", "role"),
        (
            #"{"messages":[{"role":"user","content":[{"text":"a","cachePoint":{}}]}]}"#, "ValidationException",
            "exactly one key"
        ),
        (#"{"messages":[{"role":"user","content":[{"image":{}}]}]}"#, "ValidationException", "image"),
        (
            #"{"messages":[{"role":"user","content":[{"text":1}]}]}"#, "SerializationException",
            "messages.0.content.0.text"
        ),
        (#"{"messages":[{"role":"user","content":[{"text":"a"}],"name":"x"}]}"#, "ValidationException", "[name]"),
    ])
    func refuses(_ body: String, _ type: String, _ part: String) {
        let failure = #expect(throws: BedrockFailure.self) { try Self.parse(body) }
        #expect(failure?.type == type && failure?.status == 400)
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        (#"{"temperature":1.5}"#, "less than or equal to 1"), (#"{"temperature":-1}"#, "greater than or equal to 0"),
        (#"{"topP":2}"#, "less than or equal to 1"), (#"{"maxTokens":0}"#, "greater than or equal to 1"),
        (#"{"maxTokens":1.5}"#, "an integer"), (#"{"temperature":"hot"}"#, "a number"),
        (#"{"stopSequences":[""]}"#, "not empty"), (#"{"max_tokens":1}"#, "[max_tokens]"), ("1", "an object"),
    ])
    func refusesInference(_ config: String, _ part: String) {
        let body = #"{"messages":[{"role":"user","content":[{"text":"a"}]}],"inferenceConfig":\#(config)}"#
        let failure = #expect(throws: BedrockFailure.self) { try Self.parse(body) }
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        (model, true), ("us.meta.llama3-3-70b-instruct-v1:0", true),
        ("arn:aws:bedrock:us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0", true),
        ("arn:aws:bedrock:us-east-2:111122223333:inference-profile/us.meta.llama3-3-70b-instruct-v1:0", true),
        ("arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:application-inference-profile/ab1", true),
        ("", false), ("a b", false), ("a/b", false), ("arn:aws:s3:::bucket/key", false),
        ("arn:aws:bedrock:us-east-2:1:inference-profile/x", false),
        ("arn:aws:bedrock:us-east-2:111122223333:foundation-model/x", false),
        (String(repeating: "m", count: 2049), false),
    ])
    func checksModelIds(_ id: String, _ isValid: Bool) {
        #expect(((try? Self.parse(Self.good, model: id)) != nil) == isValid)
    }

    @Test func survivesHostileInput() {
        var random = SeededGenerator(seed: 2023)
        let good = Array(Self.good.utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            guard let request = try? ConverseRequest(modelId: Self.model, isStreamed: true, body: bytes) else {
                continue
            }
            accepted += 1
            let reply = ConverseReply(request, answerer: OfflineAnswerer())
            #expect(reply.deltas.joined() == reply.text)
        }
        #expect(accepted > 0)
    }

    @Test(arguments: [
        ("POST", "/model/m.x/converse", "", 403, "MissingAuthenticationTokenException"),
        ("POST", "/model/m.x/converse", "AWS4-HMAC-SHA256 x", 403, "IncompleteSignatureException"),
        (
            "POST", "/model/m.x/converse",
            "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-2/bedrock-runtime/aws4_request, SignedHeaders=host, Signature=0",
            403, "InvalidSignatureException"
        ),
        ("GET", "/model/m.x/converse", "Bearer abc", 405, "UnknownOperationException"),
        ("POST", "/model/m.x/invoke-async", "Bearer abc", 404, "UnknownOperationException"),
        ("POST", "/model//converse", "Bearer abc", 400, "ValidationException"),
        ("POST", "/model/%zz/converse", "Bearer abc", 404, "UnknownOperationException"),
        ("POST", "/", "Bearer abc", 404, "UnknownOperationException"),
    ])
    func refusesOnTheWire(
        _ method: String,
        _ path: String,
        _ authorization: String,
        _ status: Int,
        _ type: String
    ) throws {
        let standIn = try BedrockStandIn.start()
        defer { standIn.stop() }
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers["Authorization"] = authorization.isEmpty ? nil : authorization
        let request = HTTPRequest(
            method: method,
            endpoint: standIn.endpoint,
            path: path,
            headers: headers,
            body: method == "GET" ? [] : Array(Self.good.utf8)
        )
        let response = try CurlTransport().send(request, timeout: .seconds(60))
        #expect(response.status == status)
        #expect(response.headers["x-amzn-ErrorType"]?.hasPrefix("\(type):") == true)
        #expect(response.headers["x-amzn-RequestId"]?.count == 36)
    }
}
