import AWSCore
import BotContract
import Testing

@testable import Bot

/// Feedback and handoff.
struct PeopleTests {
    private let bot = TestBot()
    private let other = "v_BBBBBBBBBBBBBBBBBBBBBA"

    private var reply: Item? { bot.chatMessages.last { $0["role"]?.text == "bot" } }
    private var chat: Item? { bot.aws.table.item(TestBot.user, TestBot.connection) }

    @Test func storesFeedbackWithItsReply() throws {
        try bot.connect()
        try bot.ask("How long?")
        bot.aws.forget()
        try bot.send(.feedback, .feedback(messageId: "m1", rating: .down, comment: "Too short"))
        #expect(bot.aws.frames == [.feedback(messageId: "m1", rating: .down)])
        let feedback = try #require(reply?["feedback"]?.members)
        #expect(feedback["rating"]?.text == "down")
        #expect(feedback["comment"]?.text == "Too short")
        #expect(feedback["createdAt"]?.integer == bot.clock.time.milliseconds)
        #expect(reply?["text"]?.text == "Within 30 days.", "the reply stays")

        try bot.send(.feedback, .feedback(messageId: "m1", rating: .up, comment: nil))
        #expect(reply?["feedback"]?.members?["rating"]?.text == "up")
        #expect(reply?["feedback"]?.members?["comment"] == nil, "what is said last counts as a whole")
        #expect(bot.logs.allSatisfy { !$0.encodedString().contains("Too short") })
    }

    @Test func refusesFeedbackOnWhatIsNotTheirs() throws {
        try bot.connect()
        try bot.ask("How long?")
        try bot.connect("thief=", user: other)
        try bot.connect("later=")
        let before = bot.aws.table.items
        try bot.send(
            .feedback,
            .feedback(messageId: "m1", rating: .up, comment: nil),
            connection: "thief=",
            user: other
        )
        try bot.send(.feedback, .feedback(messageId: "m1", rating: .up, comment: nil), connection: "later=")
        try bot.send(.feedback, .feedback(messageId: "m9", rating: .up, comment: nil))
        #expect(bot.errors.map(\.code) == ["unknown_message", "unknown_message", "unknown_message"])
        #expect(bot.errors.map(\.messageId) == ["m1", "m1", "m9"])
        #expect(bot.aws.table.items == before)
        try bot.send(.feedback, .feedback(messageId: "m1", rating: .up, comment: nil), connection: "nobody=")
        #expect(bot.errors.last?.code == "no_session")
    }

    @Test func refusesFeedbackOnATurnWithoutAReply() throws {
        try bot.connect()
        bot.aws.models = [
            TestBot.model: [.error(400, "ValidationException")],
            TestBot.fallback: [.error(400, "ValidationException")],
        ]
        try bot.ask("How long?")
        let before = bot.aws.table.items
        try bot.send(.feedback, .feedback(messageId: "m1", rating: .up, comment: nil))
        #expect(bot.errors.last?.code == "unknown_message")
        #expect(bot.aws.table.items == before)
    }

    @Test func handsOffOnce() throws {
        try bot.connect()
        try bot.ask("How long?")
        bot.aws.forget()
        try bot.send(.handoff, .handoff)
        #expect(bot.aws.frames == [.handoff(message: "A colleague will take over.")])
        #expect(chat?["handoff"]?.text == "done")
        #expect(chat?["handoffAt"]?.integer == bot.clock.time.milliseconds)
        #expect(bot.aws.position("end UpdateItem session") < bot.aws.position("begin Publish"), "marked before told")
        #expect(bot.aws.position("end Publish") < bot.aws.position("begin Post handoff"), "told before said")
        let form = try #require(bot.aws.publications.first)
        #expect(form.contains("TopicArn=\(percentEncode(TestBot.topic))"))
        #expect(form.contains(percentEncode(TestBot.connection)) && form.contains(TestBot.user))
        #expect(!form.contains("days") && !form.contains("long"), "no word of the chat")
        #expect(bot.logs.last?[Metric.handoffs]?.intValue == 1)

        try bot.send(.handoff, .handoff)
        #expect(bot.aws.frames.count == 2)
        #expect(bot.aws.publications.count == 1)
        #expect(bot.logs.last?[Metric.handoffs] == nil)
        bot.clock.time = bot.clock.time.advanced(by: .seconds(5))
        try bot.ask("Still there?", id: "m2")
        #expect(bot.terminalFrames.last?.type == "done", "the bot goes on answering")
    }

    @Test func marksTheChatNotTheConnection() throws {
        try bot.connect()
        try bot.connect("second=")
        try bot.send(.hello, .hello(chatId: TestBot.connection), connection: "second=")
        try bot.send(.handoff, .handoff, connection: "second=")
        #expect(chat?["handoff"]?.text == "done")
        #expect(bot.aws.table.item(TestBot.user, "second=")?["handoff"] == nil)
    }

    @Test func triesAgainWhereNobodyCouldBeTold() throws {
        try bot.connect()
        bot.aws.lasting["Publish"] = .error(500, "InternalError")
        try bot.send(.handoff, .handoff)
        #expect(bot.errors.map(\.code) == ["handoff_failed"])
        #expect(chat?["handoff"]?.text == "requested")
        bot.aws.lasting = [:]
        try bot.send(.handoff, .handoff)
        #expect(bot.aws.publications.count == 1)
        #expect(chat?["handoff"]?.text == "done")
    }

    @Test func oneOfTwoAtOnceTells() throws {
        try bot.connect()
        bot.aws.before["Publish"] = { [bot] in try? bot.send(.handoff, .handoff) }
        try bot.send(.handoff, .handoff)
        #expect(bot.aws.publications.count == 1)
        #expect(bot.aws.frames.map(\.type) == ["handoff", "handoff"])
    }

    @Test func handsOffWithoutATopic() throws {
        try bot.connect()
        let variables = [
            "AWS_REGION": "us-east-2", HandlerEnvironment.table: "acme-table",
            HandlerEnvironment.partitionKey: FakeTable.partitionKey, HandlerEnvironment.sortKey: FakeTable.sortKey,
        ]
        var context = try bot.context(.handoff)
        context.environment = try BotEnvironment(variables: variables, handler: .handoff)
        let handler = try HandoffHandler(context)
        let body = String(decoding: ClientFrame.handoff.encoded(), as: UTF8.self)
        let invocation = Invocation(
            requestId: "r",
            deadline: bot.clock.time.advanced(by: .seconds(10)),
            clock: bot.clock
        )
        _ = try handler.handle(WebSocketEvent(TestBot.event("handoff", body: body)), invocation)
        #expect(bot.aws.frames.map(\.type) == ["handoff"])
        #expect(bot.aws.publications.isEmpty)
    }

    @Test func saysThatNobodyTakesOver() throws {
        let bot = TestBot { $0.handoff = nil }
        try bot.connect()
        bot.aws.forget()
        try bot.send(.handoff, .handoff)
        #expect(bot.errors.map(\.code) == ["handoff_unavailable"])
        #expect(bot.aws.events.allSatisfy { $0.hasSuffix("Post error") })
    }

    @Test(arguments: [HandlerName.feedback, .handoff], ["GetItem session", "UpdateItem session", "UpdateItem bot"])
    func endsEveryStorageFailureWithOneFrame(_ handler: HandlerName, _ label: String) throws {
        try bot.connect()
        try bot.ask("How long?")
        bot.aws.forget()
        bot.aws.lasting[label] = .error(500, "InternalServerError")
        try bot.send(handler, handler == .handoff ? .handoff : .feedback(messageId: "m1", rating: .up, comment: nil))
        #expect(bot.aws.frames.count == 1)
        let isCalled = bot.aws.events.contains("begin \(label)")
        #expect(bot.errors.map(\.code) == (isCalled ? ["storage_failed"] : []))
    }

    @Test(arguments: ["", "arn:aws:sns:us-east-2:1:", "topic", "arn:aws:sqs:us-east-2:1:handoff"])
    func refusesWhatIsNoTopic(_ arn: String) throws {
        let context = try bot.context(.handoff)
        if arn == "arn:aws:sns:us-east-2:1:" {
            _ = try HandoffTopic(arn: arn, context)
        } else {
            #expect(throws: InitError.self) { try HandoffTopic(arn: arn, context) }
        }
    }
}
