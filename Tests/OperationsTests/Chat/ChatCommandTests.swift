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
            ("/quit", .quit), ("/exit ", .quit), ("/good", .feedback(.up, comment: nil)),
            ("/bad too  short ", .feedback(.down, comment: "too  short ")), ("/human", .handoff),
            ("/history", .history), ("/new", .new), ("/new chat", .misused("/new stands alone")), ("/retry", .retry),
            ("/god", .misused("there is no command /god, did you mean /good? /help lists them")), ("", .message("")),
        ] as [(String, ChatLine)]
    )
    func lines(_ text: String, _ line: ChatLine) {
        #expect(ChatLine(text) == line)
    }

    @Test func everyCommandIsInTheHelp() {
        let usages = ChatLine.commands.map(\.usage).joined(separator: " ")
        for name in ChatLine.names {
            #expect(usages.contains(name))
            if case .misused(let text) = ChatLine(name) { #expect(name == "/feedback", "\(text)") }
        }
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

    @Test func earlierMessagesComeInPages() throws {
        let bot = FakeBot()
        func message(_ number: Int) -> ChatMessage {
            let id = "01HZZZZZZZZZZZZZZZZZZZZZZ\(number).0"
            return ChatMessage(id: id, messageId: "h\(number)", role: .bot, text: "\(number)", createdAt: 0)
        }
        bot.stored = [message(5)]
        bot.pages = [[message(3), message(4)], []]
        var lines = ["/history", "/history"].map { ChatInput.line($0) }[...]
        try bot.session(chatId: "c").converse { _ in lines.popFirst() ?? .end }
        #expect(
            Array(bot.received.dropFirst())
                == ["5", "3"].map { ClientFrame.history(before: "01HZZZZZZZZZZZZZZZZZZZZZZ\($0).0") }
        )
        #expect(bot.events.suffix(2) == [.earlier([message(3), message(4)]), .earlier([])])
    }

    @Test func aNewChatForgetsTheOldOne() throws {
        let bot = FakeBot()
        try converse(bot, ["one", "/new", "/good", "/retry", "/quit", "two"])
        #expect(bot.received.map(\.action) == ["hello", "sendMessage", "hello"])
        #expect(bot.received.last == .hello(chatId: nil))
        #expect(bot.events.contains(.misused("there is no message without an answer")))
    }

    @Test func whatGotNoAnswerIsSentAgainAsTheSame() throws {
        let bot = FakeBot()
        var fails = true
        bot.turn = { id, message in
            defer { fails = false }
            return fails
                ? [.success(.failure(.modelBusy, messageId: id))]
                : [.success(.done(messageId: id, text: message, citations: [], usage: nil))]
        }
        try converse(bot, ["one", "/retry", "/retry"])
        let sent = bot.received.filter { $0.action == "sendMessage" }
        #expect(sent == Array(repeating: .sendMessage(message: "one", messageId: "m1"), count: 2))
    }
}
