import FoundationEssentials

extension ServerFrame {
    public var type: String {
        switch self {
        case .welcome: "welcome"
        case .delta: "delta"
        case .done: "done"
        case .error: "error"
        case .history: "history"
        case .feedback: "feedback"
        case .handoff: "handoff"
        case .pong: "pong"
        }
    }

    /// UTF-8 JSON with sorted keys; lists are there even when empty, other absent fields are left out.
    public func encoded() -> [UInt8] {
        var fields = Fields(type: type)
        switch self {
        case .welcome(let chatId, let token, let history):
            fields.chatId = chatId
            fields.token = token
            fields.history = history
        case .delta(let messageId, let seq, let text):
            fields.messageId = messageId
            fields.seq = seq
            fields.text = text
        case .done(let messageId, let text, let citations, let usage, let confirmation):
            fields.messageId = messageId
            fields.text = text
            fields.citations = citations
            fields.usage = usage
            fields.confirmation = confirmation
        case .error(let code, let message, let messageId, let retryAfter):
            fields.code = code
            fields.message = message
            fields.messageId = messageId
            fields.retryAfter = retryAfter
        case .history(let messages, let before):
            fields.messages = messages
            fields.before = before
        case .feedback(let messageId, let rating):
            fields.messageId = messageId
            fields.rating = rating.rawValue
        case .handoff(let message): fields.message = message
        case .pong: break
        }
        return frameJSON(fields)
    }

    /// Reads what the bot, or the gateway in its place, sent. A frame of an unknown type is an error with
    /// its name, for the caller to pass over: a newer bot may send more.
    public init(json: [UInt8]) throws(ServerFrameError) {
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(json))
        } catch {
            throw .malformed("not a JSON object with fields of the right types")
        }
        guard let type = fields.type else {
            guard let message = fields.message else { throw .malformed("neither 'type' nor 'message'") }
            self = .error(code: ErrorCode.gateway.rawValue, message: message, messageId: nil, retryAfter: nil)
            return
        }
        func need<Value>(_ value: Value?, _ name: String) throws(ServerFrameError) -> Value {
            guard let value else { throw .malformed("'\(type)' without '\(name)'") }
            return value
        }
        switch type {
        case "welcome":
            self = .welcome(
                chatId: try need(fields.chatId, "chatId"),
                token: fields.token,
                history: fields.history ?? []
            )
        case "delta":
            self = .delta(
                messageId: try need(fields.messageId, "messageId"),
                seq: try need(fields.seq, "seq"),
                text: try need(fields.text, "text")
            )
        case "done":
            self = .done(
                messageId: try need(fields.messageId, "messageId"),
                text: try need(fields.text, "text"),
                citations: fields.citations ?? [],
                usage: fields.usage,
                confirmation: fields.confirmation
            )
        case "error":
            self = .error(
                code: try need(fields.code, "code"),
                message: fields.message ?? "",
                messageId: fields.messageId,
                retryAfter: fields.retryAfter
            )
        case "history":
            self = .history(messages: fields.messages ?? [], before: fields.before)
        case "feedback":
            guard let rating = Rating(rawValue: try need(fields.rating, "rating")) else {
                throw .malformed("'feedback' with another 'rating' than up and down")
            }
            self = .feedback(messageId: try need(fields.messageId, "messageId"), rating: rating)
        case "handoff":
            self = .handoff(message: try need(fields.message, "message"))
        case "pong":
            self = .pong
        default:
            throw .unknownType(type)
        }
    }

    private struct Fields: Codable {
        var type: String?
        var chatId: String?
        var token: String?
        var history: [ChatMessage]?
        var messageId: String?
        var seq: Int?
        var text: String?
        var citations: [Citation]?
        var usage: TokenUsage?
        var confirmation: Confirmation?
        var code: String?
        var message: String?
        var retryAfter: Int?
        var messages: [ChatMessage]?
        var before: String?
        var rating: String?
    }
}

public enum ServerFrameError: Error, Sendable, Equatable, CustomStringConvertible {
    case malformed(String)
    case unknownType(String)

    public var description: String {
        switch self {
        case .malformed(let detail): "a malformed frame: \(detail)"
        case .unknownType(let type): "a frame of the unknown type '\(type)'"
        }
    }
}
