import AWSCore
import LocalAWS
import Testing

@testable import AWSClients
@testable import Operations

@Suite struct TraceTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    private func event(_ message: String, at milliseconds: Int64 = 5) throws -> LogEvent {
        try #require(
            LogEvent(["timestamp": .int(milliseconds), "message": .string(message), "eventId": .string(message)])
        )
    }

    @Test func linesOfTheFunctions() throws {
        let json = #"{"level":"WARN","message":"slow","requestId":"r","detail":"d"}"# + "\n"
        let line = LogFollower.line(try event(json), "Hello")
        #expect(line?.level == "WARN" && line?.message == "slow" && line?.requestId == "r")
        #expect(line?.fields?["detail"] == "d" && line?.time == time(5) && line?.function == "Hello")
        #expect(LogFollower.line(try event("panic: no\n"), "Hello")?.message == "panic: no")
        for platform in [
            "START RequestId: 1", "END RequestId: 1", "REPORT RequestId: 1", "INIT_START x", "\n",
            #"{"type":"platform.report","record":{}}"#,
        ] {
            #expect(LogFollower.line(try event(platform), "Hello") == nil)
        }
    }

    private static let converse = Array(
        #"{"messages":[{"role":"user","content":[{"text":"Why? Because."}]}]}"#.utf8
    )

    private func call(_ id: String, began: Int64, ended: Int64?) throws -> ModelCall {
        let request = try ConverseRequest(
            modelId: "meta.llama3-3-70b-instruct-v1:0",
            isStreamed: true,
            body: Self.converse
        )
        var call = ModelCall(requestId: id, request: request, began: time(began))
        call.ended = ended.map(time)
        return call
    }

    @Test func aTurnHasTheCallsThatBeganWhileItRan() throws {
        let calls = ModelCalls()
        #expect(calls.lastSeen == nil)
        for (id, began) in [("1", Int64(90)), ("2", 100), ("3", 150), ("4", 201)] {
            calls.observe(try call(id, began: began, ended: nil))
        }
        calls.observe(try call("2", began: 100, ended: 140))
        #expect(calls.lastSeen == time(140))
        let found = calls.calls(from: time(100), to: time(200), question: "Because")
        #expect(found.map(\.requestId) == ["2", "3"] && found[0].ended == time(140))
        // Of overlapping turns, those with the question; where none has it, all.
        #expect(calls.calls(from: time(100), to: time(200), question: "no such words").count == 2)
        #expect(calls.calls(from: time(100), to: time(200), question: nil).count == 2)
        for number in 0..<300 { calls.observe(try call("n\(number)", began: 500, ended: nil)) }
        #expect(calls.calls(from: time(0), to: time(1000), question: nil).count == 200)
    }

    @Test func itemsArePlain() {
        let item: JSONValue = [
            "userId": ["S": "v"], "n": ["N": "12"], "d": ["N": "1.5"], "b": ["BOOL": true], "z": ["NULL": true],
            "m": ["M": ["l": ["L": [["S": "x"]]]]],
        ]
        #expect(
            StoredChat.plain(item) == [
                "userId": "v", "n": 12, "d": 1.5, "b": true, "z": nil, "m": ["l": ["x"]],
            ]
        )
    }

    /// Answers as DynamoDB does, with what a chat of two turns leaves.
    private final class Table: HTTPTransport {
        private(set) var targets: [String] = []
        static let session = #"{"userId":{"S":"v"},"sessionId":{"S":"C1"},"chatId":{"S":"C0"},"kind":{"S":"session"}}"#
        static let items = [
            #"{"userId":{"S":"v"},"sessionId":{"S":"C0"},"kind":{"S":"session"}}"#,
            #"{"userId":{"S":"v"},"sessionId":{"S":"C0!m2"},"kind":{"S":"turn"},"turnId":{"S":"T2"}}"#,
            message("T1.0", "customer", "first", 90), message("T1.1", "bot", "one", 95),
            message("T2.0", "customer", "second", 110), message("T2.1", "bot", "two", 190),
        ]

        static func message(_ key: String, _ role: String, _ text: String, _ at: Int) -> String {
            #"{"userId":{"S":"v"},"sessionId":{"S":"C0#\#(key)"},"kind":{"S":"message"},"role":{"S":"\#(role)"},"#
                + #""text":{"S":"\#(text)"},"createdAt":{"N":"\#(at)"}}"#
        }

        func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
            let target = request.headers["X-Amz-Target"] ?? ""
            targets.append(target)
            let items = target.hasSuffix("Scan") ? [Self.session] : Self.items
            return Answer(#"{"Items":[\#(items.joined(separator: ","))]}"#)
        }

        final class Answer: HTTPExchange {
            private var body: [UInt8]?
            init(_ text: String) { body = Array(text.utf8) }
            func head() throws(TransportError) -> HTTPResponseHead { HTTPResponseHead(status: 200, headers: [:]) }
            func next() throws(TransportError) -> [UInt8]? {
                defer { body = nil }
                return body
            }
            func cancel() {}
        }
    }

    @Test func aTurnIsFoundInTheTable() throws {
        let fixture = Fixture()
        var context = fixture.context
        let table = Table()
        context.effects.transport = table
        let cloud = try Cloud(context, region: "us-east-2")
        let keys = DynamoDBClient.Keys(table: "T", partition: "userId", sort: "sessionId")
        let chat = try #require(try StoredChat.find("C1", keys, cloud.dynamoDB))
        #expect(chat.user == "v" && chat.chatId == "C0")
        #expect(table.targets.map { $0.split(separator: ".").last } == ["Scan", "Query"])
        let turn = chat.turn(from: time(100), to: time(200))
        #expect(turn.question?["text"] == "second" && turn.reply?["text"] == "two" && turn.previous == "first")
        #expect(
            chat.items(ofTurn: turn.question).compactMap { $0["sessionId"]?.stringValue } == [
                "C0", "C0!m2", "C0#T2.0", "C0#T2.1", "C1",
            ]
        )
        let none = chat.turn(from: time(300), to: time(400))
        #expect(none.question == nil && none.reply == nil && none.previous == nil)
    }

    @Test func aTurnAsJSON() throws {
        var answered = try call("1", began: 110, ended: 180)
        answered.first = time(130)
        answered.status = 200
        answered.reply = "two"
        let turn = DevTurn(
            requestId: "r",
            connectionId: "C1",
            outcome: "answered",
            began: time(100),
            ended: time(200),
            question: "second",
            timings: ["total": 100],
            calls: [answered],
            items: [],
            log: []
        )
        let json = turn.json
        #expect(json["ms"] == 100 && json["question"] == "second" && json["cost"] == nil && json["tokens"] == nil)
        let first = json["calls"]?[0]
        #expect(first?["began"] == 10 && first?["first"] == 30 && first?["ended"] == 80 && first?["reply"] == "two")
        #expect(first?["messages"] == [["role": "user", "text": "Why? Because."]])
    }

    @Test func theHostThatABrowserMayName() {
        #expect(DevRouter.allowedHost("127.0.0.1:8080") == "127.0.0.1:8080")
        #expect(DevRouter.allowedHost("localhost:1") == "localhost:1")
        for other in [nil, "", "evil.example", "127.0.0.1.evil.example:80", "[::1]:80", "localhost.evil:1"] {
            #expect(DevRouter.allowedHost(other) == nil)
        }
        #expect(DevStart.source(of: "ws://127.0.0.1:1/_aws/x") == "ws://127.0.0.1:1")
        #expect(DevStart.source(of: "wss://a.example") == "wss://a.example" && DevStart.source(of: "") == "")
    }
}
