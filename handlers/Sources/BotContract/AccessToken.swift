/// The one-time token of `auth.mode: signed`, which the company's backend makes (docs/auth.md):
///
///     s1.<base64url of the claims>.<base64url of HMAC-SHA256(key, everything before this dot)>
///
/// The prefix is under the signature, so none of the bot's own tokens (`v1.`, `r1.`), which the same key signs,
/// ever passes as one of these.
public enum AccessToken {
    public static let version = "s1"
    /// Seconds. A token that says it lives longer is refused.
    public static let maximumLifetime: Int64 = 3_600
    public static let maximumBytes = 2_048

    /// The claims, in JSON.
    public struct Claims: Codable, Sendable, Equatable {
        /// The customer's id at the company.
        public var sub: String
        /// Seconds since 1970.
        public var iat: Int64
        public var exp: Int64
        /// Never used twice for one customer.
        public var jti: String

        public init(sub: String, iat: Int64, exp: Int64, jti: String) {
            self.sub = sub
            self.iat = iat
            self.exp = exp
            self.jti = jti
        }
    }

    /// 16 to 64 of `A-Z a-z 0-9 - _`: long enough for randomness or a UUID, and part of a sort key.
    public static func isTokenId(_ text: String) -> Bool { text.utf8.count >= 16 && Frame.isMessageId(text) }
}

/// Who a customer is where somebody else than the bot says so.
public enum ExternalUser {
    /// OpenID Connect allows a `sub` of 255.
    public static let maximumBytes = 255

    /// 1 to 255 bytes of UTF-8 without control characters; nor with U+FFFD, which stands for what could not be
    /// read, so that two customers could become one.
    public static func isId(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumBytes
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar.value != 0xFFFD
            }
    }

    /// The table's user id for `auth.mode: signed`. No visitor's (`v_…`), no other mode's.
    public static func signedUserId(_ id: String) -> String { "s_" + id }

    /// The table's user id for `auth.mode: jwt`: a subject is unique to its issuer only.
    /// - Parameter issuerDigest: SHA-256 (hex) of the issuer.
    public static func jwtUserId(issuerDigest: String, subject: String) -> String {
        "j_\(issuerDigest.prefix(12))_\(subject)"
    }
}
