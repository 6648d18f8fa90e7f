/// A chat with one bot: connects, says hello, sends messages and streams their replies. A connection that is lost is
/// made anew after a jittered wait of 0.25 to 60 s, as the same visitor and in the same chat; what was not answered
/// goes out again under its `messageId`, which the bot answers at most once.
///
///     let chat = BotChat(url: "wss://abc.execute-api.us-east-2.amazonaws.com/prod")
///     for try await case .delta(let text) in await chat.send("How long can I return shoes?") { print(text) }
public actor BotChat {
    private let url: String
    private let options: Options
    private var engine: ChatEngine
    private var timers: [ChatEngine.Timer: Task<Void, Never>] = [:]
    /// Reads of the connection, and before that makes it.
    private var connection: Task<Void, Never>?
    private var outbox: AsyncStream<String>.Continuation?
    private var replies: [String: AsyncThrowingStream<ReplyEvent, any Error>.Continuation] = [:]
    private var listeners: [Int: AsyncStream<BotEvent>.Continuation] = [:]
    private var listenerNumber = 0
    private var answers: [Int: CheckedContinuation<Result<ChatEngine.RequestAnswer, BotError>, Never>] = [:]
    private var arrivals: [CheckedContinuation<Result<Bool, BotError>, Never>] = []

    /// - Parameter url: `wss://…/<stage>`, what `botctl outputs` calls the chat.
    public init(url: String, options: Options = Options()) {
        self.url = url
        self.options = options
        let clock = options.clock
        engine = ChatEngine(
            kept: options.store?.load(),
            hasTokenProvider: options.token != nil,
            now: { clock.now() },
            random: options.random
        )
    }

    public var state: ChatState { engine.state }
    public var chatId: String? { engine.chatId }
    /// The transcript, oldest first.
    public var messages: [ChatMessage] { engine.transcript.messages }
    /// Whether older messages may be there to load.
    public var hasEarlier: Bool { engine.hasEarlier }

    /// Connects, and stays connected until `close`. Returns when the bot has said welcome.
    public func connect() async throws(BotError) {
        guard engine.state != .closed else { throw .closed }
        guard engine.state != .ready else { return }
        let result = await withCheckedContinuation { continuation in
            arrivals.append(continuation)
            engine.connect()
            perform()
        }
        _ = try result.get()
    }

    /// Sends a message; while there is no connection it waits for one. The bot answers one at a time.
    public func send(_ text: String, messageId: String? = nil) -> BotReply {
        begin(text, messageId: messageId ?? options.newId(), confirms: nil)
    }

    /// Agrees to what the bot asked about. The call is made once, however often this goes out.
    public func confirm(_ confirmation: Confirmation) -> BotReply {
        begin(confirmation.tool, messageId: options.newId(), confirms: confirmation.id)
    }

    /// Sends a failed message again, as the same one where the bot allows it.
    public func retry(_ messageId: String) throws(BotError) -> BotReply {
        guard let message = engine.transcript.find(.customer, messageId), message.state == .failed else {
            throw BotError("unknown_message", "No such message has failed.", messageId: messageId)
        }
        engine.transcript.remove(.customer, messageId)
        return send(message.text, messageId: message.error?.code == "message_id_reused" ? nil : messageId)
    }

    /// Takes a message back that was not answered. One that was sent is answered and stored all the same; the answer
    /// is not shown.
    public func takeBack(_ messageId: String) {
        engine.takeBack(messageId)
        perform()
    }

    /// Says what the customer thinks of the reply to that message. Sent again, it replaces what was said before.
    public func feedback(_ messageId: String, _ rating: Rating, comment: String? = nil) async throws(BotError) {
        _ = try await ask(.feedback(messageId: messageId, rating, comment: comment))
    }

    /// Asks for a person. - Returns: what the bot says to that.
    public func handoff() async throws(BotError) -> String {
        guard case .handoff(let message) = try await ask(.handoff) else { return "" }
        return message
    }

    /// Puts the page before the oldest known message in front of `messages`. - Returns: how many came.
    @discardableResult
    public func loadEarlier() async throws(BotError) -> Int {
        guard case .history(let count) = try await ask(.history(before: engine.transcript.oldest)) else { return 0 }
        return count
    }

    /// Every event from now on, until the chat is closed.
    public func events() -> AsyncStream<BotEvent> {
        let (stream, continuation) = AsyncStream<BotEvent>.makeStream()
        guard engine.state != .closed else {
            continuation.finish()
            return stream
        }
        listenerNumber += 1
        let number = listenerNumber
        listeners[number] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.forgetListener(number) } }
        return stream
    }

    /// Looks at once whether the connection is alive: for an app that was asleep, or a network that came back.
    public func check() {
        engine.check()
        perform()
    }

    /// Forgets who the visitor is, the chat, and what was not sent. A next `connect` makes a new visitor.
    public func forget() {
        engine.forget()
        perform()
    }

    /// Ends for good. What is unanswered fails; what is stored stays.
    public func close() {
        engine.close()
        perform()
        for listener in listeners.values { listener.finish() }
        listeners = [:]
    }

    private func begin(_ text: String, messageId: String, confirms: String?) -> BotReply {
        let (stream, continuation) = AsyncThrowingStream<ReplyEvent, any Error>.makeStream()
        do throws(BotError) {
            if replies[messageId] == nil { replies[messageId] = continuation }
            try engine.send(text, messageId: messageId, confirms: confirms)
            perform()
        } catch {
            if engine.turns.allSatisfy({ $0.messageId != messageId }) { replies[messageId] = nil }
            continuation.finish(throwing: error)
        }
        return BotReply(messageId: messageId, stream: stream)
    }

    private func ask(_ frame: ClientFrame) async throws(BotError) -> ChatEngine.RequestAnswer {
        let number = try engine.ask(frame)
        let result = await withCheckedContinuation { continuation in
            answers[number] = continuation
            perform()
        }
        return try result.get()
    }

    private func forgetListener(_ number: Int) { listeners[number] = nil }

    // What the engine wants done.

    private func perform() {
        while !engine.effects.isEmpty {
            let effects = engine.effects
            engine.effects = []
            for effect in effects { perform(effect) }
        }
    }

    private func perform(_ effect: ChatEngine.Effect) {
        switch effect {
        case .askToken(let dial): askToken(dial)
        case .dial(let dial, let token): call(dial, token)
        case .send(let text): outbox?.yield(text)
        case .hangUp: hangUp()
        case .start(let timer, let milliseconds): start(timer, milliseconds)
        case .stop(let timer): timers.removeValue(forKey: timer)?.cancel()
        case .emit(let event): for listener in listeners.values { listener.yield(event) }
        case .save(let record): options.store?.save(record)
        case .remove: options.store?.remove()
        case .reply(let messageId, let event):
            replies[messageId]?.yield(event)
            if case .done = event { replies.removeValue(forKey: messageId)?.finish() }
        case .fail(let messageId, let error): replies.removeValue(forKey: messageId)?.finish(throwing: error)
        case .answer(let number, let result): answers.removeValue(forKey: number)?.resume(returning: result)
        case .ready(let result):
            for arrival in arrivals { arrival.resume(returning: result) }
            arrivals = []
        }
    }

    private func start(_ timer: ChatEngine.Timer, _ milliseconds: Int) {
        timers[timer]?.cancel()
        let clock = options.clock
        timers[timer] = Task { [weak self] in
            do { try await clock.sleep(milliseconds: milliseconds) } catch { return }
            if !Task.isCancelled { await self?.fire(timer) }
        }
    }

    private func fire(_ timer: ChatEngine.Timer) {
        // It may have been stopped, or started anew, while this waited for its turn.
        guard !Task.isCancelled else { return }
        timers[timer] = nil
        engine.fired(timer)
        perform()
    }

    private func askToken(_ dial: Int) {
        let provider = options.token
        Task { [weak self] in
            let token = try? await provider?()
            await self?.tokenCame(token, dial)
        }
    }

    private func tokenCame(_ token: String?, _ dial: Int) {
        engine.tokenCame(token, dial: dial)
        perform()
    }

    private func call(_ dial: Int, _ token: String?) {
        let address = Self.address(url, token: token)
        let connector = options.connector
        let (texts, outbox) = AsyncStream<String>.makeStream()
        self.outbox = outbox
        connection = Task { [weak self] in
            do {
                let socket = try await connector.connect(to: address)
                // Off the actor: whoever hangs up meanwhile ends the wait for the next message.
                try await withTaskCancellationHandler {
                    defer { socket.close() }
                    let writer = Task { for await text in texts { try await socket.send(text) } }
                    defer { writer.cancel() }
                    await self?.opened(dial)
                    while !Task.isCancelled {
                        let text = try await socket.receive()
                        await self?.received(text, dial)
                    }
                } onCancel: {
                    socket.close()
                }
                await self?.ended(dial, isRefused: false)
            } catch {
                let status = (error as? BotSocketRefused)?.status
                await self?.ended(dial, isRefused: status == 401 || status == 403)
            }
        }
    }

    private func opened(_ dial: Int) {
        engine.opened(dial: dial)
        perform()
    }

    private func received(_ text: String, _ dial: Int) {
        engine.received(text, dial: dial)
        perform()
    }

    private func ended(_ dial: Int, isRefused: Bool) {
        engine.ended(dial: dial, isRefused: isRefused)
        perform()
    }

    private func hangUp() {
        outbox?.finish()
        outbox = nil
        connection?.cancel()
        connection = nil
    }

    /// All but the letters, digits and marks that no part of a URL gives a meaning (RFC 3986, 2.3) is escaped.
    static func address(_ url: String, token: String?) -> String {
        guard let token, !token.isEmpty else { return url }
        let hex = Array("0123456789ABCDEF".utf8)
        var escaped: [UInt8] = []
        for byte in token.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: escaped.append(byte)
            default: escaped += [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return url + (url.contains("?") ? "&" : "?") + "token=" + String(decoding: escaped, as: UTF8.self)
    }
}
