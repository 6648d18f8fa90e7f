import AWSCore

/// What lets a visitor be the same visitor at the next connect: `v1.<payload>.<HMAC-SHA256>`, both base64url.
/// It says who, from when and until when; it opens nothing but this visitor's own chats.
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
        let signed = "\(Self.version).\(base64URLEncode(payload.encoded()))"
        return "\(signed).\(base64URLEncode(hmacSHA256(key: key, Array(signed.utf8))))"
    }

    /// `nil` for whatever was not signed with the key, or not for now; it never says which.
    init?(_ text: String, key: [UInt8], now: Timestamp) {
        guard text.utf8.count <= Self.maximumBytes else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.version,
            let signature = base64URLDecode(String(parts[2])),
            constantTimeEqual(signature, hmacSHA256(key: key, Array("\(parts[0]).\(parts[1])".utf8))),
            // One spelling per token: base64 has bits that do not count.
            base64URLEncode(signature) == parts[2],
            let payload = base64URLDecode(String(parts[1])).flatMap({ try? JSONValue.parse($0) }),
            let userId = payload["u"]?.stringValue, Self.isUserId(userId),
            let issued = payload["iat"]?.intValue, let expires = payload["exp"]?.intValue,
            // A minute for clocks that differ.
            issued <= now.seconds + 60, now.seconds < expires
        else { return nil }
        self.userId = userId
        issuedAt = Timestamp(seconds: issued)
        expiresAt = Timestamp(seconds: expires)
    }

    private static let version = "v1"

    private static func isUserId(_ text: String) -> Bool {
        text.hasPrefix("v_") && text.utf8.count == 24 && base64URLDecode(String(text.dropFirst(2)))?.count == 16
    }
}
