/// One connection after the other: keeps one alive, and makes the next.
extension ChatEngine {
    mutating func open() {
        hangUp()
        enter(.connecting)
        if token == nil, hasTokenProvider {
            effects.append(.askToken(dial))
        } else {
            call(token)
        }
    }

    mutating func call(_ token: String?) {
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
    mutating func lost(_ error: BotError? = nil) {
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
    mutating func hangUp() {
        dial += 1
        isConnected = false
        readyAt = nil
        for timer in running { if case .request = timer { continue } else { stop(timer) } }
        for index in turns.indices { turns[index].isOut = false }
        effects.append(.hangUp)
    }

    /// A new connection before the old one is cut, but not while an answer is waited for.
    mutating func renew() {
        if state == .ready, now() >= renewAt, turns.isEmpty, requests.isEmpty { open() }
    }

    mutating func ping() {
        guard state == .ready, !running.contains(.pong) else { return }
        post(.ping)
        start(.pong, Times.pong)
    }

    mutating func post(_ frame: ClientFrame) {
        guard let text = try? frame.encoded() else { return }
        effects.append(.send(text))
        start(.heartbeat, Times.heartbeat)
    }

    mutating func enter(_ next: ChatState, delay: Int? = nil) {
        guard next != state, state != .closed else { return }
        state = next
        emit(.state(next, delay: delay))
    }
}
