/// What is said to the bot, kept, and told.
extension ChatEngine {
    func frame(of turn: Turn) -> ClientFrame {
        turn.confirms.map { .confirm($0, messageId: turn.messageId) } ?? .message(turn.text, messageId: turn.messageId)
    }

    mutating func flush() {
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
    mutating func unanswered() {
        guard let turn = turns.first, turn.isOut else { return }
        if turn.sends >= Self.maximumSends { fail(turn, .noAnswer(turn.messageId)) } else { lost() }
    }

    mutating func sendLater(_ turn: Turn, after delay: Int, _ error: BotError) {
        stop(.answer)
        guard turn.sends < Self.maximumSends else { return fail(turn, error) }
        start(.again, delay)
    }

    mutating func fail(_ turn: Turn, _ error: BotError) {
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
    mutating func abandon(_ error: BotError) {
        for turn in turns { effects.append(.fail(messageId: turn.messageId, error)) }
        turns = []
        for request in requests {
            stop(.request(request.number))
            effects.append(.answer(request.number, .failure(error)))
        }
        requests = []
        effects.append(.ready(.failure(error)))
    }

    mutating func persist() {
        // A confirmation is asked for again by the history, so only messages are kept.
        let pending = turns.filter { $0.confirms == nil }.map {
            ChatRecord.Pending(messageId: $0.messageId, text: $0.text)
        }
        effects.append(.save(ChatRecord(token: token, chatId: chatId, pending: pending)))
    }

    mutating func emit(_ event: BotEvent) { effects.append(.emit(event)) }

    mutating func start(_ timer: Timer, _ milliseconds: Int) {
        running.insert(timer)
        effects.append(.start(timer, milliseconds: milliseconds))
    }

    mutating func stop(_ timer: Timer) {
        if running.remove(timer) != nil { effects.append(.stop(timer)) }
    }
}
