import AWSCore

/// What lets a visitor be the same visitor at the next connect. It says who, from when and until when; it opens
/// nothing but this visitor's own chats.
struct VisitorToken: Equatable {
    static let lifetime: Duration = .days(30)
    /// Longer ones are refused unread; ours have about 150 bytes.
    static let maximumBytes = 2_048

    var userId: String
    var issuedAt: Timestamp
    var expiresAt: Timestamp

    init(userId: String, issuedAt: Timestamp, lifetime: Duration = Self.lifetime) {
        self.userId = userId
        self.issuedAt = issuedAt
        expiresAt = issuedAt.advanced(by: lifetime)
    }

    func signed(with key: [UInt8]) -> String {
        let payload = JSONValue.object([
            "u": .string(userId),
            "iat": .int(issuedAt.seconds),
            "exp": .int(expiresAt.seconds),
        ])
        return SealedText.seal(payload, version: Self.version, key: key)
    }

    init(_ text: String, key: [UInt8], now: Timestamp) throws(TokenRefusal) {
        let payload = try SealedText.open(text, version: Self.version, maximumBytes: Self.maximumBytes, key: key)
        guard let userId = payload["u"]?.stringValue, Self.isUserId(userId),
            let issued = TokenTime.seconds(payload["iat"]), let expires = TokenTime.seconds(payload["exp"])
        else { throw TokenRefusal("not the claims of a visitor token") }
        guard issued <= now.seconds + TokenTime.skew else { throw TokenRefusal("not yet valid") }
        guard now.seconds < expires else { throw TokenRefusal("expired") }
        self.userId = userId
        issuedAt = Timestamp(seconds: issued)
        expiresAt = Timestamp(seconds: expires)
    }

    private static let version = "v1"

    private static func isUserId(_ text: String) -> Bool {
        text.hasPrefix("v_") && text.utf8.count == 24 && base64URLDecode(String(text.dropFirst(2)))?.count == 16
    }
}
