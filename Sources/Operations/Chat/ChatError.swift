package import AWSClients

/// Why a chat, or one turn of it, did not come to its end.
package enum ChatError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection, after all attempts.
    case unreachable(WebSocketError)
    /// The authorizer refused (401 or 403).
    case refused(status: Int, detail: String)
    /// The bot answered with an `error` frame; `retryAfter` in seconds.
    case bot(code: String, message: String, retryAfter: Int?)
    case noAnswer(after: Duration)
    case interrupted

    /// Stable; of the bot's errors the frame's own code.
    package var code: String {
        switch self {
        case .unreachable(let error): "chat.\(error.code)"
        case .refused: "chat.refused"
        case .bot(let code, _, _): "chat.bot.\(code)"
        case .noAnswer: "chat.noAnswer"
        case .interrupted: "chat.interrupted"
        }
    }

    package var description: String {
        switch self {
        case .unreachable(let error): "the bot cannot be reached: \(error)"
        case .refused(let status, let detail):
            "the bot refused the connection (\(status))" + (detail.isEmpty ? "" : ": \(detail)")
        case .bot(_, let message, _): message
        case .noAnswer(let duration): "no answer within \(duration.components.seconds) s"
        case .interrupted: "interrupted"
        }
    }

    /// What to do next, imperative.
    package var nextStep: String {
        switch self {
        case .unreachable(.invalidURL): "pass the wss:// URL that `botctl outputs` prints"
        case .unreachable: "check the network, and with `botctl outputs` that the stack is deployed"
        case .refused: "check `auth` in the spec (signed and jwt need --token), and the log of the authorize function"
        case .bot(_, _, let retryAfter?): "try again in \(retryAfter) s"
        case .bot: "see the log of the sendMessage function"
        case .noAnswer: "see the log of the sendMessage function; the same message may be sent again"
        case .interrupted: "start the chat again to continue it"
        }
    }
}
