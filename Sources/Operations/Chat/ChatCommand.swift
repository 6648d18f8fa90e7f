import AWSClients
package import BotContract
import Diagnostics

/// What a line of an interactive chat means: a message, or with a slash before it a command.
package enum ChatLine: Sendable, Equatable {
    case message(String)
    case feedback(Rating, comment: String?)
    case handoff
    /// Older messages of the chat.
    case history
    /// A chat from the beginning, as the same visitor.
    case new
    /// The message that got no answer, again.
    case retry
    case help
    case quit
    /// A command that is not one, or lacks something; the text says what.
    case misused(String)

    /// What can be typed, and what it does.
    package static let commands: [(usage: String, meaning: String)] = [
        ("/good [comment]", "the last reply helped"),
        ("/bad [comment]", "the last reply did not help"),
        ("/feedback up|down [comment]", "the same, in other words"),
        ("/human, /handoff", "ask for a person"),
        ("/history", "show earlier messages of this chat"),
        ("/new", "start a new chat"),
        ("/retry", "send the message that got no answer again"),
        ("/help", "show this list"),
        ("/quit", "leave; so does Ctrl-D"),
    ]

    /// The commands' names alone, for completion.
    package static let names = [
        "/bad", "/feedback", "/good", "/handoff", "/help", "/history", "/human", "/new", "/quit", "/retry",
    ]

    package init(_ line: String) {
        let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first, name.hasPrefix("/") else {
            self = .message(line)
            return
        }
        let rest = words.count > 1 ? words[1].drop(while: \.isWhitespace) : ""
        func alone(_ meaning: ChatLine) -> ChatLine {
            rest.isEmpty ? meaning : .misused("\(name) stands alone")
        }
        switch name {
        case "/good": self = .feedback(.up, comment: rest.isEmpty ? nil : String(rest))
        case "/bad": self = .feedback(.down, comment: rest.isEmpty ? nil : String(rest))
        case "/feedback": self = Self.feedback(rest)
        case "/handoff", "/human": self = alone(.handoff)
        case "/history": self = alone(.history)
        case "/new": self = alone(.new)
        case "/retry": self = alone(.retry)
        case "/help": self = alone(.help)
        case "/quit", "/exit": self = alone(.quit)
        default:
            let meant = Suggestion.nearest(to: name, among: Self.names).map { ", did you mean \($0)?" } ?? ";"
            self = .misused("there is no command \(name)\(meant) /help lists them")
        }
    }

    private static func feedback(_ rest: Substring) -> ChatLine {
        let words = rest.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard let word = words.first, let rating = Rating(rawValue: word.lowercased()) else {
            return .misused("say /feedback up or /feedback down, and then a comment if you like")
        }
        let comment = words.count > 1 ? words[1].drop(while: \.isWhitespace) : ""
        return .feedback(rating, comment: comment.isEmpty ? nil : String(comment))
    }
}

extension ChatSession {
    /// Does what a line of the user's says. - Returns: whether the chat goes on.
    func take(_ line: String) throws(ChatError) -> Bool {
        switch ChatLine(line) {
        case .message(let message): _ = try send(message)
        case .feedback(let rating, let comment):
            if lastMessageId == nil {
                emit(.misused("there is no reply yet to give feedback on"))
            } else {
                try rate(rating, comment: comment)
            }
        case .handoff: _ = try handOff()
        case .history: try showEarlier()
        case .new: try startAnew()
        case .retry:
            if try retry() == nil { emit(.misused("there is no message without an answer")) }
        case .help: emit(.help)
        case .quit: return false
        case .misused(let text): emit(.misused(text))
        }
        return true
    }

    /// Asks for the page of messages before the oldest one that was shown.
    package func showEarlier() throws(ChatError) {
        let messages = try exchange(.history(before: oldestId), about: nil) { frame in
            if case .history(let messages, _) = frame { return messages }
            return nil
        }
        if let first = messages.first { oldestId = first.id }
        emit(.earlier(messages))
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
