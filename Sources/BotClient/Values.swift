/// A rule of the bot's that a reply rests on.
public struct Citation: Codable, Sendable, Equatable, Hashable {
    /// As `returns-3`.
    public var id: String
    public var title: String
    /// Of the bot's project.
    public var file: String

    public init(id: String, title: String, file: String) {
        self.id = id
        self.title = title
        self.file = file
    }
}

/// What a turn cost.
public struct Usage: Codable, Sendable, Equatable {
    public var inputTokens: Int
    public var outputTokens: Int

    public init(inputTokens: Int, outputTokens: Int) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

/// A call of a tool that waits for the customer's word. Show `tool` and `input`, not only the reply's words.
public struct Confirmation: Codable, Sendable, Equatable {
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

public enum Rating: String, Codable, Sendable, CaseIterable { case up, down }

public enum Role: String, Codable, Sendable { case customer, bot }

/// A whole reply. Its text counts: it differs from the parts where a model broke off.
public struct Answer: Sendable, Equatable {
    public var messageId: String
    public var text: String
    public var citations: [Citation]
    /// Absent where the reply came from the bot's store.
    public var usage: Usage?
    /// What the bot asks before it goes on; `BotChat.confirm` agrees.
    public var confirmation: Confirmation?
}

/// A message of the transcript.
public struct ChatMessage: Sendable, Equatable {
    public enum State: String, Sendable {
        /// Not sent yet.
        case queued
        /// Not answered yet.
        case sent
        /// Part of a reply.
        case streaming
        case done
        case failed
    }

    /// Of the bot's store, absent until the history brought it: orders a chat's messages by time.
    public internal(set) var id: String?
    /// A reply has the one of the message that it answers.
    public internal(set) var messageId: String
    public internal(set) var role: Role
    public internal(set) var text: String
    /// Milliseconds since 1970.
    public internal(set) var createdAt: Int64?
    public internal(set) var citations: [Citation] = []
    public internal(set) var confirmation: Confirmation?
    public internal(set) var state = State.done
    /// Of a message that failed.
    public internal(set) var error: BotError?
    /// What was said of this reply here.
    public internal(set) var rating: Rating?
}

/// What a reply is made of, in order: parts, and at the end the whole.
public enum ReplyEvent: Sendable, Equatable {
    case delta(String)
    case done(Answer)
}

/// The connection's state, the same five as the JavaScript client has.
public enum ChatState: String, Sendable {
    /// Not connected yet.
    case idle
    case connecting
    /// The bot has said welcome.
    case ready
    /// The connection is lost; the next attempt comes by itself.
    case waiting
    /// For good.
    case closed
}

/// What happens in a chat.
public enum BotEvent: Sendable, Equatable {
    /// `delay`: milliseconds until the next attempt, while `waiting`.
    case state(ChatState, delay: Int?)
    /// `isNew`: the bot does not know the chat that was asked for, or none was.
    case welcome(chatId: String, isNew: Bool)
    /// `messages` is not as it was.
    case change
    case delta(messageId: String, text: String)
    case done(Answer)
    /// The bot asks the customer before it goes on.
    case confirmation(Confirmation, messageId: String)
    case error(BotError)
    case feedback(messageId: String, Rating)
    /// People know that the customer wants one of them.
    case handoff(String)
}
