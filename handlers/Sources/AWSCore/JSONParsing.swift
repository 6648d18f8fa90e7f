/// Why a text is not JSON, or more than this parser takes.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    public var message: String
    /// In bytes, from 0.
    public var offset: Int

    public var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Documents nested deeper are refused before they exhaust the stack.
    public static let maximumDepth = 128

    /// Parses one JSON document, strictly (RFC 8259): UTF-8, no comments, no trailing commas, nothing after it
    /// but white space. An escaped surrogate without its other half, which JavaScript can send and Swift's
    /// strings cannot hold, becomes U+FFFD.
    public static func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        var result: Result<JSONValue, JSONError> = .success(.null)
        bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(bytes: buffer)
            do throws(JSONError) {
                result = .success(try parser.document())
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    public static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }
}

private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func document() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("unexpected text after the document") }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let first = current else { throw failure("unexpected end") }
        switch first {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try keyword("true", .bool(true))
        case UInt8(ascii: "f"): return try keyword("false", .bool(false))
        case UInt8(ascii: "n"): return try keyword("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("a value must begin here")
        }
    }

    private mutating func keyword(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw failure("unexpected end") }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] {
            throw failure("a value must begin here")
        }
        position += count
        return value
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= JSONValue.maximumDepth else { throw failure("nested too deeply") }
        position += 1
        skipSpace()
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if current == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"):
                position += 1
                return .array(elements)
            default: throw failure("expected ',' or ']'")
            }
        }
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [String: JSONValue] = [:]
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        // Most objects have that many at most; growing there from nothing hashes every name twice.
        members.reserveCapacity(6)
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw failure("a member's name must begin here") }
            let name = try string()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw failure("expected ':'") }
            position += 1
            members[name] = try value()
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"):
                position += 1
                return .object(members)
            default: throw failure("expected ',' or '}'")
            }
        }
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte >= 0x30, byte <= 0x39 { position += 1 }
        return position - start
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let first = current
        let integerDigits = digits()
        guard integerDigits > 0 else { throw failure("a number needs digits") }
        guard first != 0x30 || integerDigits == 1 else { throw failure("a number cannot begin with 0") }
        var whole = true
        if current == UInt8(ascii: ".") {
            whole = false
            position += 1
            guard digits() > 0 else { throw failure("a fraction needs digits") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            whole = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw failure("an exponent needs digits") }
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        if whole, let integer = Int64(text) { return .int(integer) }
        guard let double = Double(text), double.isFinite else { throw failure("a number out of range") }
        return .double(double)
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // Nearly all of a document is text without escapes, and nearly all of that is ASCII.
        var end = position
        var seen: UInt8 = 0
        for byte in UnsafeBufferPointer(rebasing: bytes[position...]) {
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { break }
            seen |= byte
            end &+= 1
        }
        position = end
        if let byte = current, byte < 0x20 { throw failure("a control character must be escaped") }
        if current == 0x22 {
            defer { position += 1 }
            let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
            return seen < 0x80 ? String(decoding: text, as: UTF8.self) : try utf8(text)
        }
        var buffer = Array(bytes[start..<position])
        while let byte = current {
            switch byte {
            case 0x22:
                position += 1
                return try utf8(buffer)
            case 0x5C: try escape(into: &buffer)
            case 0..<0x20: throw failure("a control character must be escaped")
            default:
                buffer.append(byte)
                position += 1
            }
        }
        throw failure("a string must end with '\"'")
    }

    private func utf8(_ text: some Collection<UInt8>) throws(JSONError) -> String {
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("a string is not UTF-8") }
        return string
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        position += 1
        guard let kind = current else { throw failure("unexpected end") }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(kind)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try hexQuad())
            if (0xD800..<0xDC00).contains(code), bytes.count - position >= 6,
                bytes[position] == 0x5C, bytes[position + 1] == UInt8(ascii: "u")
            {
                let afterHigh = position
                position += 2
                let low = UInt32(try hexQuad())
                if (0xDC00..<0xE000).contains(low) {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    position = afterHigh
                }
            }
            let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
            buffer += String(Character(scalar)).utf8
        default:
            position -= 1
            throw failure("an unknown escape")
        }
    }

    private mutating func hexQuad() throws(JSONError) -> UInt16 {
        guard bytes.count - position >= 4 else { throw failure("unexpected end") }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = hexValue(bytes[position]) else { throw failure("expected four hexadecimal digits") }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
