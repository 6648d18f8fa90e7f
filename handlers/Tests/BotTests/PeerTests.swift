import AWSCore
import BotContract
import Retrieval
import TestSupport
import Testing

@testable import Bot

/// Botocore judges what the handlers send, and we read what its service models can answer.
struct PeerTests {
    private static let oracle = "Tests/BotTests/peer_oracle.py"

    private func ask(_ questions: [JSONValue]) throws -> [JSONValue] {
        try TestSupport.Python.run(Self.oracle, lines: questions)
    }

    /// Every kind of call that the handlers make, once at least.
    private func calls() throws -> [HTTPRequest] {
        var requests: [HTTPRequest] = []
        func serve(_ bot: TestBot, _ body: (TestBot) throws -> Void) throws {
            try bot.connect()
            try body(bot)
            requests += bot.aws.requests
        }
        let event = JSONValue.object([
            "type": "REQUEST", "methodArn": "arn:aws:execute-api:us-east-2:111122223333:a1b2c3d4/dev/$connect",
            "queryStringParameters": .object(["token": "not.valid"]),
            "requestContext": TestBot.event("$connect", user: nil)["requestContext"] ?? .null,
        ])
        try serve(TestBot()) { bot in
            _ = try? bot.serve(.authorize, event)
            try bot.send(.hello, .hello(chatId: TestBot.connection))
            try bot.ask("How long? é漢🙂 \"quoted\" \\ \n")
            try bot.ask("How long? é漢🙂 \"quoted\" \\ \n")
            bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
            try bot.ask("And abroad?", id: "m2")
            try bot.send(.history, .history(before: nil))
            try bot.send(.feedback, .feedback(messageId: "m1", rating: .down, comment: "Short"))
            try bot.send(.handoff, .handoff)
            try bot.send(.fallback, .ping)
            try bot.serve(.disconnect, TestBot.event("$disconnect", type: "DISCONNECT"))
        }
        let hybrid = TestBot {
            $0.retrieval = .hybrid
            $0.embeddings = SectionVectors.quantised(
                [[1, 0], [0, 1]],
                model: EmbeddingModel.titanId,
                dimensions: 2
            )
            $0.guardrail = .init(blockedMessage: "No.", checksGrounding: true)
            $0.model.fallback = "example.unknown-v1"
        }
        hybrid.variables = [HandlerEnvironment.guardrailId: "gr1a2b3c4d5e", HandlerEnvironment.guardrailVersion: "3"]
        hybrid.aws.models[EmbeddingModel.titanId] = [.json(.object(["embedding": [0.1, 0.9]]))]
        hybrid.aws.models[TestBot.model] = [.error(400, "ValidationException")]
        hybrid.aws.models["example.unknown-v1"] = [Wire.converse("Within 30 days [returns-1].")]
        try serve(hybrid) { try $0.ask(String(repeating: "long ", count: 300)) }
        let tooled = TestBot { $0.tools = [.lambda("orderStatus")] }
        tooled.aws.function = { _ in .json(["state": "sent <|eot_id|>"]) }
        tooled.aws.models = [
            TestBot.model: [
                Wire.calls((name: "orderStatus", input: ["order": "A-1001"])), Wire.converse("It was sent."),
            ]
        ]
        try serve(tooled) { try $0.ask("Where is A-1001?") }
        return requests
    }

    @Test func botocoreWouldSendTheSame() throws {
        let requests = try calls()
        let answers = try ask(
            requests.map { request in
                .object([
                    "request": .object([
                        "service": .string(Self.service(request)), "method": .string(request.method),
                        "path": .string(Self.path(request)),
                        "body": .string(String(decoding: request.body, as: UTF8.self)),
                        "headers": .object(
                            Dictionary(request.headers.fields.map { ($0.name.lowercased(), .string($0.value)) }) { $1 }
                        ),
                    ])
                ])
            }
        )
        for (request, answer) in zip(requests, answers) {
            #expect(answer["differences"] == .array([]), "\(request.url): \(answer.encodedString())")
        }
        let made = Set(answers.compactMap { $0["operation"]?.stringValue })
        let expected: Set<String> = [
            "PutItem", "UpdateItem", "Query", "GetItem", "ConverseStream", "Converse", "InvokeModel",
            "PostToConnection", "Publish", "GetParameter", "Invoke",
        ]
        #expect(made == expected)
    }

    private static func service(_ request: HTTPRequest) -> String {
        let host = request.url.split(separator: "/")[1]
        if host.contains("execute-api") { return "apigatewaymanagementapi" }
        return String(host.prefix { $0 != "." })
    }

    /// The stage belongs to the management API's endpoint.
    private static func path(_ request: HTTPRequest) -> String {
        request.path.hasPrefix("/dev/@") ? String(request.path.dropFirst(4)) : request.path
    }

    /// Each exception that a service's model knows, with botocore as the second reader.
    @Test func readsEveryModeledError() throws {
        let services = ["bedrock-runtime", "dynamodb", "apigatewaymanagementapi", "ssm", "sns"]
        let models = try ask(services.map { .object(["errors": .string($0)]) })
        var cases: [(status: Int, body: String, headers: [String: JSONValue], code: String, protocolName: String)] = []
        for known in models.flatMap({ $0["errors"]?.arrayValue ?? [] }) {
            let name = known["name"]?.stringValue ?? ""
            let status = Int(known["status"]?.intValue ?? 0)
            let code = known["code"]?.stringValue ?? ""
            switch known["protocol"]?.stringValue {
            case "json":
                let type = "com.amazonaws.service.v1#\(name)"
                cases.append((status, #"{"__type":"\#(type)","message":"m"}"#, [:], name, "json"))
            case "rest-json":
                cases.append(
                    (status, #"{"message":"m"}"#, ["x-amzn-errortype": .string("\(name):http://x/")], name, "rest-json")
                )
            default:
                let body =
                    "<ErrorResponse><Error><Type>Sender</Type><Code>\(code)</Code><Message>m</Message></Error>"
                    + "<RequestId>r</RequestId></ErrorResponse>"
                cases.append((status, body, [:], code, "query"))
            }
        }
        #expect(cases.count > 200)
        let answers = try ask(
            cases.map { known in
                .object([
                    "answer": .object([
                        "protocol": .string(known.protocolName), "status": .int(Int64(known.status)),
                        "headers": .object(known.headers), "body": .string(known.body),
                    ])
                ])
            }
        )
        for (known, theirs) in zip(cases, answers) {
            let headers = HTTPHeaders(known.headers.map { (name: $0.key, value: $0.value.stringValue ?? "") })
            let ours = AWSError(
                HTTPResponse(status: known.status, headers: headers, body: Array(known.body.utf8)),
                operation: "o"
            )
            #expect(ours.code == known.code && ours.message == "m")
            #expect(theirs["code"]?.stringValue == ours.code && theirs["message"]?.stringValue == "m")
        }
    }

    /// Exceptions inside a 200 answer, before the first word and after it.
    @Test func endsATurnOnEveryModeledExceptionInAStream() throws {
        let answer = try #require(try ask([.object(["errors": "bedrock-runtime"])]).first)
        let inside = (answer["inside"]?.arrayValue ?? []).compactMap(\.stringValue)
        #expect(inside.count >= 5)
        for name in inside {
            for before in [[], [Wire.start, Wire.text("Within ")]] as [[[UInt8]]] {
                let chunks = before + [Wire.exception(name)]
                let theirs = try ask([.object(["stream": .string(base64Encode(Array(chunks.joined())))])])[0]
                #expect(theirs["error"]?.stringValue == name, "botocore reads our stand-in's stream")
                let bot = TestBot { $0.model.fallback = nil }
                bot.aws.models[TestBot.model] = [.stream(chunks, breaks: false)]
                try bot.connect()
                try bot.ask("How long?")
                let isLoad = ["throttlingException", "serviceUnavailableException"].contains(name)
                #expect(bot.errors.map(\.code) == [isLoad ? "model_busy" : "model_failed"], "\(name)")
                #expect(bot.terminalFrames.count == 1)
                #expect(bot.logs.last?["detail"]?.stringValue?.lowercased().contains(name.lowercased()) == true)
            }
        }
    }

    /// The streams that our tests make are what Bedrock's model says a stream is.
    @Test func botocoreReadsTheTestStreams() throws {
        let bytes = Wire.start + Wire.text("Within é ") + Wire.text("30 days") + Wire.end
        let events = try ask([.object(["stream": .string(base64Encode(bytes))])])[0]["events"]?.arrayValue ?? []
        #expect(
            events.compactMap { $0.objectValue?.keys.first } == [
                "messageStart", "contentBlockDelta", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
            ]
        )
        #expect(events[1]["contentBlockDelta"]?["delta"]?["text"] == "Within é ")
        #expect(events[4]["messageStop"]?["stopReason"] == "end_turn")
        #expect(events[5]["metadata"]?["usage"]?["totalTokens"] == 107)
    }
}
