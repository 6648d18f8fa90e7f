import COpenSSL

/// SHA-256 (FIPS 180-4) over pieces that are added one after the other.
public struct SHA256Digest {
    private var context = SHA256_CTX()

    public init() {
        SHA256_Init(&context)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        SHA256_Update(&context, start, bytes.count)
    }

    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    public mutating func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { buffer, count in
            SHA256_Final(buffer.baseAddress, &context)
            count = Int(SHA256_DIGEST_LENGTH)
        }
    }
}

public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = SHA256Digest()
    digest.update(bytes)
    return digest.finish()
}

public func sha256(_ text: String) -> [UInt8] {
    var digest = SHA256Digest()
    digest.update(text)
    return digest.finish()
}

/// HMAC (RFC 2104) with SHA-256.
public func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    message.withUnsafeBytes { hmacSHA256(key: key, $0) }
}

public func hmacSHA256(key: [UInt8], _ message: String) -> [UInt8] {
    var message = message
    return message.withUTF8 { hmacSHA256(key: key, UnsafeRawBufferPointer($0)) }
}

private func hmacSHA256(key: [UInt8], _ message: UnsafeRawBufferPointer) -> [UInt8] {
    let blockSize = Int(SHA256_CBLOCK)
    var block = key.count > blockSize ? sha256(key) : key
    block += repeatElement(0, count: blockSize - block.count)

    var inner = SHA256Digest()
    inner.update(block.map { $0 ^ 0x36 })
    inner.update(message)

    var outer = SHA256Digest()
    outer.update(block.map { $0 ^ 0x5C })
    outer.update(inner.finish())
    return outer.finish()
}

/// Compares without giving away, by the time it takes, where two secrets differ.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (one, other) in zip(left, right) { difference |= one ^ other }
    return difference == 0
}
