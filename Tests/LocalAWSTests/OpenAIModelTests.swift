import AWSCore
import TestSupport
import Testing

@testable import LocalAWS

/// Answers as Ollama, llama.cpp and vLLM write them (Tests/ModelServers), in pieces of any size.
@Suite struct OpenAIModelTests {
    static let request = #"""
        {"system":[{"text":"You help."}],"messages":[{"role":"user","content":[{"text":"Where are my orders?"}]}],
        "inferenceConfig":{"maxTokens":99,"temperature":0.2,"topP":0.9,"stopSequences":["END"]},
        "toolConfig":{"tools":[{"toolSpec":{"name":"orderStatus","description":"Tells.","inputSchema":{"json":
        {"type":"object","properties":{"order":{"type":"string"}}}}}}]}}
        """#

    static func ask(
        _ answers: Wire,
        _ body: String = request,
        streamed: Bool = true
    ) throws -> (parts: [ReplyPart], end: ReplyEnd?, failure: BedrockFailure?, notices: [String]) {
        let request = try ConverseRequest(modelId: "some.model-v1:0", isStreamed: streamed, body: Array(body.utf8))
        let notices = ModelNotices()
        let server = OpenAIServer(endpoint: answers.endpoint, model: "llama3.3")
        let model = OpenAIModel(server, key: APIKey("sk-1"), notices: notices) { _ in answers }
        var parts: [ReplyPart] = []
        do throws(BedrockFailure) {
            let end = try model.answer(request, isWanted: { true }) { parts.append($0) }
            return (parts, end, nil, notices.take())
        } catch {
            return (parts, nil, error, notices.take())
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var file: String
        var parts: [ReplyPart]
        var stop: String
        var tokens: (Int, Int)?
        var testDescription: String { file }
    }

    static let answer = "Unused items go back within 60 days (ça va 👍). [returns-1]"
    static let cases = [
        Case(file: "ollama-text.sse", parts: [.text(answer)], stop: "end_turn", tokens: (412, 29)),
        Case(file: "llamacpp-text.sse", parts: [.text(answer)], stop: "end_turn", tokens: (237, 35)),
        Case(file: "vllm-text.sse", parts: [.text(answer)], stop: "end_turn", tokens: (240, 33)),
        Case(file: "vllm-stop.sse", parts: [.text("Unused items")], stop: "stop_sequence", tokens: (240, 3)),
        Case(file: "llamacpp-length.sse", parts: [.text("Unused items go")], stop: "max_tokens"),
        Case(
            file: "ollama-tools.sse",
            parts: [.call(id: "call_k2v9w1xq", name: "orderStatus"), .input(#"{"order":"A-1001"}"#)],
            stop: "tool_use",
            tokens: (389, 24)
        ),
        Case(
            file: "llamacpp-tools.sse",
            parts: [
                .call(id: "fXz3bGqk8R1vNcYtL5mWd0HsPoJeUaT2", name: "orderStatus"), .input(#"{"order":"A-1001"}"#),
            ],
            stop: "tool_use",
            tokens: (301, 22)
        ),
        Case(
            file: "vllm-tools.sse",
            parts: [
                .call(id: "chatcmpl-tool-5e0b6f4d6f0f4a3c8f6a3f0d2c1b9a77", name: "orderStatus"),
                .input(#"{"order": "A-1001"}"#),
                .call(id: "chatcmpl-tool-0d4c7a9be2f1438b9a5d6e7f8c9b0a12", name: "orderStatus"),
                .input(#"{"order": "A-1002"}"#),
            ],
            stop: "tool_use",
            tokens: (310, 48)
        ),
        Case(
            file: "ollama-tools-numbered-zero.sse",
            parts: [
                .call(id: "call_1jz4h7rd", name: "orderStatus"), .input(#"{"order":"A-1001"}"#),
                .call(id: "call_9m3tq0ba", name: "orderStatus"), .input(#"{"order":"A-1002"}"#),
            ],
            stop: "tool_use",
            tokens: (389, 41)
        ),
        Case(
            file: "ollama-tools-without-ids.sse",
            parts: [
                .call(id: "call-1-1", name: "orderStatus"), .input(#"{"order":"A-1001"}"#),
                .call(id: "call-1-2", name: "orderStatus"), .input(#"{"order":"A-1002"}"#),
            ],
            stop: "tool_use"
        ),
    ]

    @Test(arguments: cases)
    func streams(_ test: Case) throws {
        let bytes = try Wire.fixture(test.file)
        for size in [1, 2, 3, 7, 64, 1 << 20] {
            let reply = try Self.ask(Wire(body: bytes, pieces: size))
            #expect(Self.joined(reply.parts) == test.parts, "pieces of \(size)")
            let end = try #require(reply.end, "\(reply.failure?.message ?? "")")
            #expect(end.stopReason == test.stop)
            #expect(end.usageIsEstimated == (test.tokens == nil))
            if let tokens = test.tokens {
                #expect(end.inputTokens == tokens.0 && end.outputTokens == tokens.1)
            } else {
                #expect(end.inputTokens > 0 && end.outputTokens > 0)
            }
        }
    }

    static func joined(_ parts: [ReplyPart]) -> [ReplyPart] {
        parts.reduce(into: []) { result, part in
            switch (result.last, part) {
            case (.text(let text)?, .text(let more)): result[result.count - 1] = .text(text + more)
            case (.input(let text)?, .input(let more)): result[result.count - 1] = .input(text + more)
            default: result.append(part)
            }
        }
    }

    @Test(arguments: [
        (
            "ollama-tools.json",
            [ReplyPart.call(id: "call_k2v9w1xq", name: "orderStatus"), .input(#"{"order":"A-1001"}"#)]
        ),
        ("ollama-text.json", [.text("Your order A-1001 is packed.")]),
        ("llamacpp-text.json", [.text("Unused items go back within 60 days. [returns-1]")]),
    ])
    func answersWhole(_ file: String, _ parts: [ReplyPart]) throws {
        let wire = Wire(body: try Wire.fixture(file), type: "application/json")
        let reply = try Self.ask(wire, streamed: false)
        #expect(reply.parts == parts && reply.end?.usageIsEstimated == false)
        #expect(wire.sent?["stream"] == false && wire.sent?["stream_options"] == nil)
        // A server that was asked to stream and does not.
        #expect(try Self.ask(wire, streamed: true).parts == parts)
    }

    @Test func saysTheRequestInTheOtherWire() throws {
        let wire = Wire(body: try Wire.fixture("ollama-text.sse"))
        let turns = #"""
            {"system":[{"text":"S"}],"messages":[{"role":"user","content":[{"text":"Hi"}]},
            {"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"orderStatus","input":{"order":"1"}}},
            {"toolUse":{"toolUseId":"b","name":"orderStatus","input":{}}}]},
            {"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"json":{"state":"packed"}}]}},
            {"toolResult":{"toolUseId":"b","content":[{"text":"gone"}],"status":"error"}},{"text":"And?"}]}],
            "inferenceConfig":{"maxTokens":9,"temperature":0.5,"topP":1,"stopSequences":["x"]},
            "toolConfig":{"toolChoice":{"any":{}},"tools":[{"toolSpec":{"name":"orderStatus","inputSchema":{"json":{"type":"object"}}}}]}}
            """#
        _ = try Self.ask(wire, turns)
        let expected = try JSONValue.parse(
            #"""
            {"model":"llama3.3","stream":true,"stream_options":{"include_usage":true},"max_tokens":9,"temperature":0.5,
            "top_p":1.0,"stop":["x"],"tool_choice":"required",
            "tools":[{"type":"function","function":{"name":"orderStatus","parameters":{"type":"object"}}}],
            "messages":[{"role":"system","content":"S"},{"role":"user","content":"Hi"},
            {"role":"assistant","content":null,"tool_calls":[
            {"id":"a","type":"function","function":{"name":"orderStatus","arguments":"{\"order\":\"1\"}"}},
            {"id":"b","type":"function","function":{"name":"orderStatus","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"a","content":"{\"state\":\"packed\"}"},
            {"role":"tool","tool_call_id":"b","content":"The tool failed: gone"},{"role":"user","content":"And?"}]}
            """#
        )
        #expect(wire.sent == expected, "\(wire.sent?.encodedString() ?? "")")
        #expect(wire.request?.headers["Authorization"] == "Bearer sk-1")
        #expect(wire.request?.path == "/chat/completions" && wire.request?.endpoint.basePath == "/v1")
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        var status: Int
        var body: String
        var type: String
        var part: String
        var testDescription: String { "\(status) \(body.prefix(40))" }
    }

    @Test(arguments: [
        Refusal(
            status: 404,
            body: #"{"error":{"message":"model \"llama3.3\" not found, try pulling it first","type":"api_error"}}"#,
            type: "ResourceNotFoundException",
            part: "ollama pull llama3.3"
        ),
        Refusal(
            status: 404,
            body: #"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
            type: "ResourceNotFoundException",
            part: "check the URL"
        ),
        Refusal(status: 404, body: "404 page not found", type: "ResourceNotFoundException", part: "check the URL"),
        Refusal(
            status: 404,
            body:
                #"{"object":"error","message":"The model `llama3.3` does not exist.","type":"NotFoundError","code":404}"#,
            type: "ResourceNotFoundException",
            part: "no model 'llama3.3'"
        ),
        Refusal(
            status: 400,
            body: #"{"error":{"message":"llama3.3 does not support tools","type":"api_error"}}"#,
            type: "ValidationException",
            part: "does not support tools"
        ),
        Refusal(status: 401, body: "", type: "AccessDeniedException", part: "OPENAI_API_KEY"),
        Refusal(
            status: 429,
            body: #"{"error":{"message":"Rate limit reached","type":"requests"}}"#,
            type: "ThrottlingException",
            part: "Rate limit"
        ),
        Refusal(
            status: 503,
            body: #"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
            type: "ServiceUnavailableException",
            part: "Loading model"
        ),
        Refusal(status: 500, body: #"{"error":"boom"}"#, type: "ModelErrorException", part: "boom"),
        Refusal(
            status: 422,
            body: #"{"detail":[{"msg":"field required"}]}"#,
            type: "ValidationException",
            part: "field"
        ),
        Refusal(status: 504, body: "<html>", type: "ModelTimeoutException", part: "gave up"),
    ])
    func refusesAsBedrock(_ test: Refusal) throws {
        let reply = try Self.ask(Wire(status: test.status, body: Array(test.body.utf8), type: "application/json"))
        let failure = try #require(reply.failure)
        #expect(reply.parts.isEmpty && failure.type == test.type)
        #expect(failure.message.contains(test.part), "\(failure.message)")
        #expect(reply.notices == ["the model failed: \(failure.message)"])
    }

    @Test(arguments: [
        (TransportError.Kind.connect, "ServiceUnavailableException", "ollama serve"),
        (.timeout, "ModelTimeoutException", "too long"), (.reset, "ModelErrorException", "broke the connection"),
    ])
    func nothingAnswers(_ kind: TransportError.Kind, _ type: String, _ part: String) throws {
        let reply = try Self.ask(Wire(failure: kind))
        #expect(reply.failure?.type == type && reply.failure?.message.contains(part) == true)
    }

    @Test(arguments: ["llamacpp-error.sse", "vllm-error.sse"])
    func failuresInMidStreamFollowTheWords(_ file: String) throws {
        let reply = try Self.ask(Wire(body: try Wire.fixture(file)))
        #expect(Self.joined(reply.parts) == [.text("Unused items")])
        let message = try #require(reply.failure?.message)
        #expect(message.contains("Context size") || message.contains("EngineCore"), "\(message)")
    }

    /// Wherever a stream breaks off, it is an error, and never a whole answer.
    @Test(arguments: cases)
    func breaks(_ test: Case) throws {
        let bytes = try Wire.fixture(test.file)
        let text = String(decoding: bytes, as: UTF8.self)
        let ends = ["stop", "length", "tool_calls"].compactMap { text.ranges(of: "\"finish_reason\":\"\($0)").first }
        let stop = text.utf8.distance(from: text.startIndex, to: try #require(ends.first).lowerBound)
        var random = SeededGenerator(seed: 4)
        for _ in 0..<40 {
            let cut = Int.random(in: 0..<stop, using: &random)
            let ended = try Self.ask(Wire(body: Array(bytes[..<cut])))
            #expect(ended.failure?.type == "ModelErrorException" && ended.end == nil, "cut at \(cut)")
            let reset = try Self.ask(Wire(body: Array(bytes[..<cut]), pieces: 50, breaksWith: .reset))
            #expect(reset.failure?.message.contains("in the middle") == true)
        }
    }

    /// Whatever a server says, the answer is steps or a failure.
    @Test func hostileChunks() throws {
        var random = SeededGenerator(seed: 12)
        let values = [
            "null", "1", "\"x\"", "[]", "{}", "-1", "true", "\"\"", #"{"name":""}"#, #"[{"index":9}]"#, "1e308",
            #"[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]"#, #"[{"function":{"arguments":[1]}}]"#,
            #"[{"delta":{"content":"hi"}}]"#,
            #"[{"delta":{"tool_calls":[{"function":{"name":"g"}}]},"finish_reason":"stop"}]"#,
            #"[{"delta":null,"finish_reason":7}]"#,
        ]
        for _ in 0..<2000 {
            var body = ""
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let key = ["choices", "usage", "error", "model"].randomElement(using: &random) ?? ""
                let value = values.randomElement(using: &random) ?? ""
                body += Bool.random(using: &random) ? "data: {\"\(key)\":\(value)}\n\n" : "data: \(value)\n\n"
            }
            if Bool.random(using: &random) { body += "data: [DONE]\n\n" }
            let reply = try Self.ask(Wire(body: Array(body.utf8), pieces: Int.random(in: 1...40, using: &random)))
            #expect((reply.end == nil) != (reply.failure == nil))
        }
    }

    @Test func tellsWhichModelsThereAre() throws {
        let list =
            #"{"object":"list","data":[{"id":"llama3.3:latest","object":"model","created":1,"owned_by":"library"},{"id":"qwen3:4b"}]}"#
        let wire = Wire(body: Array(list.utf8), type: "application/json")
        let server = OpenAIServer(endpoint: wire.endpoint)
        let models = try OpenAIModels.ask(server, key: nil, transport: wire)
        #expect(models.names == ["llama3.3:latest", "qwen3:4b"] && !models.takesEveryName)
        #expect(models.contains("llama3.3") && models.contains("qwen3:4b") && !models.contains("qwen3"))
        #expect(wire.request?.headers["Authorization"] == nil && wire.request?.path == "/models")
        let page = Wire(body: Array("<html>".utf8), type: "text/html")
        #expect(throws: BedrockFailure.self) { try OpenAIModels.ask(server, key: nil, transport: page) }
        let none = try OpenAIModels.ask(server, key: nil, transport: Wire(status: 404, body: []))
        #expect(none.names.isEmpty)
    }
}

/// A server's answer, in pieces.
final class Wire: HTTPTransport, @unchecked Sendable {
    let endpoint = Endpoint(scheme: .http, host: "127.0.0.1", port: 11434, basePath: "/v1")
    private let status: Int
    private let body: [UInt8]
    private let type: String
    private let pieces: Int
    private let breaksWith: TransportError.Kind?
    private let failure: TransportError.Kind?
    private(set) var request: HTTPRequest?

    init(
        status: Int = 200,
        body: [UInt8] = [],
        type: String = "text/event-stream; charset=utf-8",
        pieces: Int = 1 << 20,
        breaksWith: TransportError.Kind? = nil,
        failure: TransportError.Kind? = nil
    ) {
        (self.status, self.body, self.type, self.pieces) = (status, body, type, pieces)
        (self.breaksWith, self.failure) = (breaksWith, failure)
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        try readBytes(Repository.path("Tests/ModelServers/\(name)"))
    }

    var sent: JSONValue? { request.flatMap { try? JSONValue.parse($0.body) } }

    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        self.request = request
        if let failure { throw TransportError(failure, peer: "127.0.0.1:11434", detail: "as told") }
        return Exchange(status, type, body, pieces, breaksWith)
    }

    private final class Exchange: HTTPExchange {
        private let answer: HTTPResponseHead
        private var rest: ArraySlice<UInt8>
        private let pieces: Int
        private let breaksWith: TransportError.Kind?

        init(_ status: Int, _ type: String, _ body: [UInt8], _ pieces: Int, _ breaksWith: TransportError.Kind?) {
            answer = HTTPResponseHead(status: status, headers: ["Content-Type": type])
            (rest, self.pieces, self.breaksWith) = (body[...], pieces, breaksWith)
        }

        func head() throws(TransportError) -> HTTPResponseHead { answer }

        func next() throws(TransportError) -> [UInt8]? {
            guard !rest.isEmpty else {
                if let breaksWith { throw TransportError(breaksWith, peer: "x", detail: "as told") }
                return nil
            }
            let piece = Array(rest.prefix(pieces))
            rest = rest.dropFirst(piece.count)
            return piece
        }

        func cancel() {}
    }
}
