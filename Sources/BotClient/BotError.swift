/// A failure with a stable code: the protocol's (docs/protocol.md), or one of the client's own: `closed`, `aborted`,
/// `no_answer`, `no_token`, `refused`.
public struct BotError: Error, Sendable, Equatable, CustomStringConvertible {
    public var code: String
    /// For people.
    public var message: String
    /// Of the message that failed, if one did.
    public var messageId: String?
    /// Seconds until it makes sense to try again.
    public var retryAfter: Int?

    public init(_ code: String, _ message: String, messageId: String? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.messageId = messageId
        self.retryAfter = retryAfter
    }

    /// Whether the same message may succeed when it is sent again.
    public var isRetryable: Bool {
        let never = ["bad_", "unknown_", "message_empty", "message_too", "handoff_un", "closed", "aborted"]
        return !never.contains { code.hasPrefix($0) }
    }

    public var description: String { "\(code): \(message)" }

    static let closed = BotError("closed", "The chat is closed.")
    static func noAnswer(_ messageId: String? = nil) -> BotError {
        BotError("no_answer", "No answer came.", messageId: messageId)
    }
}
