import FoundationEssentials

/// Why a client's frame was refused.
public struct FrameError: Error, Sendable, Equatable {
    public var code: ErrorCode
    /// For logs; holds nothing of the frame but its action's and fields' names.
    public var detail: String
    /// The frame's `messageId` where it could be read, so that the client can match the answer.
    public var messageId: String?

    public init(_ code: ErrorCode, _ detail: String, messageId: String? = nil) {
        self.code = code
        self.detail = detail
        self.messageId = messageId
    }
}

extension ClientFrame {
    public var action: String {
        switch self {
        case .hello: "hello"
        case .sendMessage, .confirm: "sendMessage"
        case .history: "history"
        case .feedback: "feedback"
        case .handoff: "handoff"
        case .ping: "ping"
        }
    }

    /// Unknown keys are ignored, so that a newer client can talk to an older bot; a known key of a wrong
    /// type is an error. A `null` counts as absent.
    /// - Parameter maximumMessageCharacters: the spec's `limits.messageChars`, counted in Unicode scalars;
    ///   `nil` counts nothing.
    public init(json: [UInt8], maximumMessageCharacters: Int? = nil) throws(FrameError) {
        let fields: Fields
        do {
            fields = try JSONDecoder().decode(Fields.self, from: Data(json))
        } catch {
            throw FrameError(.badFrame, "not a JSON object with fields of the right types")
        }
        switch fields.action {
        case "hello":
            self = .hello(chatId: fields.chatId)
        case "sendMessage":
            self =
                try fields.confirm == nil
                ? Self.message(fields, maximumCharacters: maximumMessageCharacters) : Self.confirmation(fields)
        case "history":
            if let before = fields.before, !Frame.isHistoryId(before) {
                throw FrameError(.badFrame, "'before' is not a message's id")
            }
            self = .history(before: fields.before)
        case "feedback":
            self = try Self.feedback(fields, maximumCharacters: maximumMessageCharacters)
        case "handoff":
            self = .handoff
        case "ping":
            self = .ping
        case nil:
            throw FrameError(.badFrame, "no 'action'")
        default:
            throw FrameError(.unknownAction, "an action that is not known")
        }
    }

    private static func message(_ fields: Fields, maximumCharacters: Int?) throws(FrameError) -> ClientFrame {
        guard let messageId = fields.messageId else { throw FrameError(.badFrame, "no 'messageId'") }
        guard Frame.isMessageId(messageId) else { throw FrameError(.badMessageId, "a malformed 'messageId'") }
        guard let message = fields.message else {
            throw FrameError(.badFrame, "no 'message'", messageId: messageId)
        }
        if message.unicodeScalars.allSatisfy({ $0.properties.isWhitespace || $0.value == 0 }) {
            throw FrameError(.messageEmpty, "an empty 'message'", messageId: messageId)
        }
        if let maximumCharacters, message.unicodeScalars.count > maximumCharacters {
            throw FrameError(.messageTooLong, "over \(maximumCharacters) characters", messageId: messageId)
        }
        return .sendMessage(message: message, messageId: messageId)
    }

    private static func confirmation(_ fields: Fields) throws(FrameError) -> ClientFrame {
        guard let messageId = fields.messageId else { throw FrameError(.badFrame, "no 'messageId'") }
        guard Frame.isMessageId(messageId) else { throw FrameError(.badMessageId, "a malformed 'messageId'") }
        // A message beside it would be one that nobody answers.
        guard fields.message == nil else {
            throw FrameError(.badFrame, "'confirm' and 'message' in one frame", messageId: messageId)
        }
        guard let id = fields.confirm, Frame.isTurnId(id.utf8) else {
            throw FrameError(.badFrame, "'confirm' is not a confirmation's id", messageId: messageId)
        }
        return .confirm(id: id, messageId: messageId)
    }

    /// A comment of white space alone counts as none.
    private static func feedback(_ fields: Fields, maximumCharacters: Int?) throws(FrameError) -> ClientFrame {
        guard let messageId = fields.messageId else { throw FrameError(.badFrame, "no 'messageId'") }
        guard Frame.isMessageId(messageId) else { throw FrameError(.badMessageId, "a malformed 'messageId'") }
        guard let rating = fields.rating.flatMap(Rating.init(rawValue:)) else {
            throw FrameError(.badFrame, "'rating' is neither up nor down", messageId: messageId)
        }
        let comment = fields.comment.flatMap { comment in
            comment.unicodeScalars.allSatisfy { $0.properties.isWhitespace || $0.value == 0 } ? nil : comment
        }
        if let maximumCharacters, let comment, comment.unicodeScalars.count > maximumCharacters {
            throw FrameError(.messageTooLong, "over \(maximumCharacters) characters", messageId: messageId)
        }
        return .feedback(messageId: messageId, rating: rating, comment: comment)
    }

    /// UTF-8 JSON with sorted keys.
    public func encoded() -> [UInt8] {
        var fields = Fields(action: action)
        switch self {
        case .hello(let chatId): fields.chatId = chatId
        case .sendMessage(let message, let messageId):
            fields.message = message
            fields.messageId = messageId
        case .confirm(let id, let messageId):
            fields.confirm = id
            fields.messageId = messageId
        case .history(let before): fields.before = before
        case .feedback(let messageId, let rating, let comment):
            fields.messageId = messageId
            fields.rating = rating.rawValue
            fields.comment = comment
        case .handoff, .ping: break
        }
        return frameJSON(fields)
    }

    private struct Fields: Codable {
        var action: String?
        var chatId: String?
        var message: String?
        var confirm: String?
        var messageId: String?
        var before: String?
        var rating: String?
        var comment: String?
    }
}

/// The wire's JSON: sorted keys, so that the same frame is the same bytes; `/` as itself.
func frameJSON(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings, integers and arrays of them always encode: JSONEncoder refuses only non-finite numbers.
    guard let data = try? encoder.encode(value) else { return [] }
    return [UInt8](data)
}
