import AWSClients
package import BotContract

/// What a line of an interactive chat means: a message, or with a slash before it a command.
package enum ChatLine: Sendable, Equatable {
    case message(String)
    case feedback(Rating, comment: String?)
    case handoff
    case help
    /// A command that is not one, or lacks something; the text says what.
    case misused(String)

    /// What can be typed, and what it does.
    package static let commands: [(usage: String, meaning: String)] = [
        ("/feedback up|down [comment]", "say what you think of the last reply"),
        ("/handoff", "ask for a person"),
        ("/help", "show this list"),
    ]

    package init(_ line: String) {
        let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first, name.hasPrefix("/") else {
            self = .message(line)
            return
        }
        switch name {
        case "/feedback":
            guard words.count > 1, let rating = Rating(rawValue: words[1].lowercased()) else {
                self = .misused("say /feedback up or /feedback down, and then a comment if you like")
                return
            }
            let comment = words.count > 2 ? words[2].drop(while: \.isWhitespace) : ""
            self = .feedback(rating, comment: comment.isEmpty ? nil : String(comment))
        case "/handoff" where words.count == 1: self = .handoff
        case "/help" where words.count == 1: self = .help
        case "/handoff", "/help": self = .misused("\(name) stands alone")
        default: self = .misused("there is no command \(name); /help lists them")
        }
    }
}

extension ChatSession {
    /// Does what a line of the user's says.
    func take(_ line: String) throws(ChatError) {
        switch ChatLine(line) {
        case .message(let message): _ = try send(message)
        case .feedback(let rating, let comment):
            guard lastMessageId != nil else { return emit(.misused("there is no reply yet to give feedback on")) }
            try rate(rating, comment: comment)
        case .handoff: _ = try handOff()
        case .help: emit(.help)
        case .misused(let text): emit(.misused(text))
        }
    }

    /// Gives feedback on the last reply; without one it does nothing.
    package func rate(_ rating: Rating, comment: String?) throws(ChatError) {
        guard let messageId = lastMessageId else { return }
        let frame = ClientFrame.feedback(messageId: messageId, rating: rating, comment: comment)
        _ = try exchange(frame, about: messageId) { frame in
            if case .feedback(messageId, rating) = frame { return true }
            return nil
        }
        emit(.rated(messageId: messageId, rating))
    }

    /// Asks for a person. - Returns: what the bot says to that.
    package func handOff() throws(ChatError) -> String {
        let message = try exchange(.handoff, about: nil) { frame in
            if case .handoff(let message) = frame { return message }
            return nil
        }
        emit(.handedOff(message: message))
        return message
    }

    /// Sends a frame that may be sent twice, and waits for its answer; a connection that is lost is made anew.
    private func exchange<Answer>(
        _ frame: ClientFrame,
        about messageId: String?,
        answer: (ServerFrame) -> Answer?
    ) throws(ChatError) -> Answer {
        let deadline = effects.uptime() + options.helloTimeout
        var breaks = 0
        while effects.uptime() < deadline {
            try connect()
            var refusal: ChatError?
            do throws(WebSocketError) {
                try send(frame)
                while refusal == nil, effects.uptime() < deadline, !effects.isCancelled() {
                    guard let received = try receive(timeout: Self.slice) else { continue }
                    if let answer = answer(received) { return answer }
                    if case .error(let code, let message, let id, let retryAfter) = received, id == messageId {
                        refusal = .bot(code: code, message: message, retryAfter: retryAfter)
                    }
                }
            } catch {
                breaks += 1
                guard breaks < options.connectAttempts else { throw .unreachable(error) }
            }
            if let refusal { throw refusal }
            if effects.isCancelled() { throw .interrupted }
        }
        throw .noAnswer(after: options.helloTimeout)
    }
}
