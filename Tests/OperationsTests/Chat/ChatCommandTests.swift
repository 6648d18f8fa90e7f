import AWSClients
import BotContract
import Testing

@testable import Operations

@Suite struct ChatCommandTests {
    @Test(
        arguments: [
            ("How long?", .message("How long?")), ("  /help me", .misused("/help stands alone")), ("/help", .help),
            ("5 / 2", .message("5 / 2")), ("/handoff ", .handoff), ("/feedback up", .feedback(.up, comment: nil)),
            ("/feedback DOWN  too  short ", .feedback(.down, comment: "too  short ")),
            ("/feedback", .misused("say /feedback up or /feedback down, and then a comment if you like")),
            ("/feedback maybe", .misused("say /feedback up or /feedback down, and then a comment if you like")),
            ("/", .misused("there is no command /; /help lists them")),
            ("/quit", .misused("there is no command /quit; /help lists them")), ("", .message("")),
        ] as [(String, ChatLine)]
    )
    func lines(_ text: String, _ line: ChatLine) {
        #expect(ChatLine(text) == line)
    }

    @Test func everyCommandIsInTheHelp() {
        #expect(ChatLine.commands.map { $0.usage.split(separator: " ")[0] } == ["/feedback", "/handoff", "/help"])
    }

    private func converse(_ bot: FakeBot, _ lines: [String]) throws {
        var lines = lines.map { ChatInput.line($0) }[...]
        try bot.session().converse { _ in lines.popFirst() ?? .end }
    }

    @Test func feedbackIsOnTheLastReply() throws {
        let bot = FakeBot()
        try converse(bot, ["/feedback up", "one", "two", "/feedback down no good", "/feedback up"])
        let sent = bot.received.filter { $0.action == "feedback" }
        #expect(
            sent == [
                .feedback(messageId: "m2", rating: .down, comment: "no good"),
                .feedback(messageId: "m2", rating: .up, comment: nil),
            ]
        )
        #expect(bot.events.contains(.misused("there is no reply yet to give feedback on")))
        #expect(bot.events.suffix(2) == [.rated(messageId: "m2", .down), .rated(messageId: "m2", .up)])
    }

    @Test func refusalsDoNotEndTheChat() throws {
        let bot = FakeBot()
        bot.refusesFeedback = true
        try converse(bot, ["one", "/feedback up", "/handoff", "two"])
        let codes = bot.events.compactMap { event -> String? in
            guard case .failed(let error) = event else { return nil }
            return error.code
        }
        #expect(codes == ["chat.bot.unknown_message", "chat.bot.handoff_unavailable"])
        #expect(bot.received.count { $0.action == "sendMessage" } == 2)
    }

    @Test func handoffSurvivesALostConnection() throws {
        let bot = FakeBot()
        bot.handoffs = [[.failure(.closed(code: 1006, reason: ""))], [.success(.handoff(message: "Wait."))]]
        #expect(try bot.session().handOff() == "Wait.")
        #expect(bot.received.map(\.action) == ["hello", "handoff", "hello", "handoff"])
        #expect(bot.events.last == .handedOff(message: "Wait."))
    }

    @Test func silenceEndsInTime() {
        let bot = FakeBot()
        bot.handoffs = [[]]
        #expect(throws: ChatError.noAnswer(after: .seconds(15))) { try bot.session().handOff() }
    }
}
