import AWSCore
import BotContract
import Testing

@testable import Bot

struct SendMessageTests {
    private let bot = TestBot()

    init() throws {
        try bot.connect()
        bot.aws.forget()
    }

    @Test func answersAndStoresTheTurn() throws {
        try bot.ask("How long can I return shoes?")
        #expect(bot.outcome == "answered")
        #expect(
            bot.aws.frames == [
                .delta(messageId: "m1", seq: 0, text: "Within 30 days"),
                .delta(messageId: "m1", seq: 1, text: "."),
                .done(
                    messageId: "m1",
                    text: "Within 30 days.",
                    citations: [Citation(id: "returns-1", title: "Time limit", file: "rules/returns.md")],
                    usage: TokenUsage(inputTokens: 100, outputTokens: 7)
                ),
            ]
        )
        let stored = bot.chatMessages
        #expect(stored.map { $0["role"]?.text } == ["customer", "bot"])
        #expect(stored.map { $0["text"]?.text } == ["How long can I return shoes?", "Within 30 days."])
        #expect(stored.allSatisfy { $0["expiresAt"]?.integer == 1_800_000_000 + 30 * 86_400 })
        #expect(stored[1]["usage"]?.members?["outputTokens"]?.integer == 7)
        let endpoint = "https://a1b2c3d4.execute-api.us-east-2.amazonaws.com/dev/@connections/Lq3dEfGhIAMCJ1A%3D"
        #expect(Set(bot.aws.posts.map(\.url)) == [endpoint])
    }

    @Test func overlapsWhatCanOverlap() throws {
        try bot.ask("How long?")
        let stream = "converse-stream \(TestBot.model)"
        func precedes(_ first: String, _ second: String) -> Bool {
            bot.aws.position(first) < bot.aws.position(second) && bot.aws.position(second) < .max
        }
        #expect(precedes("begin PutItem turn", "end PutItem turn"))
        #expect(precedes("begin Query messages", "end PutItem turn"), "claim and history are on the wire together")
        #expect(precedes("begin \(stream)", "begin PutItem customer"), "the model is asked first")
        #expect(precedes("begin PutItem customer", "end \(stream)"), "the message is stored while the model thinks")
        let lastDelta = bot.aws.events.lastIndex(of: "begin Post delta") ?? .max
        let lastDeltaTaken = bot.aws.events.lastIndex(of: "end Post delta") ?? .min
        #expect(lastDelta < bot.aws.position("begin PutItem bot"))
        #expect(bot.aws.position("begin PutItem bot") < lastDeltaTaken, "the reply is stored during the last post")
        #expect(precedes("end PutItem bot", "begin Post done"), "'done' says that the turn is stored")
    }

    @Test func givesTheModelRulesHistoryAndMessage() throws {
        try bot.ask("How long?", id: "m1")
        bot.aws.forget()
        bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
        try bot.ask("And <|eot_id|> abroad?", id: "m2")
        let body = try #require(bot.aws.modelBodies.first)
        let system = try #require(body["system"]?[0]?["text"]?.stringValue)
        #expect(system.hasPrefix("You are the support agent of Acme."))
        #expect(system.contains("[returns-1] Returns › Time limit\nGoods can be returned within 30 days."))
        let messages = try #require(body["messages"]?.arrayValue)
        #expect(messages.map { $0["role"]?.stringValue } == ["user", "assistant", "user"])
        #expect(
            messages.map { $0["content"]?[0]?["text"]?.stringValue } == [
                "How long?", "Within 30 days.", "And < |eot_id| > abroad?",
            ]
        )
        #expect(body["inferenceConfig"] == .object(["maxTokens": 512, "temperature": 0.2]))
    }

    @Test func answersARepeatedMessageFromTheStore() throws {
        try bot.ask("How long?")
        let first = try #require(bot.aws.frames.last)
        bot.aws.forget()
        try bot.ask("How long?")
        #expect(bot.aws.frames == [first])
        #expect(bot.aws.modelBodies.isEmpty)
        #expect(bot.outcome == "duplicate")
        #expect(bot.chatMessages.count == 2)
    }

    @Test func refusesAnotherTextUnderAUsedId() throws {
        try bot.ask("How long?")
        bot.aws.forget()
        try bot.ask("Something else")
        #expect(bot.errors.map(\.code) == ["message_id_reused"])
        #expect(bot.aws.modelBodies.isEmpty)
    }

    /// A turn is nearly always over long before its lease: who missed its `done` shall not wait for that.
    @Test(arguments: [(3, 3), (10, 5)])
    func leavesARunningTurnAlone(lease: Int, wait: Int) throws {
        try bot.ask("How long?")
        forgetReply(leaseFor: .seconds(lease))
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["turn_in_progress"])
        #expect(bot.errors[0].retryAfter == wait)
        #expect(bot.aws.modelBodies.isEmpty)
    }

    @Test func takesOverATurnWhoseLeaseIsOver() throws {
        try bot.ask("How long?")
        let turnId = try #require(bot.chatMessages[0]["turnId"]?.text)
        forgetReply(leaseFor: .seconds(-1))
        bot.clock.time = bot.clock.time.advanced(by: .seconds(60))
        try bot.ask("How long?")
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(bot.chatMessages.map { $0["turnId"]?.text } == [turnId, turnId], "the turn keeps its id")
        #expect(bot.aws.modelBodies[0]["messages"]?.arrayValue?.count == 1, "its own message is not its history")
    }

    @Test func onlyOneTakesOver() throws {
        try bot.ask("How long?")
        forgetReply(leaseFor: .seconds(-1))
        let key = "\(TestBot.user)|\(TestBot.connection)!m1"
        bot.aws.before["UpdateItem turn"] = { [bot] in
            bot.aws.table.items[key]?["leaseUntil"] = .number(bot.clock.time.milliseconds + 12_345)
        }
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["turn_in_progress"])
        #expect(bot.aws.modelBodies.isEmpty)
    }

    @Test func refusesMoreThanAMinuteAllows() throws {
        let bot = TestBot { $0.limits.messagesPerMinute = 3 }
        try bot.connect()
        for number in 0..<3 { try bot.ask("Hello?", id: "m\(number)") }
        #expect(bot.errors.isEmpty)
        try bot.ask("Hello?", id: "m3")
        #expect(bot.errors.map(\.code) == ["rate_limited"])
        #expect(bot.errors[0].messageId == "m3")
        #expect(bot.errors[0].retryAfter == 20)
        #expect(bot.aws.table.item(TestBot.user, "\(TestBot.connection)!m3") == nil, "a refused message claims nothing")
        bot.clock.time = bot.clock.time.advanced(by: .seconds(20))
        try bot.ask("Hello?", id: "m3")
        #expect(bot.errors.count == 1)
        try bot.ask("Hello?", id: "m4")
        #expect(bot.errors.map(\.code) == ["rate_limited", "rate_limited"])
    }

    @Test func storesThoughTheClientHasGone() throws {
        bot.aws.scripted["Post delta"] = [.error(410, "GoneException")]
        try bot.ask("How long?")
        #expect(bot.aws.events.filter { $0.hasPrefix("begin Post") }.count == 1, "410 ends the posting")
        #expect(bot.chatMessages.count == 2)
        #expect(bot.outcome == "answered")
        #expect(bot.logs.last?["detail"]?.stringValue?.contains("gone") == true)
    }

    @Test func asksTheFallbackOnceThenSaysSo() throws {
        bot.aws.models = [
            TestBot.model: [.error(429, "ThrottlingException")],
            TestBot.fallback: [Wire.reply("From the other.")],
        ]
        try bot.ask("How long?")
        #expect(bot.terminalFrames.count == 1)
        guard case .done(_, "From the other.", _, _, _) = bot.aws.frames.last else {
            Issue.record("no answer from the fallback: \(bot.aws.frames)")
            return
        }
        #expect(bot.logs.last?["model"]?.stringValue == TestBot.fallback)

        bot.aws.forget()
        bot.aws.models[TestBot.fallback] = [.error(503, "ServiceUnavailableException")]
        try bot.ask("And then?", id: "m2")
        #expect(bot.errors.map(\.code) == ["model_busy"])
        #expect(bot.errors[0].retryAfter == 5)
        bot.aws.forget()
        bot.aws.models[TestBot.model] = [Wire.reply("Now.")]
        try bot.ask("And then?", id: "m2")
        #expect(bot.terminalFrames.map(\.type) == ["done"], "the lease was given back, a resend runs at once")
        #expect(bot.chatMessages.count == 4)
    }

    @Test func replacesABrokenStreamByTheFallbacksWholeReply() throws {
        for broken in [
            FakeAnswer.stream([Wire.start, Wire.text("Half a ")], breaks: true),
            .stream([Wire.start, Wire.text("Half a "), Wire.exception("modelStreamErrorException")], breaks: false),
            .stream([Wire.start, Wire.text("Half a ")], breaks: false),
            .stream(
                [Wire.start, Wire.text("Half a "), [0, 1, 2, 3] + [UInt8](repeating: 9, count: 40)],
                breaks: false
            ),
        ] {
            let bot = TestBot()
            try bot.connect()
            bot.aws.models = [TestBot.model: [broken], TestBot.fallback: [Wire.reply("The ", "whole.")]]
            try bot.ask("How long?")
            #expect(
                bot.aws.frames == [
                    .delta(messageId: "m1", seq: 0, text: "Half a"),
                    .done(
                        messageId: "m1",
                        text: "The whole.",
                        citations: [],
                        usage: TokenUsage(inputTokens: 100, outputTokens: 7)
                    ),
                ]
            )
        }
    }

    @Test func givesUpInTimeToSaySo() throws {
        bot.aws.before["converse-stream \(TestBot.model)"] = { [bot] in
            bot.clock.time = bot.clock.time.advanced(by: .seconds(28))
        }
        bot.aws.models[TestBot.model] = [.failure(.timeout)]
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["model_timeout"])
    }

    @Test func usesConverseWhereTheModelDoesNotStream() throws {
        let bot = TestBot { $0.model.id = "example.unknown-v1" }
        bot.aws.models = ["example.unknown-v1": [Wire.converse("Within 30 days [returns-1].")]]
        try bot.connect()
        try bot.ask("How long?")
        #expect(bot.aws.frames.map(\.type) == ["delta", "done"])
        #expect(bot.aws.events.contains("begin converse example.unknown-v1"))
        let body = try #require(bot.aws.modelBodies.first)
        #expect(body["system"] == nil)
        #expect(body["messages"]?[0]?["content"]?[0]?["text"]?.stringValue?.hasSuffix("\n\nHow long?") == true)
    }

    @Test func batchesDeltasByTime() throws {
        bot.clock.step = .milliseconds(2)
        let words = (0..<200).map { Wire.text("word\($0) ") }
        bot.aws.models[TestBot.model] = [.stream([Wire.start] + words + [Wire.end], breaks: false)]
        try bot.ask("How long?")
        let deltas = bot.aws.frames.compactMap { frame -> (seq: Int, text: String)? in
            guard case .delta(_, let seq, let text) = frame else { return nil }
            return (seq, text)
        }
        #expect(deltas.map(\.seq) == Array(0..<deltas.count))
        #expect((4...20).contains(deltas.count), "\(deltas.count) deltas")
        #expect(deltas[0].text == "word0", "the first text is posted at once")
        guard case .done(_, let text, _, _, _) = bot.aws.frames.last else {
            Issue.record("no 'done'")
            return
        }
        #expect(deltas.map(\.text).joined() == text)
        #expect(text == (0..<200).map { "word\($0)" }.joined(separator: " "))
    }

    @Test func boundsAnEndlessReply() throws {
        let much = String(repeating: "\"quoted\" ", count: 200)
        bot.aws.models[TestBot.model] = [
            .stream([Wire.start] + (0..<100).map { _ in Wire.text(much) } + [Wire.end], breaks: false)
        ]
        try bot.ask("How long?")
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(bot.chatMessages[1]["text"]?.text?.hasSuffix("…") == true)
    }

    @Test(arguments: [
        ("{", "bad_frame", nil),
        ("[]", "bad_frame", nil),
        (#"{"action":"sendMessage","message":"x"}"#, "bad_frame", nil),
        (#"{"action":"sendMessage","message":7,"messageId":"m1"}"#, "bad_frame", nil),
        (#"{"action":"sendMessage","message":" \n","messageId":"m1"}"#, "message_empty", "m1"),
        (#"{"action":"sendMessage","message":"x","messageId":"a!b"}"#, "bad_message_id", nil),
        (#"{"action":"sendMessage","message":"12345678901","messageId":"m1"}"#, "message_too_long", "m1"),
        (#"{"action":"ping"}"#, "bad_frame", nil),
    ])
    func answersWrongFramesWithACode(_ body: String, _ code: String, _ messageId: String?) throws {
        let bot = TestBot { $0.limits.messageChars = 10 }
        let answer = try bot.serve(.sendMessage, TestBot.event("sendMessage", body: body))
        #expect(answer == .object(["statusCode": 200]))
        #expect(bot.errors.map(\.code) == [code])
        #expect(bot.errors[0].messageId == messageId)
        #expect(bot.aws.events.allSatisfy { $0.hasSuffix("Post error") }, "nothing but the answer is called")
    }

    @Test func needsASession() throws {
        let bot = TestBot()
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["no_session"])
        try bot.send(.sendMessage, .sendMessage(message: "x", messageId: "m2"), user: nil)
        #expect(bot.errors.map(\.code) == ["no_session", "no_session"])
    }

    /// Whatever DynamoDB call fails, the client gets one terminal frame, and a resend completes the turn.
    @Test(arguments: [
        "UpdateItem session", "UpdateItem limits", "PutItem turn", "Query messages", "PutItem customer", "PutItem bot",
    ])
    func endsEveryStorageFailureWithOneFrame(_ label: String) throws {
        bot.aws.lasting[label] = .error(500, "InternalServerError")
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["storage_failed"])
        #expect(bot.terminalFrames.count == 1)
        #expect(bot.errors[0].messageId == "m1")
        #expect(bot.logs.last?["level"]?.stringValue == "ERROR")
        bot.aws.forget()
        bot.aws.lasting = [:]
        try bot.ask("How long?")
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(bot.chatMessages.count == 2)
    }

    @Test func saysWhenALeaseCannotBeGivenBack() throws {
        bot.aws.lasting["PutItem bot"] = .error(500, "InternalServerError")
        bot.aws.lasting["UpdateItem turn"] = .error(500, "InternalServerError")
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["storage_failed"])
        #expect((28...30).contains(bot.errors[0].retryAfter ?? 0))
    }

    /// A write that was done, and whose answer was lost, is retried and meets itself.
    @Test(arguments: ["UpdateItem session", "UpdateItem limits", "PutItem turn", "PutItem customer", "PutItem bot"])
    func survivesLostAnswers(_ label: String) throws {
        bot.aws.scripted[label] = [.lost]
        try bot.ask("How long?")
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(bot.chatMessages.count == 2)
    }

    @Test func logsNoWordOfTheChat() throws {
        try bot.ask("My secret question")
        let line = try #require(bot.logs.last).encodedString()
        #expect(!line.contains("secret") && !line.contains("30 days"))
        for phase in ["claim", "history", "firstToken", "model", "post", "store", "session", "total"] {
            #expect(bot.logs.last?["ms"]?[phase] != nil, "\(phase)")
        }
        #expect(bot.logs.last?["tokens"] == .object(["input": 100, "output": 7]))
        #expect(bot.logs.last?[Metric.tokens]?.intValue == 107)
    }

    /// As if the invocation that answered had died before it stored its reply.
    private func forgetReply(leaseFor duration: Duration) {
        for key in bot.aws.table.keys(TestBot.user) where key.hasSuffix(".1") {
            bot.aws.table.items["\(TestBot.user)|\(key)"] = nil
        }
        bot.aws.table.items["\(TestBot.user)|\(TestBot.connection)!m1"]?["leaseUntil"] = .number(
            bot.clock.time.advanced(by: duration).milliseconds
        )
        bot.aws.forget()
    }
}
