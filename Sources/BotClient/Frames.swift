import Foundation

/// What a client sends, as JSON with sorted keys, checked as the bot would check it.
enum ClientFrame: Equatable {
    case hello(chatId: String?)
    case message(String, messageId: String)
    case confirm(String, messageId: String)
    case history(before: String?)
    case feedback(messageId: String, Rating, comment: String?)
    case handoff
    case ping

    /// API Gateway's limit of a frame.
    static let maximumBytes = 32 * 1024

    func encoded() throws(BotError) -> String {
        var fields: [String: String] = [:]
        switch self {
        case .hello(let chatId):
            fields["action"] = "hello"
            fields["chatId"] = chatId
        case .message(let text, let messageId):
            try Self.check(messageId: messageId)
            guard !Self.isBlank(text) else {
                throw BotError("message_empty", "The message is empty.", messageId: messageId)
            }
            fields = ["action": "sendMessage", "message": text, "messageId": messageId]
        case .confirm(let id, let messageId):
            try Self.check(messageId: messageId)
            guard Self.isULID(id) else { throw BotError("bad_frame", "No confirmation has this id.") }
            fields = ["action": "sendMessage", "confirm": id, "messageId": messageId]
        case .history(let before):
            if let before {
                let parts = before.split(separator: ".", omittingEmptySubsequences: false)
                guard parts.count == 2, Self.isULID(String(parts[0])), parts[1] == "0" || parts[1] == "1" else {
                    throw BotError("bad_frame", "No message has this id.")
                }
            }
            fields["action"] = "history"
            fields["before"] = before
        case .feedback(let messageId, let rating, let comment):
            try Self.check(messageId: messageId)
            fields = ["action": "feedback", "messageId": messageId, "rating": rating.rawValue]
            fields["comment"] = comment
        case .handoff: fields["action"] = "handoff"
        case .ping: fields["action"] = "ping"
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { throw BotError("bad_frame", "The frame is no JSON.") }
        guard data.count < Self.maximumBytes else {
            throw BotError("message_too_long", "The message is too long.")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private static func check(messageId: String) throws(BotError) {
        let isGood = messageId.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        guard isGood, (1...64).contains(messageId.utf8.count) else {
            throw BotError("bad_message_id", "A message's id has 1 to 64 of A-Z a-z 0-9 - _.")
        }
    }

    private static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.value == 0 }
    }

    /// 26 of Crockford's base 32.
    private static func isULID(_ text: String) -> Bool {
        text.utf8.count == 26 && text.utf8.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8.contains($0) }
    }
}

/// What the bot sends, or the gateway in its place.
enum ServerFrame: Equatable {
    case welcome(chatId: String, token: String?, history: [StoredMessage])
    case delta(messageId: String, seq: Int, text: String)
    case done(Answer)
    case error(BotError)
    case history([StoredMessage], before: String?)
    case feedback(messageId: String, Rating)
    case handoff(String)
    case pong

    /// A message as the bot stores it.
    struct StoredMessage: Decodable, Equatable {
        var id: String
        var messageId: String
        var role: Role
        var text: String
        var createdAt: Int64
        var citations: [Citation]
        var confirmation: Confirmation?
    }

    private struct Kind: Decodable {
        var type: String?
        var message: String?
    }

    private struct Welcome: Decodable {
        var chatId: String
        var token: String?
        var history: [StoredMessage]?
    }

    private struct Delta: Decodable {
        var messageId: String
        var seq: Int
        var text: String
    }

    private struct Done: Decodable {
        var messageId: String
        var text: String
        var citations: [Citation]?
        var usage: Usage?
        var confirmation: Confirmation?
    }

    private struct Failure: Decodable {
        var code: String
        var message: String?
        var messageId: String?
        var retryAfter: Int?
    }

    private struct Page: Decodable {
        var messages: [StoredMessage]?
        var before: String?
    }

    private struct Feedback: Decodable {
        var messageId: String
        var rating: Rating
    }

    private struct Handoff: Decodable { var message: String }

    /// - Returns: `nil` for a type that this version does not know, to be passed over.
    /// - Throws: `bad_frame`.
    static func decode(_ text: String) throws(BotError) -> ServerFrame? {
        let data = Data(text.utf8)
        func read<Fields: Decodable>(_ type: Fields.Type) throws(BotError) -> Fields {
            do {
                return try JSONDecoder().decode(type, from: data)
            } catch {
                throw BotError("bad_frame", "What the bot sent cannot be read.")
            }
        }
        let kind = try read(Kind.self)
        switch kind.type {
        case nil:
            guard let message = kind.message else { throw BotError("bad_frame", "What the bot sent has no type.") }
            return .error(BotError("gateway", message))
        case "welcome":
            let fields = try read(Welcome.self)
            return .welcome(chatId: fields.chatId, token: fields.token, history: fields.history ?? [])
        case "delta":
            let fields = try read(Delta.self)
            return .delta(messageId: fields.messageId, seq: fields.seq, text: fields.text)
        case "done":
            let fields = try read(Done.self)
            return .done(
                Answer(
                    messageId: fields.messageId,
                    text: fields.text,
                    citations: fields.citations ?? [],
                    usage: fields.usage,
                    confirmation: fields.confirmation
                )
            )
        case "error":
            let fields = try read(Failure.self)
            return .error(
                BotError(
                    fields.code,
                    fields.message ?? "",
                    messageId: fields.messageId,
                    retryAfter: fields.retryAfter
                )
            )
        case "history":
            let fields = try read(Page.self)
            return .history(fields.messages ?? [], before: fields.before)
        case "feedback":
            let fields = try read(Feedback.self)
            return .feedback(messageId: fields.messageId, fields.rating)
        case "handoff": return .handoff(try read(Handoff.self).message)
        case "pong": return .pong
        default: return nil
        }
    }
}
