import Foundation

/// The chat itself, without time, threads or a network: what happens goes in, what is to be done comes out. It sends
/// what is to be said one at a time, and again where no answer came, under its `messageId`, which the bot answers at
/// most once. It does as the JavaScript client does (Sources/Web/client), state for state.
struct ChatEngine {
    /// Milliseconds, as in the JavaScript client. API Gateway closes a connection after 10 idle minutes, and after 2
    /// hours in any case.
    enum Times {
        static let heartbeat = 9 * 60_000
        static let pong = 10_000
        static let connect = 15_000
        static let hello = 15_000
        static let renewal = 115 * 60_000
        static let renewalSpread = 5 * 60_000
        static let backoff = 500
        static let longestBackoff = 60_000
        static let stable = 30_000
        static let answer = 30_000
    }

    /// So often a message goes out before it is given up.
    static let maximumSends = 6

    enum Timer: Hashable {
        case heartbeat, pong, connect, hello, renewal, reconnect, answer, again
        /// Of a request.
        case request(Int)
    }

    enum Effect: Equatable {
        /// Asks whoever knows the customer for a token, for that attempt.
        case askToken(Int)
        case dial(Int, token: String?)
        case send(String)
        case hangUp
        case start(Timer, milliseconds: Int)
        case stop(Timer)
        case emit(BotEvent)
        case save(ChatRecord)
        case remove
        case reply(messageId: String, ReplyEvent)
        case fail(messageId: String, BotError)
        case answer(Int, Result<RequestAnswer, BotError>)
        /// The bot has said welcome, or never will.
        case ready(Result<Bool, BotError>)
    }

    /// What a request got.
    enum RequestAnswer: Equatable {
        case feedback
        case handoff(String)
        case history(count: Int)
    }

    struct Turn: Equatable {
        var messageId: String
        var text: String
        /// The confirmation's id, where the turn confirms one.
        var confirms: String?
        var parts: [String] = []
        var sends = 0
        var isOut = false
    }

    struct Request: Equatable {
        var number: Int
        var frame: ClientFrame
        /// Of which connection it was sent.
        var sentOn: Int?
    }

    let hasTokenProvider: Bool
    let now: @Sendable () -> Int64
    let random: @Sendable () -> Double

    var effects: [Effect] = []
    var state = ChatState.idle
    var chatId: String?
    var transcript = Transcript()
    var hasEarlier = false
    /// What the bot gave to come back with.
    var token: String?
    /// Messages without an answer, in order; the first one is with the bot.
    var turns: [Turn] = []
    var requests: [Request] = []
    var requestNumber = 0
    /// Of this connection, and of no other one.
    var dial = 0
    var isConnected = false
    var failures = 0
    var readyAt: Int64?
    var renewAt: Int64 = 0
    var running: Set<Timer> = []

    init(
        kept: ChatRecord?,
        hasTokenProvider: Bool,
        now: @escaping @Sendable () -> Int64,
        random: @escaping @Sendable () -> Double
    ) {
        self.hasTokenProvider = hasTokenProvider
        self.now = now
        self.random = random
        token = kept?.token
        chatId = kept?.chatId
        for pending in kept?.pending ?? [] {
            let frame = ClientFrame.message(pending.text, messageId: pending.messageId)
            guard (try? frame.encoded()) != nil else { continue }
            turns.append(Turn(messageId: pending.messageId, text: pending.text))
            transcript.put(.customer, pending.messageId) {
                $0.text = pending.text
                $0.state = .queued
            }
        }
    }

    // What the application wants.

    mutating func connect() { if state == .idle { open() } }

    mutating func send(_ text: String, messageId: String, confirms: String? = nil) throws(BotError) {
        guard state != .closed else { throw .closed }
        let turn = Turn(messageId: messageId, text: text, confirms: confirms)
        _ = try frame(of: turn).encoded()
        guard !turns.contains(where: { $0.messageId == messageId }) else {
            throw BotError("message_id_reused", "This message is under way.", messageId: messageId)
        }
        turns.append(turn)
        let time = now()
        transcript.put(.customer, messageId) {
            $0.text = text
            $0.state = .queued
            $0.createdAt = time
            $0.error = nil
        }
        persist()
        emit(.change)
        connect()
        flush()
    }

    /// Takes a message back. One that was sent is answered and stored all the same; the answer is not shown.
    mutating func takeBack(_ messageId: String) {
        guard let turn = turns.first(where: { $0.messageId == messageId }) else { return }
        if turn.sends == 0 { transcript.remove(.customer, messageId) }
        fail(turn, BotError("aborted", "The message was taken back.", messageId: messageId))
    }

    /// - Returns: the request's number, which `answer` names.
    mutating func ask(_ frame: ClientFrame) throws(BotError) -> Int {
        guard state != .closed else { throw .closed }
        _ = try frame.encoded()
        requestNumber += 1
        requests.append(Request(number: requestNumber, frame: frame))
        start(.request(requestNumber), Times.answer)
        connect()
        flush()
        return requestNumber
    }

    /// Looks at once whether the connection is alive: for an app that was asleep, or a network that came back.
    mutating func check() {
        if state == .waiting { open() } else if state == .ready { ping() }
    }

    /// Forgets who the visitor is, the chat, and what was not sent.
    mutating func forget() {
        hangUp()
        token = nil
        failures = 0
        chatId = nil
        abandon(BotError("aborted", "The chat was forgotten."))
        transcript = Transcript()
        hasEarlier = false
        effects.append(.remove)
        enter(.idle)
        emit(.change)
    }

    /// Ends for good. What is unanswered fails; what is stored stays.
    mutating func close() {
        guard state != .closed else { return }
        hangUp()
        enter(.closed)
        abandon(.closed)
    }
}
