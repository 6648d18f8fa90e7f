/// What a client sends: one JSON text frame per value, `action` names the route.
public enum ClientFrame: Sendable, Equatable {
    case hello(chatId: String?)
    case sendMessage(message: String, messageId: String)
    /// `sendMessage` with `confirm` in the place of `message`: the customer agrees to the call that a `done` asked
    /// about. A turn like any other.
    case confirm(id: String, messageId: String)
    case history(before: String?)
    /// What the customer thinks of the reply to `messageId`; sent again, it replaces what was said before.
    case feedback(messageId: String, rating: Rating, comment: String?)
    /// The customer wants to talk to a person.
    case handoff
    case ping
}

public enum Rating: String, Codable, Sendable, CaseIterable { case up, down }

/// What the bot sends: one JSON text frame per value, `type` names the case. Every frame stays under
/// `Frame.maximumBytes`.
public enum ServerFrame: Sendable, Equatable {
    /// Answers `hello`. `token` is presented as `?token=` at the next connect, to be the same customer.
    case welcome(chatId: String, token: String?, history: [ChatMessage])
    /// Part of a reply; `seq` counts from 0 without a gap.
    case delta(messageId: String, seq: Int, text: String)
    /// The turn is stored. `text` is the whole reply; `confirmation` is what it asks the customer to agree to.
    case done(
        messageId: String,
        text: String,
        citations: [Citation],
        usage: TokenUsage?,
        confirmation: Confirmation? = nil
    )
    /// `retryAfter` in seconds. `messageId` names the turn that failed, if one did.
    case error(code: String, message: String, messageId: String?, retryAfter: Int?)
    /// Oldest first. `before` continues towards older messages; `nil` at the beginning of the chat.
    case history(messages: [ChatMessage], before: String?)
    /// The feedback is stored.
    case feedback(messageId: String, rating: Rating)
    /// People know that the customer wants one of them. `message` is the spec's.
    case handoff(message: String)
    case pong
}

public struct ChatMessage: Codable, Sendable, Equatable {
    public var id: String
    public var messageId: String
    public var role: MessageRole
    public var text: String
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var citations: [Citation]
    /// Of a reply that still waits for one.
    public var confirmation: Confirmation?
    public init(
        id: String,
        messageId: String,
        role: MessageRole,
        text: String,
        createdAt: Int64,
        citations: [Citation] = [],
        confirmation: Confirmation? = nil
    ) {
        self.id = id
        self.messageId = messageId
        self.role = role
        self.text = text
        self.createdAt = createdAt
        self.citations = citations
        self.confirmation = confirmation
    }
}

/// A call of a tool that is made when the customer confirms it, and never otherwise.
public struct Confirmation: Codable, Sendable, Equatable {
    /// What `confirm` names: the `turnId` of the reply that asks.
    public var id: String
    public var tool: String
    /// The very input that the tool will get, as JSON text.
    public var input: String
    /// Milliseconds since 1970.
    public var expiresAt: Int64
    public init(id: String, tool: String, input: String, expiresAt: Int64) {
        self.id = id
        self.tool = tool
        self.input = input
        self.expiresAt = expiresAt
    }
}

public struct Citation: Codable, Sendable, Equatable {
    public var id: String
    public var title: String
    public var file: String
    public init(id: String, title: String, file: String) {
        self.id = id
        self.title = title
        self.file = file
    }
}

public struct TokenUsage: Codable, Sendable, Equatable {
    public var inputTokens: Int
    public var outputTokens: Int
    public init(inputTokens: Int, outputTokens: Int) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

public enum Frame {
    /// API Gateway splits nothing: a `@connections` post over 32 KB is refused
    /// (https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
    public static let maximumBytes = 32 * 1024
}
