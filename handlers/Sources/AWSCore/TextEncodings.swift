private let lowercaseHexDigits = Array("0123456789abcdef".utf8)
private let uppercaseHexDigits = Array("0123456789ABCDEF".utf8)

/// Lower-case hexadecimal, two digits a byte.
public func hexEncode(_ bytes: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
        var position = 0
        for byte in bytes {
            buffer[position] = lowercaseHexDigits[Int(byte >> 4)]
            buffer[position + 1] = lowercaseHexDigits[Int(byte & 15)]
            position += 2
        }
        return position
    }
}

/// `nil` unless the text is pairs of hexadecimal digits.
public func hexDecode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for byte in text.utf8 {
        guard let digit = hexValue(byte) else { return nil }
        if let first = high {
            result.append(first << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? result : nil
}

func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

private let base64Alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
private let base64URLAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// Base 64 with padding (RFC 4648 §4).
public func base64Encode(_ bytes: [UInt8]) -> String {
    base64Encode(bytes, alphabet: base64Alphabet, padded: true)
}

/// Base 64 with the URL-safe alphabet, without padding (RFC 4648 §5).
public func base64URLEncode(_ bytes: [UInt8]) -> String {
    base64Encode(bytes, alphabet: base64URLAlphabet, padded: false)
}

private func base64Encode(_ bytes: [UInt8], alphabet: [UInt8], padded: Bool) -> String {
    String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { buffer in
        var written = 0
        var position = 0
        while position < bytes.count {
            let available = min(3, bytes.count - position)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < available ? UInt32(bytes[position + offset]) : 0)
            }
            for digit in 0..<4 {
                if digit <= available {
                    buffer[written] = alphabet[Int(group >> UInt32(18 - 6 * digit)) & 63]
                } else if padded {
                    buffer[written] = UInt8(ascii: "=")
                } else {
                    continue
                }
                written += 1
            }
            position += 3
        }
        return written
    }
}

/// `nil` unless the text is canonical, padded base 64 (RFC 4648 §4): no white space, no stray bits.
public func base64Decode(_ text: String) -> [UInt8]? {
    guard text.utf8.count % 4 == 0 else { return nil }
    var digits = Array(text.utf8)
    var padding = 0
    while padding < 2, digits.last == UInt8(ascii: "=") {
        digits.removeLast()
        padding += 1
    }
    return base64Decode(digits, extra: (UInt8(ascii: "+"), UInt8(ascii: "/")))
}

/// `nil` unless the text is canonical, unpadded URL-safe base 64 (RFC 4648 §5).
public func base64URLDecode(_ text: String) -> [UInt8]? {
    base64Decode(Array(text.utf8), extra: (UInt8(ascii: "-"), UInt8(ascii: "_")))
}

private func base64Decode(_ digits: [UInt8], extra: (UInt8, UInt8)) -> [UInt8]? {
    guard digits.count % 4 != 1 else { return nil }
    var result: [UInt8] = []
    result.reserveCapacity(digits.count * 3 / 4)
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for digit in digits {
        let value: UInt8
        switch digit {
        case 0x41...0x5A: value = digit - 0x41
        case 0x61...0x7A: value = digit - 0x61 + 26
        case 0x30...0x39: value = digit - 0x30 + 52
        case extra.0: value = 62
        case extra.1: value = 63
        default: return nil
        }
        bits = bits << 6 | UInt32(value)
        count += 6
        if count >= 8 {
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> count))
            bits &= (1 << count) - 1
        }
    }
    return bits == 0 ? result : nil
}

/// Percent-encodes the UTF-8 bytes of a text, all but the unreserved characters of RFC 3986 §2.3
/// (`A–Z a–z 0–9 - . _ ~`), with upper-case digits, as SigV4 requires.
/// - Parameter allowSlash: leaves `/` as it is, for a whole path.
public func percentEncode(_ text: String, allowSlash: Bool = false) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count + 16)
    percentEncode(text, allowSlash: allowSlash, into: &result)
    return result
}

func percentEncode(_ text: String, allowSlash: Bool, into result: inout String) {
    if text.utf8.allSatisfy({ isUnreserved($0) || (allowSlash && $0 == UInt8(ascii: "/")) }) {
        result += text
        return
    }
    for byte in text.utf8 {
        if isUnreserved(byte) || (allowSlash && byte == UInt8(ascii: "/")) {
            result.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            result.unicodeScalars.append("%")
            result.unicodeScalars.append(Unicode.Scalar(uppercaseHexDigits[Int(byte >> 4)]))
            result.unicodeScalars.append(Unicode.Scalar(uppercaseHexDigits[Int(byte & 15)]))
        }
    }
}

/// `nil` when an escape is broken or the bytes are not UTF-8.
public func percentDecode(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        guard byte == UInt8(ascii: "%") else {
            bytes.append(byte)
            continue
        }
        guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
            return nil
        }
        bytes.append(high << 4 | low)
    }
    return String(validating: bytes, as: UTF8.self)
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E: true
    default: false
    }
}
