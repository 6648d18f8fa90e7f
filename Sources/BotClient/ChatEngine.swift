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
    private(set) var state = ChatState.idle
    private(set) var chatId: String?
    var transcript = Transcript()
    private(set) var hasEarlier = false
    /// What the bot gave to come back with.
    private(set) var token: String?
    /// Messages without an answer, in order; the first one is with the bot.
    private(set) var turns: [Turn] = []
    private(set) var requests: [Request] = []
    private var requestNumber = 0
    /// Of this connection, and of no other one.
    private(set) var dial = 0
    private var isConnected = false
    private var failures = 0
    private var readyAt: Int64?
    private var renewAt: Int64 = 0
    private var running: Set<Timer> = []

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

    // The connection.

    private mutating func open() {
        hangUp()
        enter(.connecting)
        if token == nil, hasTokenProvider {
            effects.append(.askToken(dial))
        } else {
            call(token)
        }
    }

    private mutating func call(_ token: String?) {
        effects.append(.dial(dial, token: token))
        start(.connect, Times.connect)
    }

    mutating func tokenCame(_ given: String?, dial: Int) {
        guard dial == self.dial else { return }
        if let given, !given.isEmpty {
            call(given)
        } else {
            lost(BotError("no_token", "No token for the chat."))
        }
    }

    mutating func opened(dial: Int) {
        guard dial == self.dial else { return }
        isConnected = true
        post(.hello(chatId: chatId))
        start(.hello, Times.hello)
    }

    /// - Parameter isRefused: the handshake got 401 or 403: the token is not good (any more).
    mutating func ended(dial: Int, isRefused: Bool) {
        guard dial == self.dial else { return }
        guard isRefused else { return lost() }
        // A visitor whose token is refused is a new one; a customer's app gives another token.
        token = nil
        lost(BotError("refused", "The bot refused the connection."))
    }

    mutating func received(_ text: String, dial: Int) {
        guard dial == self.dial else { return }
        // The protocol grows: what cannot be read is passed over, and what it should have answered is asked again.
        guard let decoded = try? ServerFrame.decode(text) else { return }
        stop(.pong)
        switch decoded {
        case .welcome(let chatId, let token, let history): welcomed(chatId, token, history, size: text.utf8.count)
        case .delta(let messageId, let seq, let text): grown(messageId, seq, text)
        case .done(let answer): answered(answer)
        case .error(let error): refused(error)
        case .history(let messages, let before): paged(messages, before)
        case .feedback(let messageId, let rating): rated(messageId, rating)
        case .handoff(let message): handedOff(message)
        case .pong: break
        }
    }

    mutating func fired(_ timer: Timer) {
        guard running.remove(timer) != nil else { return }
        switch timer {
        case .heartbeat: ping()
        case .pong, .connect, .hello: lost()
        case .renewal: renew()
        case .reconnect: open()
        case .answer: unanswered()
        case .again:
            if !turns.isEmpty { turns[0].isOut = false }
            flush()
        case .request(let number):
            requests.removeAll { $0.number == number }
            effects.append(.answer(number, .failure(.noAnswer())))
        }
    }

    /// The connection is gone: the next one after a while, which doubles, half of it by chance.
    private mutating func lost(_ error: BotError? = nil) {
        if let readyAt, now() - readyAt > Int64(Times.stable) { failures = 0 }
        hangUp()
        if let error { emit(.error(error)) }
        let full = Double(min(Times.longestBackoff, Times.backoff << min(failures, 10)))
        let delay = max(Int((full / 2 + full / 2 * random()).rounded()), (error?.retryAfter ?? 0) * 1000)
        failures += 1
        enter(.waiting, delay: delay)
        start(.reconnect, delay)
    }

    /// Ends the connection, and every timer of it. Requests have their own time.
    private mutating func hangUp() {
        dial += 1
        isConnected = false
        readyAt = nil
        for timer in running { if case .request = timer { continue } else { stop(timer) } }
        for index in turns.indices { turns[index].isOut = false }
        effects.append(.hangUp)
    }

    /// A new connection before the old one is cut, but not while an answer is waited for.
    private mutating func renew() {
        if state == .ready, now() >= renewAt, turns.isEmpty, requests.isEmpty { open() }
    }

    private mutating func ping() {
        guard state == .ready, !running.contains(.pong) else { return }
        post(.ping)
        start(.pong, Times.pong)
    }

    private mutating func post(_ frame: ClientFrame) {
        guard let text = try? frame.encoded() else { return }
        effects.append(.send(text))
        start(.heartbeat, Times.heartbeat)
    }

    private mutating func enter(_ next: ChatState, delay: Int? = nil) {
        guard next != state, state != .closed else { return }
        state = next
        emit(.state(next, delay: delay))
    }

    // What comes in.

    private mutating func welcomed(
        _ given: String,
        _ token: String?,
        _ history: [ServerFrame.StoredMessage],
        size: Int
    ) {
        let isSame = given == chatId
        if !isSame { transcript.messages.removeAll { $0.state == .done || $0.role == .bot } }
        let isFirst = !isSame || transcript.oldest == nil
        chatId = given
        if let token { self.token = token }
        transcript.mergeTail(history)
        // The page holds at most 20 messages, fewer where they are long.
        if isFirst { hasEarlier = history.count >= 20 || size > 16_000 }
        for message in history where message.role == .bot {
            var answer = Answer(messageId: message.messageId, text: message.text, citations: message.citations)
            answer.confirmation = message.confirmation
            finish(answer)
        }
        persist()
        stop(.hello)
        stop(.connect)
        let time = now()
        readyAt = time
        let life = Times.renewal - Int(Double(Times.renewalSpread) * random())
        renewAt = time + Int64(life)
        start(.renewal, life)
        enter(.ready)
        emit(.welcome(chatId: given, isNew: !isSame))
        emit(.change)
        effects.append(.ready(.success(true)))
        flush()
    }

    private mutating func grown(_ messageId: String, _ seq: Int, _ text: String) {
        guard let index = turns.firstIndex(where: { $0.messageId == messageId }) else { return }
        start(.answer, Times.answer)
        // After it was sent again, the bot may begin anew; what is shown is not shown again.
        guard seq == turns[index].parts.count else { return }
        turns[index].parts.append(text)
        let whole = turns[index].parts.joined()
        transcript.put(.bot, messageId) {
            $0.text = whole
            $0.state = .streaming
        }
        effects.append(.reply(messageId: messageId, .delta(text)))
        emit(.delta(messageId: messageId, text: text))
        emit(.change)
    }

    private mutating func answered(_ answer: Answer) {
        guard transcript.index(.customer, answer.messageId) != nil else { return }
        let time = now()
        transcript.put(.bot, answer.messageId) {
            $0.text = answer.text
            $0.citations = answer.citations
            $0.confirmation = answer.confirmation
            $0.state = .done
            $0.createdAt = time
        }
        finish(answer)
        emit(.change)
        flush()
        renew()
    }

    /// A `done`, or the same reply from the history.
    private mutating func finish(_ answer: Answer) {
        if let index = transcript.index(.customer, answer.messageId) {
            transcript.messages[index].state = .done
            transcript.messages[index].error = nil
        }
        guard let turn = removeTurn(answer.messageId) else { return }
        // The bot works: the next failure is a first one.
        failures = 0
        let shown = turn.parts.joined()
        if answer.text.hasPrefix(shown), answer.text != shown {
            effects.append(.reply(messageId: answer.messageId, .delta(String(answer.text.dropFirst(shown.count)))))
        }
        effects.append(.reply(messageId: answer.messageId, .done(answer)))
        emit(.done(answer))
        if let confirmation = answer.confirmation {
            emit(.confirmation(confirmation, messageId: answer.messageId))
        }
    }

    private mutating func removeTurn(_ messageId: String) -> Turn? {
        guard let index = turns.firstIndex(where: { $0.messageId == messageId }) else { return nil }
        if turns[index].isOut { stop(.answer) }
        // What was to be said again needs not be.
        if index == 0 { stop(.again) }
        let turn = turns.remove(at: index)
        persist()
        return turn
    }

    private mutating func refused(_ error: BotError) {
        guard state == .ready, error.code != "no_session" else { return lost(state == .ready ? nil : error) }
        if let turn = turns.first(where: { $0.messageId == error.messageId && $0.isOut }) {
            if error.code == "turn_in_progress" {
                sendLater(turn, after: (error.retryAfter ?? 1) * 1000, error)
            } else {
                fail(turn, error)
            }
        } else if let index = requests.firstIndex(where: { isAbout($0, error) }) {
            settle(index, .failure(error))
        } else if error.messageId == nil, let head = turns.first, head.isOut {
            sendLater(head, after: 1000 << (head.sends - 1), error)
        }
    }

    private func isAbout(_ request: Request, _ error: BotError) -> Bool {
        guard request.sentOn == dial else { return false }
        switch request.frame {
        case .feedback(let messageId, _, _):
            return error.messageId == messageId || (error.messageId == nil && !error.code.hasPrefix("handoff_"))
        case .handoff: return error.messageId == nil
        default: return error.messageId == nil && !error.code.hasPrefix("handoff_")
        }
    }

    private mutating func paged(_ messages: [ServerFrame.StoredMessage], _ before: String?) {
        let found = requests.firstIndex { request in
            guard request.sentOn == dial, case .history = request.frame else { return false }
            return true
        }
        guard let found else { return }
        transcript.take(messages)
        hasEarlier = before != nil
        settle(found, .success(.history(count: messages.count)))
        emit(.change)
    }

    private mutating func rated(_ messageId: String, _ rating: Rating) {
        let found = requests.firstIndex { request in
            guard request.sentOn == dial, case .feedback(messageId, _, _) = request.frame else { return false }
            return true
        }
        guard let found else { return }
        if let index = transcript.index(.bot, messageId) { transcript.messages[index].rating = rating }
        settle(found, .success(.feedback))
        emit(.feedback(messageId: messageId, rating))
        emit(.change)
    }

    /// Also without a request: the turn told people.
    private mutating func handedOff(_ message: String) {
        let found = requests.firstIndex { $0.sentOn == dial && $0.frame == .handoff }
        if let found { settle(found, .success(.handoff(message))) }
        emit(.handoff(message))
    }

    private mutating func settle(_ index: Int, _ result: Result<RequestAnswer, BotError>) {
        let request = requests.remove(at: index)
        stop(.request(request.number))
        effects.append(.answer(request.number, result))
    }

    // What goes out.

    private func frame(of turn: Turn) -> ClientFrame {
        turn.confirms.map { .confirm($0, messageId: turn.messageId) } ?? .message(turn.text, messageId: turn.messageId)
    }

    private mutating func flush() {
        guard state == .ready else { return }
        for index in requests.indices where requests[index].sentOn != dial {
            requests[index].sentOn = dial
            post(requests[index].frame)
        }
        guard let turn = turns.first, !turn.isOut, !running.contains(.again) else { return }
        turns[0].isOut = true
        turns[0].sends += 1
        if let index = transcript.index(.customer, turn.messageId) { transcript.messages[index].state = .sent }
        post(frame(of: turn))
        start(.answer, Times.answer)
        emit(.change)
    }

    /// A connection that says nothing may be dead: the message goes out again on a new one.
    private mutating func unanswered() {
        guard let turn = turns.first, turn.isOut else { return }
        if turn.sends >= Self.maximumSends { fail(turn, .noAnswer(turn.messageId)) } else { lost() }
    }

    private mutating func sendLater(_ turn: Turn, after delay: Int, _ error: BotError) {
        stop(.answer)
        guard turn.sends < Self.maximumSends else { return fail(turn, error) }
        start(.again, delay)
    }

    private mutating func fail(_ turn: Turn, _ error: BotError) {
        _ = removeTurn(turn.messageId)
        if let index = transcript.index(.customer, turn.messageId) {
            transcript.messages[index].state = .failed
            transcript.messages[index].error = error
        }
        // What came of a reply that failed was never stored.
        transcript.remove(.bot, turn.messageId)
        effects.append(.fail(messageId: turn.messageId, error))
        emit(.error(error))
        emit(.change)
        flush()
    }

    /// Nothing that waits will be answered.
    private mutating func abandon(_ error: BotError) {
        for turn in turns { effects.append(.fail(messageId: turn.messageId, error)) }
        turns = []
        for request in requests {
            stop(.request(request.number))
            effects.append(.answer(request.number, .failure(error)))
        }
        requests = []
        effects.append(.ready(.failure(error)))
    }

    private mutating func persist() {
        // A confirmation is asked for again by the history, so only messages are kept.
        let pending = turns.filter { $0.confirms == nil }.map {
            ChatRecord.Pending(messageId: $0.messageId, text: $0.text)
        }
        effects.append(.save(ChatRecord(token: token, chatId: chatId, pending: pending)))
    }

    private mutating func emit(_ event: BotEvent) { effects.append(.emit(event)) }

    private mutating func start(_ timer: Timer, _ milliseconds: Int) {
        running.insert(timer)
        effects.append(.start(timer, milliseconds: milliseconds))
    }

    private mutating func stop(_ timer: Timer) {
        if running.remove(timer) != nil { effects.append(.stop(timer)) }
    }
}
