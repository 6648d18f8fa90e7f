/// What the bot says, and what it means for what waits.
extension ChatEngine {
    mutating func welcomed(
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

    mutating func grown(_ messageId: String, _ seq: Int, _ text: String) {
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

    mutating func answered(_ answer: Answer) {
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
    mutating func finish(_ answer: Answer) {
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

    mutating func removeTurn(_ messageId: String) -> Turn? {
        guard let index = turns.firstIndex(where: { $0.messageId == messageId }) else { return nil }
        if turns[index].isOut { stop(.answer) }
        // What was to be said again needs not be.
        if index == 0 { stop(.again) }
        let turn = turns.remove(at: index)
        persist()
        return turn
    }

    mutating func refused(_ error: BotError) {
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

    func isAbout(_ request: Request, _ error: BotError) -> Bool {
        guard request.sentOn == dial else { return false }
        switch request.frame {
        case .feedback(let messageId, _, _):
            return error.messageId == messageId || (error.messageId == nil && !error.code.hasPrefix("handoff_"))
        case .handoff: return error.messageId == nil
        default: return error.messageId == nil && !error.code.hasPrefix("handoff_")
        }
    }

    mutating func paged(_ messages: [ServerFrame.StoredMessage], _ before: String?) {
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

    mutating func rated(_ messageId: String, _ rating: Rating) {
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
    mutating func handedOff(_ message: String) {
        let found = requests.firstIndex { $0.sentOn == dial && $0.frame == .handoff }
        if let found { settle(found, .success(.handoff(message))) }
        emit(.handoff(message))
    }

    mutating func settle(_ index: Int, _ result: Result<RequestAnswer, BotError>) {
        let request = requests.remove(at: index)
        stop(.request(request.number))
        effects.append(.answer(request.number, result))
    }
}
