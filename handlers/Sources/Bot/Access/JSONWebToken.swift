import AWSCore
import BotContract

/// A JSON Web Token (RFC 7519) in the compact form of a JSON Web Signature (RFC 7515), taken apart and not yet
/// believed. Algorithms are a closed list: `none`, HMACs and everything else are refused here
/// (RFC 8725 §3.1).
struct JSONWebToken {
    /// API Gateway takes about 10 KB of request line and headers.
    static let maximumBytes = 8_192
    private static let maximumKeyIdBytes = 512
    private static let types = ["jwt", "at+jwt", "application/at+jwt"]

    let algorithm: PublicKey.Algorithm
    let keyId: String?
    let claims: [String: JSONValue]
    private let signed: [UInt8]
    private let signature: [UInt8]

    init(_ text: String) throws(TokenRefusal) {
        guard text.utf8.count <= Self.maximumBytes else { throw TokenRefusal("oversized") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let signature = base64URLDecode(String(parts[2])), !signature.isEmpty,
            let header = Self.object(parts[0]), let claims = Self.object(parts[1])
        else { throw TokenRefusal("not a signed JWT") }
        guard let algorithm = header["alg"]?.stringValue.flatMap(PublicKey.Algorithm.init(rawValue:)) else {
            throw TokenRefusal("alg is neither RS256 nor ES256")
        }
        // What must be understood (RFC 7515 §4.1.11), and we know no extension.
        guard header["crit"] == nil else { throw TokenRefusal("crit is not understood") }
        if let type = header["typ"] {
            guard let name = type.stringValue?.lowercased(), Self.types.contains(name) else {
                throw TokenRefusal("typ is another kind of token")
            }
        }
        if let id = header["kid"] {
            guard let text = id.stringValue, !text.isEmpty, text.utf8.count <= Self.maximumKeyIdBytes else {
                throw TokenRefusal("kid is not a key id")
            }
            keyId = text
        } else {
            keyId = nil
        }
        self.algorithm = algorithm
        self.claims = claims
        self.signature = signature
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    func isSigned(by key: PublicKey) -> Bool {
        key.algorithm == algorithm && key.verifies(signature, of: signed)
    }

    private static func object(_ part: Substring) -> [String: JSONValue]? {
        base64URLDecode(String(part)).flatMap { try? JSONValue.parse($0) }?.objectValue
    }
}

/// Which tokens of an issuer are for this bot, and now.
struct JWTRules {
    var issuer: String
    var audience: String

    /// - Returns: the customer's id at the issuer.
    func subject(of token: JSONWebToken, now: Timestamp) throws(TokenRefusal) -> String {
        let claims = token.claims
        guard isSame(claims["iss"], issuer) else { throw TokenRefusal("another issuer's") }
        let audiences = claims["aud"]?.arrayValue ?? claims["aud"].map { [$0] } ?? []
        guard audiences.contains(where: { isSame($0, audience) }) else { throw TokenRefusal("for another audience") }
        guard let expires = try time("exp", of: claims) else { throw TokenRefusal("without exp") }
        guard now.seconds < expires + TokenTime.skew else { throw TokenRefusal("expired") }
        for name in ["nbf", "iat"] {
            guard let start = try time(name, of: claims) else { continue }
            guard start <= now.seconds + TokenTime.skew else { throw TokenRefusal("not yet valid (\(name))") }
        }
        guard let subject = claims["sub"]?.stringValue, ExternalUser.isId(subject) else {
            throw TokenRefusal("sub is not a user id")
        }
        return subject
    }

    /// Byte by byte: Swift's `==` takes two spellings of an accented letter for one.
    private func isSame(_ value: JSONValue?, _ text: String) -> Bool {
        value?.stringValue?.utf8.elementsEqual(text.utf8) ?? false
    }

    private func time(_ name: String, of claims: [String: JSONValue]) throws(TokenRefusal) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = TokenTime.seconds(value) else { throw TokenRefusal("\(name) is not a time") }
        return seconds
    }
}
