import AWSCore

/// What the tokens under the shared key have in common: `<version>.<payload>.<HMAC-SHA256>`, payload and
/// signature in base64url. The version is under the signature: a token of one kind never passes as another.
enum SealedText {
    static func seal(_ payload: JSONValue, version: String, key: [UInt8]) -> String {
        let sealed = "\(version).\(base64URLEncode(payload.encoded()))"
        return "\(sealed).\(base64URLEncode(hmacSHA256(key: key, sealed)))"
    }

    /// The payload of a text that was sealed with the key. Nothing of it is read before that is certain.
    static func open(
        _ text: String,
        version: String,
        maximumBytes: Int,
        key: [UInt8]
    ) throws(TokenRefusal) -> JSONValue {
        guard text.utf8.count <= maximumBytes else { throw TokenRefusal("oversized") }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.elementsEqual(version.utf8),
            // One spelling per token: the decoder refuses bits that do not count.
            let signature = base64URLDecode(String(parts[2]))
        else { throw TokenRefusal("not a \(version) token") }
        guard constantTimeEqual(signature, hmacSHA256(key: key, "\(parts[0]).\(parts[1])")) else {
            throw TokenRefusal("wrong signature")
        }
        guard let payload = base64URLDecode(String(parts[1])).flatMap({ try? JSONValue.parse($0) }) else {
            throw TokenRefusal("the payload is not JSON in base64url")
        }
        return payload
    }
}

/// Why a token is refused: for the log, never for the client.
struct TokenRefusal: Error, Equatable, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// Times as tokens carry them, in seconds since 1970.
enum TokenTime {
    /// For clocks that differ, in seconds.
    static let skew: Int64 = 60
    /// The end of the year 9999: every sum of two times is far from overflowing.
    static let range: ClosedRange<Int64> = 0...253_402_300_799

    /// `nil` when it is not a time. Fractions, which RFC 7519 §2 allows, are dropped.
    static func seconds(_ value: JSONValue?) -> Int64? {
        switch value {
        case .int(let seconds): range.contains(seconds) ? seconds : nil
        case .double(let seconds):
            seconds >= 0 && seconds <= Double(range.upperBound) ? Int64(seconds) : nil
        default: nil
        }
    }
}
