import AWSCore
import BotContract
import Testing

@testable import Bot

/// People are told by the model's own tool, or after turns without an answer.
struct HandoffTriggerTests {
    private func bot(byModel: Bool = false, unanswered: Int? = nil) throws -> TestBot {
        let bot = TestBot {
            $0.handoff = .init(message: "A colleague will take over.", byModel: byModel, unansweredTurns: unanswered)
        }
        try bot.connect()
        bot.aws.forget()
        return bot
    }

    /// A moment after the message before: turns are ordered by time.
    private func say(_ bot: TestBot, _ text: String, id: String = "m1") throws {
        bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
        try bot.ask(text, id: id)
    }

    private static let message = ServerFrame.handoff(message: "A colleague will take over.")
    private static let ask = Wire.calls((name: "request_handoff", input: [:]))

    @Test func theModelAsksForAPerson() throws {
        let bot = try bot(byModel: true)
        bot.aws.models = [TestBot.model: [Self.ask, Wire.converse("Somebody will write to you.")]]
        try say(bot, "I want to talk to a person")
        #expect(bot.aws.publications.count == 1)
        #expect(bot.aws.frames.map(\.type) == ["handoff", "delta", "done"])
        #expect(bot.aws.frames[0] == Self.message)
        #expect(bot.toolResults[0].text.hasPrefix("People have been told"))
        #expect(bot.aws.table.item(TestBot.user, TestBot.connection)?["handoff"]?.text == "done")
        #expect(bot.logs.last?["Handoffs"] == 1)
        bot.aws.models = [TestBot.model: [Self.ask, Wire.converse("They know.")]]
        try say(bot, "Now!", id: "m2")
        #expect(bot.aws.publications.count == 1, "people are told once for each chat")
        #expect(bot.logs.last?["Handoffs"] == nil)
    }

    @Test func whereNobodyIsReachedTheModelSaysSo() throws {
        let bot = try bot(byModel: true)
        bot.aws.models = [TestBot.model: [Self.ask, Wire.converse("I could not reach anybody.")]]
        bot.aws.lasting["Publish"] = .error(403, "AuthorizationError")
        try say(bot, "I want to talk to a person")
        #expect(!bot.aws.frames.contains(Self.message))
        #expect(bot.toolResults.map(\.status) == ["error"])
        #expect(bot.lastDone?.text == "I could not reach anybody.")
    }

    @Test func theToolIsOfferedOnlyWhereTheSpecSaysSo() throws {
        let bot = try bot()
        bot.aws.models = [TestBot.model: [Self.ask, Wire.converse("No.")]]
        bot.configuration.tools = [.lambda("orderStatus")]
        try say(bot, "A person, please")
        #expect(bot.aws.publications.isEmpty && bot.toolResults[0].text == "There is no tool of this name.")
    }

    @Test func turnsWithoutAnAnswerInARowTellPeople() throws {
        let bot = try bot(unanswered: 2)
        bot.aws.models = [TestBot.model: [Wire.reply("I do not know.")]]
        try say(bot, "Do you sell penguins?", id: "m1")
        #expect(bot.aws.publications.isEmpty)
        try say(bot, "And walruses?", id: "m2")
        #expect(bot.aws.publications.count == 1)
        #expect(bot.aws.frames.map(\.type).suffix(3) == ["delta", "handoff", "done"])
        try say(bot, "And seals?", id: "m3")
        #expect(bot.aws.frames.filter { $0 == Self.message }.count == 1, "counting begins anew")
    }

    @Test func anAnswerEndsTheRow() throws {
        let bot = try bot(unanswered: 2)
        bot.aws.models = [TestBot.model: [Wire.reply("I do not know.")]]
        try say(bot, "Do you sell penguins?", id: "m1")
        bot.aws.models = [TestBot.model: [Wire.reply("30 days ", "[returns-1].")]]
        try say(bot, "How long can I return goods?", id: "m2")
        bot.aws.models = [TestBot.model: [Wire.reply("I do not know.")]]
        try say(bot, "And walruses?", id: "m3")
        #expect(bot.aws.publications.isEmpty)
    }

    @Test func aTriggerThatReachesNobodyTriesAgain() throws {
        let bot = try bot(unanswered: 2)
        bot.aws.models = [TestBot.model: [Wire.reply("I do not know.")]]
        try say(bot, "Do you sell penguins?", id: "m1")
        bot.aws.lasting["Publish"] = .error(403, "AuthorizationError")
        try say(bot, "And walruses?", id: "m2")
        #expect(bot.lastDone != nil && !bot.aws.frames.contains(Self.message), "the reply comes all the same")
        bot.aws.lasting["Publish"] = nil
        try say(bot, "And seals?", id: "m3")
        #expect(bot.aws.frames.contains(Self.message))
    }
}
