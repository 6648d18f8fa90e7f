import COpenSSL

/// A public key that verifies JSON Web Signatures (RFC 7518 §3): RSA for RS256, P-256 for ES256. Only keys that
/// are worth trusting can be made.
public final class PublicKey {
    public enum Algorithm: String, Sendable {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rs256 = "RS256"
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
    }

    public let algorithm: Algorithm
    private let key: OpaquePointer

    /// RFC 7518 §3.3 asks for 2,048 bits; more than 8,192 would only make verifying slow.
    private static let modulusBits = 2_048...8_192

    /// An RSA key from big-endian numbers. `nil` for a modulus of less than 2,048 or more than 8,192 bits, an even
    /// one, and an exponent that is even, 1, or longer than 32 bits.
    public init?(rsaModulus modulus: [UInt8], exponent: [UInt8]) {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        guard let first = modulus.first, let last = modulus.last, let exponentEnd = exponent.last,
            Self.modulusBits.contains(modulus.count * 8 - first.leadingZeroBitCount),
            last & 1 == 1, exponentEnd & 1 == 1, exponent.count <= 4, exponent != [1]
        else { return nil }
        // rsaEncryption, 1.2.840.113549.1.1.1 (RFC 3279 §2.3.1).
        let identifier = DER.objectIdentifier([0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01])
        let numbers = DER.sequence([DER.unsignedInteger(modulus), DER.unsignedInteger(exponent)])
        guard let key = Self.key([DER.sequence([identifier, DER.null]), DER.bitString(numbers)]) else { return nil }
        algorithm = .rs256
        self.key = key
    }

    /// A key on P-256 from its coordinates, 32 bytes each. `nil` for a point that is not on the curve.
    public init?(p256X x: [UInt8], y: [UInt8]) {
        guard x.count == 32, y.count == 32 else { return nil }
        // id-ecPublicKey, 1.2.840.10045.2.1, on prime256v1, 1.2.840.10045.3.1.7 (RFC 5480 §2.1).
        let identifier = DER.objectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01])
        let curve = DER.objectIdentifier([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07])
        guard let key = Self.key([DER.sequence([identifier, curve]), DER.bitString([0x04] + x + y)]) else { return nil }
        algorithm = .es256
        self.key = key
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether the message was signed with the private half.
    /// - Parameter signature: as a JSON Web Signature carries it: of ECDSA the two numbers, 32 bytes each.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        var signature = signature
        if algorithm == .es256 {
            guard signature.count == 64 else { return false }
            signature = DER.sequence([
                DER.unsignedInteger(signature[..<32]), DER.unsignedInteger(signature[32...]),
            ])
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            // A refused signature leaves an error behind that a later TLS call would take for its own.
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), read and checked by OpenSSL.
    private static func key(_ parts: [[UInt8]]) -> OpaquePointer? {
        // Without openssl.cnf: reading it can load modules, which a static executable cannot.
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
        defer { ERR_clear_error() }
        let bytes = DER.sequence(parts)
        let key = bytes.withUnsafeBufferPointer { buffer in
            var position = buffer.baseAddress
            return d2i_PUBKEY(nil, &position, buffer.count)
        }
        guard let key else { return nil }
        guard let context = EVP_PKEY_CTX_new(key, nil) else {
            EVP_PKEY_free(key)
            return nil
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_public_check(context) == 1 else {
            EVP_PKEY_free(key)
            return nil
        }
        return key
    }
}
