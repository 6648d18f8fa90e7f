import AWSCore
import BotContract

/// The one-time token that the company's backend makes for a customer it has signed in; the format is
/// `AccessToken`'s.
struct SignedToken: Equatable {
    /// In the company's own terms.
    var subject: String
    /// Used once for the subject.
    var id: String
    /// Seconds since 1970.
    var expiresAt: Int64

    init(_ text: String, key: [UInt8], now: Timestamp) throws(TokenRefusal) {
        let claims = try SealedText.open(
            text,
            version: AccessToken.version,
            maximumBytes: AccessToken.maximumBytes,
            key: key
        )
        guard let subject = claims["sub"]?.stringValue, ExternalUser.isId(subject) else {
            throw TokenRefusal("sub is not a user id")
        }
        guard let id = claims["jti"]?.stringValue, AccessToken.isTokenId(id) else {
            throw TokenRefusal("jti is not a token id")
        }
        guard let issued = TokenTime.seconds(claims["iat"]), let expires = TokenTime.seconds(claims["exp"]) else {
            throw TokenRefusal("iat or exp is not a time")
        }
        guard issued < expires, expires - issued <= AccessToken.maximumLifetime else {
            throw TokenRefusal("lives longer than \(AccessToken.maximumLifetime) s, or not at all")
        }
        guard issued <= now.seconds + TokenTime.skew else { throw TokenRefusal("not yet valid") }
        guard now.seconds < expires else { throw TokenRefusal("expired") }
        self.subject = subject
        self.id = id
        expiresAt = expires
    }
}

/// What the bot gives a signed-in customer in `welcome`, to come back with after a lost connection. It can be
/// used again and again, because a connection can be lost before the next token arrives; each new one moves the
/// end on, but never beyond `maximumSession` after the backend's word.
struct ResumeToken: Equatable {
    /// API Gateway ends a connection after two hours; a customer has as long again to come back.
    static let lifetime: Int64 = 4 * 3_600
    static let maximumSession: Int64 = 12 * 3_600
    static let maximumBytes = 2_048

    /// The table's user id.
    var userId: String
    /// When the backend vouched for the customer, in seconds since 1970.
    var signedInAt: Int64
    var issuedAt: Int64
    var expiresAt: Int64

    /// `nil` once the sign-in is too old to be continued.
    init?(userId: String, signedInAt: Int64, now: Timestamp) {
        self.userId = userId
        self.signedInAt = signedInAt
        issuedAt = now.seconds
        expiresAt = min(issuedAt + Self.lifetime, signedInAt + Self.maximumSession)
        if expiresAt <= issuedAt { return nil }
    }

    func signed(with key: [UInt8]) -> String {
        let payload = JSONValue.object([
            "u": .string(userId), "auth": .int(signedInAt), "iat": .int(issuedAt), "exp": .int(expiresAt),
        ])
        return SealedText.seal(payload, version: Self.version, key: key)
    }

    init(_ text: String, key: [UInt8], now: Timestamp) throws(TokenRefusal) {
        let payload = try SealedText.open(text, version: Self.version, maximumBytes: Self.maximumBytes, key: key)
        guard let userId = payload["u"]?.stringValue, userId.hasPrefix(ExternalUser.signedUserId("")),
            let signedIn = TokenTime.seconds(payload["auth"]), let issued = TokenTime.seconds(payload["iat"]),
            let expires = TokenTime.seconds(payload["exp"])
        else { throw TokenRefusal("not the claims of a resume token") }
        guard expires - issued <= Self.lifetime, expires - signedIn <= Self.maximumSession else {
            throw TokenRefusal("lives too long")
        }
        guard issued <= now.seconds + TokenTime.skew else { throw TokenRefusal("not yet valid") }
        guard now.seconds < expires else { throw TokenRefusal("expired") }
        self.userId = userId
        signedInAt = signedIn
        issuedAt = issued
        expiresAt = expires
    }

    static let version = "r1"
}
