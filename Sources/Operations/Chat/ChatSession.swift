package import AWSClients
import AWSCore
package import BotContract

/// What happens in a chat, for a view to show.
package enum ChatEvent: Sendable, Equatable {
    case connecting
    /// A message goes out for the first time.
    case asked(String)
    /// The user agrees to what the bot asked about.
    case confirmed(Confirmation)
    /// `history` holds what the user has not seen of the tail of a chat that is continued, oldest first.
    case welcome(chatId: String, history: [ChatMessage])
    /// More of the reply that is being made; in order, without gaps.
    case delta(String)
    /// The turn is stored. `text` is the whole reply and begins with `streamed`, what `delta`s brought of it,
    /// unless the bot took something back.
    case reply(ChatReply, streamed: String)
    /// Older messages of the chat, oldest first; none at its beginning.
    case earlier([ChatMessage])
    /// The bot has stored what the user thinks of the reply to `messageId`.
    case rated(messageId: String, Rating)
    /// People know that the user wants one of them.
    case handedOff(message: String)
    /// The user does not want what the bot asked about; nothing was sent.
    case declined
    /// The user asked what can be typed.
    case help
    /// A line was a command, and not a whole one.
    case misused(String)
    /// The turn failed; an interactive chat goes on.
    case failed(ChatError)
    /// The connection was lost; the next attempt is made after `delay`.
    case reconnecting(attempt: Int, after: Duration, reason: String)
}

package struct ChatReply: Sendable, Equatable {
    package var text: String
    package var citations: [Citation]
    package var usage: TokenUsage?
    /// A call that waits for the user's word.
    package var confirmation: Confirmation?
    /// What the bot says to having told people, when it did so in this turn.
    package var handoff: String?
}

/// A chat with a deployed bot: connects, says hello, sends messages and reads their replies. A lost connection
/// is made anew, the chat continued by its id, and the message sent again under its `messageId`, which the bot
/// answers at most once. Emits events, prints nothing. For one thread.
package final class ChatSession {
    package struct Options: Sendable {
        /// `wss://…/<stage>`, without a token.
        package var url: String
        /// A chat to continue.
        package var chatId: String?
        package var helloTimeout = Duration.seconds(15)
        /// Over Lambda's own limit for a turn (29 s) by a cold start and a resend.
        package var replyTimeout = Duration.seconds(60)
        /// API Gateway closes a connection after 10 idle minutes.
        package var heartbeat = Duration.seconds(9 * 60)
        package var connectAttempts = 4

        package init(url: String, chatId: String? = nil) {
            self.url = url
            self.chatId = chatId
        }
    }

    package struct Effects {
        package var connect: (String) throws(WebSocketError) -> any ChatConnection
        /// Time since any fixed moment.
        package var uptime: () -> Duration
        package var pause: (Duration) -> Void
        /// 0 to 1, for jitter.
        package var random: () -> Double
        package var messageId: () -> String
        package var isCancelled: () -> Bool

        package init(
            connect: @escaping (String) throws(WebSocketError) -> any ChatConnection,
            uptime: @escaping () -> Duration,
            pause: @escaping (Duration) -> Void,
            random: @escaping () -> Double,
            messageId: @escaping () -> String,
            isCancelled: @escaping () -> Bool
        ) {
            self.connect = connect
            self.uptime = uptime
            self.pause = pause
            self.random = random
            self.messageId = messageId
            self.isCancelled = isCancelled
        }

        /// The real ones.
        package static func live(
            settings: CurlSettings,
            isCancelled: @escaping () -> Bool = { false }
        ) -> Effects {
            let start = ContinuousClock.now
            let clock = SystemClock()
            return Effects(
                connect: { (url) throws(WebSocketError) in
                    try WebSocketConnection.connect(url: url, settings: settings)
                },
                uptime: { ContinuousClock.now - start },
                pause: clock.sleep,
                random: { Double.random(in: 0..<1) },
                messageId: {
                    let random = (UInt64.random(in: .min ... .max), UInt16.random(in: .min ... .max))
                    return TableLayout.turnId(milliseconds: clock.now().milliseconds, random: random)
                },
                isCancelled: isCancelled
            )
        }
    }

    /// How long one wait lasts at most before Ctrl-C is looked for.
    static let slice = Duration.milliseconds(250)

    let options: Options
    let effects: Effects
    private let tokens: ChatTokenStore
    let emit: (ChatEvent) -> Void
    private var connection: (any ChatConnection)?
    var lastActivity = Duration.zero
    /// Of the chat, once the bot has said it.
    package private(set) var chatId: String?
    /// Of the last reply.
    var lastMessageId: String?
    /// The oldest message that was shown: what is before it was not.
    var oldestId: String?
    /// The turn that is waited for, or was last waited for in vain.
    var unanswered: Turn?
    /// The messages that were shown, each with its reply: a connection that is made anew brings them again.
    var shown: Set<String> = []
    /// What the last reply asks the user about.
    package internal(set) var pending: Confirmation?

    package init(
        options: Options,
        effects: Effects,
        tokens: ChatTokenStore,
        emit: @escaping (ChatEvent) -> Void
    ) {
        self.options = options
        self.effects = effects
        self.tokens = tokens
        self.emit = emit
        chatId = options.chatId
    }

    /// Connects if it is not connected, with backoff.
    package func connect() throws(ChatError) {
        var attempt = 1
        while connection == nil {
            guard !effects.isCancelled() else { throw .interrupted }
            var refusal: ChatError?
            do throws(WebSocketError) {
                emit(.connecting)
                try open()
                refusal = try greet()
            } catch {
                drop()
                try waitBeforeNext(attempt: &attempt, after: error)
            }
            if let refusal {
                close()
                throw refusal
            }
        }
    }

    /// Ends the connection properly.
    package func close() {
        connection?.close()
        connection = nil
    }

    /// Sends a frame; a connection that breaks is dropped.
    func send(_ frame: ClientFrame) throws(WebSocketError) {
        guard let connection else { throw .notOpen }
        do throws(WebSocketError) {
            try connection.send(text: String(decoding: frame.encoded(), as: UTF8.self))
            lastActivity = effects.uptime()
        } catch {
            drop()
            throw error
        }
    }

    /// The next frame that this version knows; `nil` after the time.
    func receive(timeout: Duration) throws(WebSocketError) -> ServerFrame? {
        guard let connection else { throw .notOpen }
        do throws(WebSocketError) {
            guard let text = try connection.receiveText(timeout: timeout) else { return nil }
            return try? ServerFrame(json: Array(text.utf8))
        } catch {
            drop()
            throw error
        }
    }

    var isConnected: Bool { connection != nil }

    /// Leaves the chat for a new one of the same visitor.
    package func startAnew() throws(ChatError) {
        close()
        chatId = nil
        pending = nil
        lastMessageId = nil
        oldestId = nil
        unanswered = nil
        shown = []
        try connect()
    }

    /// What was not shown yet. The reply to the message that is waited for comes by itself.
    private func news(in history: [ChatMessage]) -> [ChatMessage] {
        if oldestId == nil { oldestId = history.first?.id }
        let waiting = unanswered?.messageId
        let news = history.filter { $0.messageId != waiting && !shown.contains($0.messageId) }
        shown.formUnion(news.map(\.messageId))
        if let last = news.last(where: { $0.role == .bot }) { lastMessageId = last.messageId }
        return news
    }

    /// Without a close handshake: the connection is broken.
    private func drop() {
        connection = nil
    }

    private func open() throws(WebSocketError) {
        var url = options.url
        if let token = tokens.load() {
            url += (url.contains("?") ? "&" : "?") + "token=" + percentEncode(token)
        }
        connection = try effects.connect(url)
        try send(.hello(chatId: chatId))
    }

    /// - Returns: why the bot does not welcome the user.
    private func greet() throws(WebSocketError) -> ChatError? {
        let deadline = effects.uptime() + options.helloTimeout
        while effects.uptime() < deadline {
            if effects.isCancelled() { return .interrupted }
            switch try receive(timeout: Self.slice) {
            case .welcome(let chatId, let token, let history):
                self.chatId = chatId
                if let token { tokens.save(token) }
                pending = history.last?.confirmation
                emit(.welcome(chatId: chatId, history: news(in: history)))
                return nil
            case .error(let code, let message, _, let retryAfter):
                return .bot(code: code, message: message, retryAfter: retryAfter)
            default: break
            }
        }
        return .noAnswer(after: options.helloTimeout)
    }

    private func waitBeforeNext(attempt: inout Int, after error: WebSocketError) throws(ChatError) {
        if case .refused(let status, _, let body) = error, status == 401 || status == 403 {
            // A token of another stack or key: without one, the bot gives a new one.
            guard tokens.load() != nil else {
                throw .refused(status: status, detail: WebSocketError.message(in: body))
            }
            tokens.remove()
            if tokens.load() == nil { return }
            throw .refused(status: status, detail: "the token is refused")
        }
        guard attempt < options.connectAttempts, Self.mayPass(error) else { throw .unreachable(error) }
        let delay = Self.backoff(attempt: attempt, random: effects.random())
        emit(.reconnecting(attempt: attempt, after: delay, reason: error.description))
        effects.pause(delay)
        attempt += 1
    }

    /// A refusal by the gateway (5xx, 429) and a broken network may pass; a wrong URL does not.
    private static func mayPass(_ error: WebSocketError) -> Bool {
        switch error {
        case .invalidURL, .handshake, .violation: false
        case .refused(let status, _, _): status == 429 || status >= 500
        case .transport(let error): error.kind != .tls && error.kind != .cancelled
        case .closed, .notOpen: true
        }
    }

    /// 200 ms, doubled for each attempt, half of it by chance.
    static func backoff(attempt: Int, random: Double) -> Duration {
        let full = 200.0 * Double(1 << min(attempt - 1, 6))
        return .milliseconds(Int64(full / 2 + full / 2 * random))
    }
}
