/// Every `code` an `error` frame can carry. The texts are for the bot's customers: they name no table, no
/// model, and nothing that another visitor did.
public enum ErrorCode: String, CaseIterable, Sendable, Codable {
    /// Not a JSON object with the fields that its `action` needs.
    case badFrame = "bad_frame"
    case unknownAction = "unknown_action"
    case messageEmpty = "message_empty"
    case messageTooLong = "message_too_long"
    /// Not `Frame.isMessageId`.
    case badMessageId = "bad_message_id"
    /// The `messageId` was used for another text before.
    case messageIdReused = "message_id_reused"
    /// The connection has no session (any more): connect again.
    case noSession = "no_session"
    case rateLimited = "rate_limited"
    /// The user's tokens of this day (UTC) are used up.
    case dailyLimit = "daily_limit"
    /// The chat's last message, this one or another, is being answered now.
    case turnInProgress = "turn_in_progress"
    /// No call of this chat waits for that confirmation (any more): it was confirmed already, or has expired.
    case unknownConfirmation = "unknown_confirmation"
    /// No turn of this chat has the `messageId`, or has a reply.
    case unknownMessage = "unknown_message"
    /// The spec has no `handoff`.
    case handoffUnavailable = "handoff_unavailable"
    /// People could not be told; the same frame may be sent again.
    case handoffFailed = "handoff_failed"
    /// The model refused for load; the same `messageId` may be sent again.
    case modelBusy = "model_busy"
    case modelFailed = "model_failed"
    /// No reply within the time that one turn may take.
    case modelTimeout = "model_timeout"
    /// The turn could not be stored, so it did not happen; the same `messageId` may be sent again.
    case storageFailed = "storage_failed"
    case `internal` = "internal"
    /// What API Gateway itself answered (`{"message": …}` without a `type`); never sent by the bot.
    case gateway = "gateway"

    public var text: String {
        switch self {
        case .badFrame: "This message could not be read."
        case .unknownAction: "This action is not known."
        case .messageEmpty: "The message is empty."
        case .messageTooLong: "The message is too long."
        case .badMessageId: "The message id must be 1 to 64 letters, digits, '-' or '_'."
        case .messageIdReused: "This message id was used for another message."
        case .noSession: "The session has ended. Please connect again."
        case .rateLimited: "Too many messages. Please wait a moment."
        case .dailyLimit: "The limit for today is reached. Please come back tomorrow."
        case .turnInProgress: "A message is being answered already."
        case .unknownConfirmation: "There is nothing to confirm any more. Please ask again."
        case .unknownMessage: "This message is not known."
        case .handoffUnavailable: "Nobody can take over this chat."
        case .handoffFailed: "Nobody could be reached. Please try again."
        case .modelBusy: "There are too many requests right now. Please try again in a moment."
        case .modelFailed: "No answer could be made. Please try again."
        case .modelTimeout: "The answer took too long. Please try again."
        case .storageFailed: "The message could not be saved. Please try again."
        case .internal: "Something went wrong. Please try again."
        case .gateway: "The connection's gateway refused the message."
        }
    }
}

extension ServerFrame {
    /// An `error` frame with the code's own text.
    public static func failure(
        _ code: ErrorCode,
        messageId: String? = nil,
        retryAfter: Int? = nil
    ) -> ServerFrame {
        .error(code: code.rawValue, message: code.text, messageId: messageId, retryAfter: retryAfter)
    }
}
