import AWSClients
import BotContract
import Testing

@testable import Operations

/// What a bot asks about is confirmed by a plain yes, and by nothing else.
@Suite struct ChatConfirmationTests {
    static let id = "01HZ3V9R4YB0E2M8K6T1QWXCNA"
    static let asked = BotContract.Confirmation(id: id, tool: "cancelOrder", input: "{}", expiresAt: 1)

    /// A bot that asks about its first message.
    private func bot() -> FakeBot {
        let bot = FakeBot()
        bot.turn = { id, message in
            let asks = message == "Cancel it" ? Self.asked : nil
            return [
                .success(.done(messageId: id, text: message, citations: [], usage: nil, confirmation: asks))
            ]
        }
        return bot
    }

    private func converse(_ bot: FakeBot, _ lines: String...) throws {
        var inputs = lines.map { ChatInput.line($0) } + [.end]
        try bot.session().converse { _ in inputs.removeFirst() }
    }

    private static let first = ClientFrame.sendMessage(message: "Cancel it", messageId: "m1")

    @Test(arguments: ["y", " YES ", "yes"])
    func yesConfirms(_ answer: String) throws {
        let bot = bot()
        try converse(bot, "Cancel it", answer)
        #expect(bot.received.dropFirst() == [Self.first, .confirm(id: Self.id, messageId: "m2")])
        guard case .reply(let reply, _) = bot.events.last else {
            Issue.record("\(bot.events)")
            return
        }
        #expect(reply.text == "confirmed \(Self.id)" && reply.confirmation == nil)
    }

    @Test(arguments: ["", "  ", "n", "No"])
    func noSendsNothing(_ answer: String) throws {
        let bot = bot()
        try converse(bot, "Cancel it", answer, "y")
        #expect(bot.events.contains(.declined))
        #expect(
            bot.received.dropFirst() == [Self.first, .sendMessage(message: "y", messageId: "m2")],
            "a late yes is a message"
        )
    }

    @Test func anythingElseIsAMessage() throws {
        let bot = bot()
        try converse(bot, "Cancel it", "yes, but only tomorrow", "y")
        #expect(
            bot.received.dropFirst() == [
                Self.first, .sendMessage(message: "yes, but only tomorrow", messageId: "m2"),
                .sendMessage(message: "y", messageId: "m3"),
            ]
        )
    }

    @Test func aLostConnectionConfirmsUnderTheSameId() throws {
        let bot = bot()
        let answer = bot.turn
        bot.turn = { id, message in
            guard message == "confirmed \(Self.id)", bot.connections.count == 1 else { return answer(id, message) }
            return [.failure(.closed(code: 1006, reason: ""))]
        }
        try converse(bot, "Cancel it", "y")
        let confirms = bot.received.filter { $0 == .confirm(id: Self.id, messageId: "m2") }
        #expect(confirms.count == 2, "the bot makes the call once for one id")
    }

    @Test func aRefusalIsShownAndTheChatGoesOn() throws {
        let bot = bot()
        let answer = bot.turn
        bot.turn = { id, message in
            message == "confirmed \(Self.id)"
                ? [.success(.failure(.unknownConfirmation, messageId: id))] : answer(id, message)
        }
        try converse(bot, "Cancel it", "y", "Hello")
        #expect(
            bot.events.contains { if case .failed(.bot("unknown_confirmation", _, _)) = $0 { true } else { false } }
        )
        #expect(bot.received.last == .sendMessage(message: "Hello", messageId: "m3"))
    }

    @Test func peopleWereToldWithinATurn() throws {
        let bot = FakeBot()
        bot.turn = { id, message in
            [
                .success(.handoff(message: "A colleague will take over.")),
                .success(.done(messageId: id, text: message, citations: [], usage: nil)),
            ]
        }
        let reply = try bot.session().send("A person")
        #expect(reply.handoff == "A colleague will take over.")
    }
}
