import AWSCore
import BotContract
import Testing

@testable import Bot

struct LimitsTests {
    private static let noon = Timestamp(milliseconds: 1_800_014_400_000)  // 2027-01-15T12:00:00Z
    private static let day = "@2027-01-15"

    private func bot(_ change: (inout BotConfiguration) -> Void = { _ in }) throws -> TestBot {
        let bot = TestBot(change)
        bot.clock.time = Self.noon
        try bot.connect()
        bot.aws.forget()
        return bot
    }

    @Test func takesLimitsAndChatAtOnceAndReturnsThemBeforeDone() throws {
        let bot = try bot()
        try bot.ask("How long?")
        func precedes(_ first: String, _ second: String) -> Bool {
            bot.aws.position(first) < bot.aws.position(second) && bot.aws.position(second) < .max
        }
        #expect(precedes("begin UpdateItem session", "end UpdateItem limits"), "one wait for both")
        #expect(precedes("begin UpdateItem limits", "end UpdateItem session"), "one wait for both")
        #expect(precedes("end UpdateItem limits", "begin PutItem turn"), "a refused message claims nothing")
        let done = bot.aws.position("begin Post done")
        for label in ["UpdateItem session", "UpdateItem limits"] {
            let ends = bot.aws.events.indices.filter { bot.aws.events[$0] == "end \(label)" }
            let begins = bot.aws.events.indices.filter { bot.aws.events[$0] == "begin \(label)" }
            #expect(ends.count == 2 && begins.count == 2, "\(label): taken and given back, nothing more")
            #expect(ends.last ?? .max < done, "\(label)")
            #expect(begins.last ?? .max < bot.aws.position("end PutItem bot"), "\(label) while the reply is stored")
        }
        let item = try #require(bot.aws.table.item(TestBot.user, Self.day))
        #expect(item["tokens"]?.integer == 107)
        #expect(item["kind"]?.text == "usage")
        #expect(item["expiresAt"]?.integer == Self.noon.seconds + 2 * 86_400)
        #expect(bot.aws.table.item(TestBot.user, TestBot.connection)?["busyUntil"]?.integer == 0)
    }

    @Test func countsMessagesOfAllConnectionsOfAUser() throws {
        let bot = try bot { $0.limits.messagesPerMinute = 2 }
        try bot.connect("second=")
        try bot.ask("Hello?", id: "m1")
        try bot.ask("Hello?", id: "m2", connection: "second=")
        try bot.ask("Hello?", id: "m3", connection: "second=")
        #expect(bot.errors.map(\.code) == ["rate_limited"])
        #expect(bot.errors[0].retryAfter == 30)
        let other = "v_BBBBBBBBBBBBBBBBBBBBBA"
        try bot.connect("other=", user: other)
        try bot.send(.sendMessage, .sendMessage(message: "Hi", messageId: "m1"), connection: "other=", user: other)
        #expect(bot.errors.count == 1, "another user has a limit of their own")
        #expect(bot.logs.last?[Metric.refusals] == nil)
    }

    @Test func refusesWhenTheDaysTokensAreUsedUp() throws {
        let bot = try bot { $0.limits.tokensPerUserPerDay = 200 }
        try bot.ask("How long?", id: "m1")
        try bot.ask("How long?", id: "m2")
        #expect(bot.errors.isEmpty, "107 are under 200 before the second turn")
        try bot.ask("How long?", id: "m3")
        #expect(bot.errors.map(\.code) == ["daily_limit"])
        #expect(bot.errors[0].messageId == "m3")
        #expect(bot.errors[0].retryAfter == 43_200 || bot.errors[0].retryAfter == 43_199)
        #expect(bot.logs.last?[Metric.refusals]?.intValue == 1)
        #expect(bot.aws.table.item(TestBot.user, "\(TestBot.connection)!m3") == nil)
        #expect(bot.aws.table.item(TestBot.user, TestBot.connection)?["busyUntil"]?.integer == 0, "the chat is free")

        bot.aws.forget()
        try bot.ask("How long?", id: "m2")
        #expect(bot.terminalFrames.map(\.type) == ["done"], "a reply that was made can still be had")
        #expect(bot.aws.modelBodies.isEmpty)
        try bot.ask("Another text", id: "m2")
        #expect(bot.errors.map(\.code) == ["daily_limit"])

        bot.aws.forget()
        bot.clock.time = bot.clock.time.advanced(by: .seconds(43_200))
        try bot.ask("How long?", id: "m3")
        #expect(bot.terminalFrames.map(\.type) == ["done"], "a new day")
        #expect(bot.aws.table.item(TestBot.user, "@2027-01-16")?["tokens"]?.integer == 107)
    }

    @Test(arguments: [
        (0, 86_400), (1, 86_400), (999, 86_400), (1_000, 86_399), (43_200_000, 43_200), (86_399_999, 1),
    ])
    func resetsAtMidnight(_ milliseconds: Int64, _ seconds: Int) {
        #expect(UserLimits.secondsToReset(Timestamp(milliseconds: 20_000 * 86_400_000 + milliseconds)) == seconds)
    }

    @Test func aTurnOverMidnightCountsOnTheDayItBegan() throws {
        let bot = try bot()
        bot.clock.time = Timestamp(milliseconds: 1_800_057_600_000 - 1_000)
        bot.aws.before["PutItem customer"] = { [bot] in bot.clock.time = bot.clock.time.advanced(by: .seconds(5)) }
        try bot.ask("How long?")
        #expect(bot.aws.table.item(TestBot.user, Self.day)?["tokens"]?.integer == 107)
        #expect(bot.aws.table.item(TestBot.user, "@2027-01-16") == nil)
    }

    /// A second message that comes while the first one's model is asked.
    @Test func runsOneTurnAtATime() throws {
        for second in [TestBot.connection, "second="] {
            let bot = try bot()
            try bot.connect("second=")
            try bot.send(.hello, .hello(chatId: TestBot.connection), connection: "second=")
            try bot.connect("elsewhere=")
            bot.aws.forget()
            bot.aws.before["converse-stream \(TestBot.model)"] = { [bot] in
                try? bot.ask("And?", id: "m2", connection: second)
                try? bot.ask("Other chat", id: "m3", connection: "elsewhere=")
            }
            try bot.ask("How long?", id: "m1")
            #expect(bot.errors.map(\.code) == ["turn_in_progress"], "\(second)")
            #expect(bot.errors.map(\.messageId) == ["m2"])
            #expect(bot.errors[0].retryAfter == 5, "a turn is nearly always over long before its lease")
            #expect(bot.terminalFrames.map(\.type).sorted() == ["done", "done", "error"])
            try bot.ask("And?", id: "m2", connection: second)
            #expect(bot.errors.count == 1, "the chat is free again")
        }
    }

    @Test func aDeadTurnHoldsTheChatNoLongerThanItsLease() throws {
        let bot = try bot()
        let key = "\(TestBot.user)|\(TestBot.connection)"
        bot.aws.table.items[key]?["busyUntil"] = .number(bot.clock.time.milliseconds + 4_001)
        bot.aws.table.items[key]?["busyWith"] = .string("somebody")
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["turn_in_progress"])
        #expect(bot.errors[0].retryAfter == 5)
        bot.clock.time = bot.clock.time.advanced(by: .milliseconds(4_001))
        try bot.ask("How long?")
        #expect(bot.terminalFrames.last?.type == "done")
    }

    @Test func aFailedTurnFreesTheChat() throws {
        let bot = try bot()
        bot.aws.models = [
            TestBot.model: [.error(400, "ValidationException"), Wire.reply("Now.")],
            TestBot.fallback: [.error(400, "ValidationException")],
        ]
        try bot.ask("How long?")
        #expect(bot.errors.map(\.code) == ["model_failed"])
        try bot.ask("Something else", id: "m2")
        #expect(bot.terminalFrames.last?.type == "done")
    }

    @Test func bookkeepingThatFailsDoesNotSpoilTheTurn() throws {
        let bot = try bot()
        bot.aws.before["PutItem bot"] = { [bot] in
            bot.aws.lasting["UpdateItem limits"] = .error(400, "ValidationException")
            bot.aws.lasting["UpdateItem session"] = .error(400, "ValidationException")
        }
        try bot.ask("How long?")
        #expect(bot.terminalFrames.map(\.type) == ["done"])
        #expect(bot.logs.last?["detail"]?.stringValue?.contains("ValidationException") == true)
    }
}
