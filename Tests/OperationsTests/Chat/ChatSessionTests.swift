import AWSClients
import AWSCore
import BotContract
import Testing

@testable import Operations

/// A bot in memory: what it does with each frame is a closure, time is a number that only waiting moves.
final class FakeBot {
    final class Connection: ChatConnection {
        unowned let bot: FakeBot
        var inbox: [Result<ServerFrame, WebSocketError>] = []
        init(_ bot: FakeBot) { self.bot = bot }

        func send(text: String) throws(WebSocketError) {
            guard let frame = try? ClientFrame(json: Array(text.utf8)) else { throw .handshake("not a frame: \(text)") }
            bot.received.append(frame)
            inbox += bot.answer(frame)
        }

        func receiveText(timeout: Duration) throws(WebSocketError) -> String? {
            guard !inbox.isEmpty else {
                bot.uptime += timeout
                return nil
            }
            return String(decoding: try inbox.removeFirst().get().encoded(), as: UTF8.self)
        }

        func close() { bot.closed += 1 }
    }

    var uptime = Duration.zero
    var pauses: [Duration] = []
    var urls: [String] = []
    var received: [ClientFrame] = []
    var closed = 0
    var events: [ChatEvent] = []
    var token: String?
    var isCancelled = false
    var refusals: [WebSocketError] = []
    var connections: [Connection] = []
    private var ids = 0
    var refusesFeedback = false
    /// What a chat that is continued brings along.
    var stored: [ChatMessage] = []
    /// Answers to `history`, one after the other.
    var pages: [[ChatMessage]] = []
    /// Answers to `handoff`, one after the other.
    var handoffs: [[Result<ServerFrame, WebSocketError>]] = []
    /// What the bot sends for a frame.
    var turn: (_ messageId: String, _ message: String) -> [Result<ServerFrame, WebSocketError>] = { id, message in
        [.success(.done(messageId: id, text: message.uppercased(), citations: [], usage: nil))]
    }

    func answer(_ frame: ClientFrame) -> [Result<ServerFrame, WebSocketError>] {
        switch frame {
        case .hello(let chatId):
            [.success(.welcome(chatId: chatId ?? "c1", token: "t1", history: chatId == nil ? [] : stored))]
        case .sendMessage(let message, let messageId): turn(messageId, message)
        case .confirm(let id, let messageId): turn(messageId, "confirmed \(id)")
        case .ping: [.success(.pong)]
        case .feedback(let messageId, let rating, _):
            refusesFeedback
                ? [.success(.failure(.unknownMessage, messageId: messageId))]
                : [.success(.feedback(messageId: messageId, rating: rating))]
        case .handoff: handoffs.isEmpty ? [.success(.failure(.handoffUnavailable))] : handoffs.removeFirst()
        case .history: pages.isEmpty ? [] : [.success(.history(messages: pages.removeFirst(), before: nil))]
        }
    }

    var effects: ChatSession.Effects {
        ChatSession.Effects(
            connect: { [unowned self] (url) throws(WebSocketError) in
                urls.append(url)
                if !refusals.isEmpty { throw refusals.removeFirst() }
                let connection = Connection(self)
                connections.append(connection)
                return connection
            },
            uptime: { [unowned self] in uptime },
            pause: { [unowned self] in
                pauses.append($0)
                uptime += $0
            },
            random: { 1 },
            messageId: { [unowned self] in
                ids += 1
                return "m\(ids)"
            },
            isCancelled: { [unowned self] in isCancelled }
        )
    }

    func session(chatId: String? = nil) -> ChatSession {
        ChatSession(
            options: .init(url: "wss://bot.example/dev", chatId: chatId),
            effects: effects,
            tokens: ChatTokenStore(
                load: { [unowned self] in token },
                save: { [unowned self] in token = $0 },
                remove: { [unowned self] in token = nil }
            ),
            emit: { [unowned self] in events.append($0) }
        )
    }
}

@Suite struct ChatSessionTests {
    static let lost = WebSocketError.closed(code: 1006, reason: "")

    @Test func aTurn() throws {
        let bot = FakeBot()
        bot.turn = { id, _ in
            [
                .success(.delta(messageId: "other", seq: 0, text: "no")),
                .success(.delta(messageId: id, seq: 0, text: "Good ")),
                .success(.delta(messageId: id, seq: 0, text: "Good ")),
                .success(.delta(messageId: id, seq: 1, text: "day")),
                .success(.done(messageId: "other", text: "no", citations: [], usage: nil)),
                .success(.done(messageId: id, text: "Good day", citations: [], usage: nil)),
            ]
        }
        let chat = bot.session()
        let reply = try chat.send("hi")
        #expect(reply.text == "Good day")
        #expect(
            bot.events == [
                .asked("hi"), .connecting, .welcome(chatId: "c1", history: []), .delta("Good "), .delta("day"),
                .reply(reply, streamed: "Good day"),
            ]
        )
        #expect(bot.received == [.hello(chatId: nil), .sendMessage(message: "hi", messageId: "m1")])
        #expect(chat.chatId == "c1" && bot.token == "t1")
        chat.close()
        chat.close()
        #expect(bot.closed == 1)
    }

    @Test func theTokenIsPresentedAndAStaleOneDropped() throws {
        let bot = FakeBot()
        bot.token = "a/b+c="
        bot.refusals = [.refused(status: 403, headers: [:], body: [])]
        try bot.session().connect()
        #expect(bot.urls == ["wss://bot.example/dev?token=a%2Fb%2Bc%3D", "wss://bot.example/dev"])
        #expect(bot.token == "t1" && bot.pauses == [])
    }

    @Test func refusedWithoutATokenIsFinal() {
        let bot = FakeBot()
        bot.refusals = [.refused(status: 401, headers: [:], body: Array("no".utf8))]
        #expect(throws: ChatError.refused(status: 401, detail: "no")) { try bot.session().connect() }
    }

    @Test func connectsAgainWithBackoff() throws {
        let bot = FakeBot()
        let broken = WebSocketError.transport(TransportError(.connect, peer: "bot", detail: "down"))
        bot.refusals = [broken, .refused(status: 503, headers: [:], body: []), broken]
        try bot.session().connect()
        #expect(bot.pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
        bot.refusals = [broken, broken, broken, broken]
        #expect(throws: ChatError.unreachable(broken)) { try bot.session().connect() }
    }

    @Test(arguments: [
        WebSocketError.invalidURL("x"), .handshake("x"),
        .transport(TransportError(.tls, peer: "x", detail: "certificate")),
        .refused(status: 404, headers: [:], body: []),
    ])
    func whatWillNotPassIsNotTriedAgain(_ error: WebSocketError) {
        let bot = FakeBot()
        bot.refusals = [error]
        #expect(throws: ChatError.unreachable(error)) { try bot.session().connect() }
        #expect(bot.pauses == [] && bot.urls.count == 1)
    }

    @Test func aLostTurnIsSentAgainUnderItsId() throws {
        let bot = FakeBot()
        var calls = 0
        bot.turn = { id, _ in
            calls += 1
            if calls == 1 { return [.success(.delta(messageId: id, seq: 0, text: "Go")), .failure(Self.lost)] }
            return [
                .success(.delta(messageId: id, seq: 0, text: "Go")),
                .success(.delta(messageId: id, seq: 1, text: "od")),
                .success(.done(messageId: id, text: "Good", citations: [], usage: nil)),
            ]
        }
        let reply = try bot.session().send("hi")
        #expect(reply.text == "Good")
        #expect(bot.events.last == .reply(reply, streamed: "Good"))
        #expect(
            bot.received == [
                .hello(chatId: nil), .sendMessage(message: "hi", messageId: "m1"), .hello(chatId: "c1"),
                .sendMessage(message: "hi", messageId: "m1"),
            ]
        )
    }

    @Test func aTurnThatAlwaysBreaksEnds() {
        let bot = FakeBot()
        bot.turn = { _, _ in [.failure(Self.lost)] }
        #expect(throws: ChatError.unreachable(Self.lost)) { try bot.session().send("hi") }
    }

    @Test func aTurnInProgressIsAskedForAgain() throws {
        let bot = FakeBot()
        var calls = 0
        bot.turn = { id, _ in
            calls += 1
            if calls == 1 { return [.success(.failure(.turnInProgress, messageId: id, retryAfter: 3))] }
            return [.success(.done(messageId: id, text: "ok", citations: [], usage: nil))]
        }
        #expect(try bot.session().send("hi").text == "ok")
        #expect(bot.pauses == [.seconds(3)])
    }

    @Test func theBotsErrorsAreThrown() {
        let bot = FakeBot()
        bot.turn = { id, _ in [.success(.failure(.modelBusy, messageId: id, retryAfter: 2))] }
        let error = #expect(throws: ChatError.self) { try bot.session().send("hi") }
        #expect(error?.code == "chat.bot.model_busy")
        #expect(error?.nextStep == "try again in 2 s")
        // The gateway's own errors name no message.
        bot.turn = { _, _ in
            [.success(.error(code: "gateway", message: "Internal server error", messageId: nil, retryAfter: nil))]
        }
        #expect(throws: ChatError.bot(code: "gateway", message: "Internal server error", retryAfter: nil)) {
            try bot.session().send("hi")
        }
    }

    @Test func silenceEnds() {
        let bot = FakeBot()
        bot.turn = { _, _ in [] }
        #expect(throws: ChatError.noAnswer(after: .seconds(60))) { try bot.session().send("hi") }
        #expect(bot.uptime >= .seconds(60) && bot.uptime < .seconds(62))
    }

    @Test func interruptionEndsATurn() {
        let bot = FakeBot()
        bot.turn = { [unowned bot] _, _ in
            bot.isCancelled = true
            return []
        }
        #expect(throws: ChatError.interrupted) { try bot.session().send("hi") }
    }

    @Test func anInteractiveChat() throws {
        let bot = FakeBot()
        bot.turn = { id, message in
            if message == "bad" { return [.success(.failure(.messageTooLong, messageId: id))] }
            return [.success(.done(messageId: id, text: message, citations: [], usage: nil))]
        }
        var inputs: [ChatInput] = [.line("one"), .line("  "), .line("bad"), .line("two"), .end]
        try bot.session(chatId: "old").converse { _ in inputs.removeFirst() }
        #expect(bot.received.first == .hello(chatId: "old"))
        #expect(bot.received.count == 4)
        #expect(
            bot.events.contains(
                .failed(.bot(code: "message_too_long", message: "The message is too long.", retryAfter: nil))
            )
        )
        #expect(bot.closed == 1)
    }

    @Test func anIdleChatGivesSignsOfLife() throws {
        let bot = FakeBot()
        var waited = 0
        try bot.session().converse { timeout in
            bot.uptime += timeout
            waited += 1
            return bot.uptime < .seconds(20 * 60) ? .timeout : .end
        }
        #expect(bot.received == [.hello(chatId: nil), .ping, .ping])
        #expect(waited > 100)
    }

    @Test func aConnectionLostWhileIdleIsMadeAnewForTheNextMessage() throws {
        let bot = FakeBot()
        var inputs: [ChatInput] = [.timeout, .timeout, .line("hi"), .end]
        try bot.session().converse { _ in
            if inputs.count == 3 { bot.connections.last?.inbox.append(.failure(Self.lost)) }
            return inputs.removeFirst()
        }
        #expect(
            bot.received == [.hello(chatId: nil), .hello(chatId: "c1"), .sendMessage(message: "hi", messageId: "m1")]
        )
    }

    @Test func interruptionEndsAnInteractiveChat() throws {
        let bot = FakeBot()
        try bot.session().converse { _ in
            bot.isCancelled = true
            return .timeout
        }
        #expect(bot.closed == 1)
    }

    @Test(arguments: [
        (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/botctl/shop-dev.token" as String?),
        (["XDG_STATE_HOME": "rel", "HOME": "/h"], "/h/.local/state/botctl/shop-dev.token"),
        (["HOME": "/h"], "/h/.local/state/botctl/shop-dev.token"), ([:], nil),
    ])
    func tokenPath(_ environment: [String: String], _ path: String?) {
        #expect(ChatTokenStore.path(environment: environment, name: "shop", stage: "dev") == path)
    }
}
