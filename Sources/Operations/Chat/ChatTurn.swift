import AWSClients
package import BotContract

extension ChatSession {
    /// Sends one message and waits for its reply.
    /// - Throws: `bot` when the bot says that the turn failed.
    package func send(_ message: String) throws(ChatError) -> ChatReply {
        let messageId = effects.messageId()
        emit(.asked(message))
        return try run(Turn(messageId: messageId, frame: .sendMessage(message: message, messageId: messageId)))
    }

    /// Confirms what the bot asked about, and waits for its reply.
    package func confirm(_ confirmation: Confirmation) throws(ChatError) -> ChatReply {
        let messageId = effects.messageId()
        emit(.confirmed(confirmation))
        return try run(Turn(messageId: messageId, frame: .confirm(id: confirmation.id, messageId: messageId)))
    }

    /// Sends what got no answer again, under its `messageId`: if the bot has its reply, it sends that one.
    /// - Returns: `nil` when all is answered.
    package func retry() throws(ChatError) -> ChatReply? {
        guard let turn = unanswered else { return nil }
        return try run(Turn(messageId: turn.messageId, frame: turn.frame))
    }

    private func run(_ begun: Turn) throws(ChatError) -> ChatReply {
        var turn = begun
        pending = nil
        unanswered = turn
        let deadline = effects.uptime() + options.replyTimeout
        while effects.uptime() < deadline {
            guard !effects.isCancelled() else { throw .interrupted }
            try connect()
            var end = TurnEnd.nothing
            do throws(WebSocketError) {
                try send(turn.frame)
                end = try follow(&turn, until: deadline)
            } catch {
                // The message goes out again under its id: if the bot has its reply, it sends that one.
                turn.breaks += 1
                guard turn.breaks < options.connectAttempts else { throw .unreachable(error) }
                let delay = Self.backoff(attempt: turn.breaks, random: effects.random())
                emit(.reconnecting(attempt: turn.breaks, after: delay, reason: error.description))
                end = .sendAgain(after: delay)
            }
            switch end {
            case .reply(let reply):
                lastMessageId = turn.messageId
                shown.insert(turn.messageId)
                unanswered = nil
                pending = reply.confirmation
                emit(.reply(reply, streamed: turn.streamed))
                return reply
            case .failed(let error): throw error
            case .sendAgain(let delay): effects.pause(delay)
            case .nothing: break
            }
        }
        throw .noAnswer(after: options.replyTimeout)
    }

    /// Reads lines and has each answered, until the input ends or the user interrupts. While nobody types, the
    /// connection is kept open; one that was lost is made anew for the next message.
    /// - Parameter nextLine: waits for a line, at most the given time.
    package func converse(nextLine: (Duration) -> ChatInput) throws(ChatError) {
        try connect()
        defer { close() }
        while !effects.isCancelled() {
            switch nextLine(Self.idleSlice) {
            case .end: return
            case .timeout: attend()
            case .line(let line):
                if let pending, try isAnswer(line, to: pending) { continue }
                guard line.contains(where: { !$0.isWhitespace }) else { continue }
                do throws(ChatError) {
                    attend()
                    guard try take(line) else { return }
                } catch {
                    guard case .interrupted = error else {
                        emit(.failed(error))
                        continue
                    }
                    return
                }
            }
        }
    }

    /// Whether the line is the user's word on what the bot asked about. Anything but a plain yes confirms nothing; a
    /// longer line is a message.
    private func isAnswer(_ line: String, to confirmation: Confirmation) throws(ChatError) -> Bool {
        // A command is neither: the question stays.
        guard !line.hasPrefix("/") else { return false }
        pending = nil
        switch line.lowercased().filter({ !$0.isWhitespace }) {
        case "y", "yes":
            do throws(ChatError) {
                attend()
                _ = try confirm(confirmation)
            } catch {
                if case .interrupted = error { throw error }
                emit(.failed(error))
            }
            return true
        case "", "n", "no":
            emit(.declined)
            return true
        default: return false
        }
    }

    /// Between turns: reads what came (closing, too) and sends a sign of life when it is due.
    func attend() {
        guard isConnected else { return }
        do throws(WebSocketError) {
            while try receive(timeout: .zero) != nil {}
            if effects.uptime() - lastActivity >= options.heartbeat { try send(.ping) }
        } catch {
            // The connection is gone; the next message makes a new one.
        }
    }

    /// How long one wait for input lasts: servers that ping want to be answered within 20 seconds.
    private static let idleSlice = Duration.seconds(5)
}

extension ChatSession {
    struct Turn {
        let messageId: String
        let frame: ClientFrame
        /// What the bot says to having told people.
        var handoff: String?
        /// What the deltas brought so far.
        var streamed = ""
        var nextSequence = 0
        var breaks = 0
    }

    fileprivate enum TurnEnd {
        case reply(ChatReply)
        case failed(ChatError)
        /// The bot is at it already, for a message that was sent before.
        case sendAgain(after: Duration)
        /// The time is up.
        case nothing
    }

    fileprivate func follow(_ turn: inout Turn, until deadline: Duration) throws(WebSocketError) -> TurnEnd {
        while effects.uptime() < deadline {
            if effects.isCancelled() { return .failed(.interrupted) }
            switch try receive(timeout: Self.slice) {
            case .delta(turn.messageId, let sequence, let text):
                // After a resend the bot may begin anew; what is shown is not shown again.
                guard sequence == turn.nextSequence else { continue }
                turn.nextSequence += 1
                turn.streamed += text
                emit(.delta(text))
            case .done(turn.messageId, let text, let citations, let usage, let confirmation):
                return .reply(
                    ChatReply(
                        text: text,
                        citations: citations,
                        usage: usage,
                        confirmation: confirmation,
                        handoff: turn.handoff
                    )
                )
            case .handoff(let message): turn.handoff = message
            case .error(let code, let message, let messageId, let retryAfter):
                guard messageId == nil || messageId == turn.messageId else { continue }
                if code == ErrorCode.turnInProgress.rawValue {
                    return .sendAgain(after: .seconds(min(10, max(1, retryAfter ?? 1))))
                }
                return .failed(.bot(code: code, message: message, retryAfter: retryAfter))
            default: break
            }
        }
        return .nothing
    }
}
