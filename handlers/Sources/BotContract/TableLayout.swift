/// The one table: partition key `userId`, sort key `sessionId` (names as the spec says).
///
///     userId │ sessionId                       │ kind
///     ───────┼─────────────────────────────────┼────────────────────────────────────────────
///     v_ab…  │ Lq3d…=                          │ session: one per WebSocket connection
///     v_ab…  │ @2027-01-15                     │ usage: the user's limits of a day (UTC)
///     v_ab…  │ Lq3d…=!<messageId>              │ turn: claims a messageId, once
///     v_ab…  │ Lq3d…=#<turnId>.0               │ message of the customer
///     v_ab…  │ Lq3d…=#<turnId>.1               │ message of the bot
///     s_42   │ !token!<jti>                    │ token: a one-time token, used
///
/// `chatId` is the connection id of the chat's first connection, so a reconnect continues the chat.
/// `turnId` is time-ordered: one Query (`begins_with`, descending, `Limit`) reads the last turns.
/// Why limits are the user's, and where: docs/decisions/0007-limits.md.
/// Why turns claim their id in an item of their own: docs/decisions/0003-turn-claims.md.
public enum TableLayout {
    public static func turnKey(chatId: String, messageId: String) -> String { "\(chatId)!\(messageId)" }
    /// - Parameter day: `2027-01-15`. No connection id holds an `@`.
    public static func usageKey(day: String) -> String { "@\(day)" }
    public static func messagePrefix(chatId: String) -> String { "\(chatId)#" }
    public static func messageKey(chatId: String, turnId: String, role: MessageRole) -> String {
        "\(chatId)#\(turnId).\(role == .customer ? 0 : 1)"
    }

    /// No chat id has a `!`, so no chat's items are met here.
    public static func tokenKey(tokenId: String) -> String { "!token!\(tokenId)" }

    /// Attribute names. `role`, `text` and `state` are reserved words in expressions: use `#` names.
    public enum Attribute {
        public static let kind = "kind"
        public static let chatId = "chatId"
        public static let turnId = "turnId"
        public static let messageId = "messageId"
        public static let role = "role"
        public static let text = "text"
        public static let citations = "citations"
        public static let usage = "usage"
        public static let createdAt = "createdAt"
        /// Of a used token: the connection that used it.
        public static let usedBy = "usedBy"
        public static let state = "state"
        /// Until when (ms) the invocation that claimed a turn may still be running it.
        public static let leaseUntil = "leaseUntil"
        /// Of a turn: SHA-256 (hex) of the customer's text, so that a reused id cannot change it.
        public static let digest = "digest"
        /// Of a user's day: when (ms) the rate limit is empty again; the limit's whole state (GCRA).
        public static let nextAllowedAt = "nextAllowedAt"
        /// Of a user's day: model tokens so far.
        public static let tokens = "tokens"
        /// Of a chat's first session: until when (ms) the turn `busyWith` may run.
        public static let busyUntil = "busyUntil"
        public static let busyWith = "busyWith"
        /// Of a reply: `{rating, comment?, createdAt}`.
        public static let feedback = "feedback"
        /// Of a reply that asks for a confirmation: `{tool, input}`, and until when (ms) it can be given.
        public static let confirmation = "confirmation"
        public static let confirmUntil = "confirmUntil"
        /// The turn that the customer confirmed it with, and which of that turn's invocations makes the call.
        public static let confirmedBy = "confirmedBy"
        public static let confirmedIn = "confirmedIn"
        /// What came of the call: `{text, failed}`.
        public static let confirmResult = "confirmResult"
        /// Of a reply: how many turns in a row, this one included, brought no answer; absent for none.
        public static let unanswered = "unanswered"
        /// Of a chat's first session: `HandoffState`, and since when (ms).
        public static let handoff = "handoff"
        public static let handoffAt = "handoffAt"
        /// Of a chat's first session: until when (ms) the request `handoffBy` may be telling people.
        public static let handoffLease = "handoffLease"
        public static let handoffBy = "handoffBy"
        /// TTL, in seconds since 1970. DynamoDB deletes late: readers filter.
        public static let expiresAt = "expiresAt"
    }

    public enum Kind: String, Sendable { case session, turn, message, token, usage }

    /// Of a session: `open` until `$disconnect`.
    public enum SessionState: String, Sendable { case open, closed }

    /// `requested` until people were told.
    public enum HandoffState: String, Sendable { case requested, done }

    /// Crockford's base 32, in the order of its bytes.
    public static let turnIdAlphabet: [UInt8] = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// 26 characters, ordered by time: 10 of Crockford base 32 for the milliseconds, 16 for randomness
    /// (the ULID layout).
    public static func turnId(milliseconds: Int64, random: (UInt64, UInt16)) -> String {
        let alphabet = turnIdAlphabet
        var characters: [UInt8] = []
        characters.reserveCapacity(26)
        for shift in stride(from: 45, through: 0, by: -5) {
            characters.append(alphabet[Int(milliseconds >> Int64(shift)) & 31])
        }
        for shift in stride(from: 60, through: 0, by: -5) {
            characters.append(alphabet[Int(truncatingIfNeeded: random.0 >> UInt64(shift)) & 31])
        }
        for shift in [10, 5, 0] { characters.append(alphabet[Int(random.1 >> UInt16(shift)) & 31]) }
        return String(decoding: characters, as: UTF8.self)
    }
}

public enum MessageRole: String, Codable, Sendable { case customer, bot }
