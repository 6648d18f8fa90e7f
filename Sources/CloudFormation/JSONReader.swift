/// Reads JSON (RFC 8259) strictly into template values: no comments, no trailing commas, no duplicate keys,
/// no `null`, depth and size bounded.
struct JSONReader {
    /// CloudFormation's own templates stay under 20; deeper text is an attack on the stack.
    static let maximumDepth = 128
    /// Far above CloudFormation's 1 MB, so that an oversized deployed body still gives a template to look at.
    static let maximumBytes = 8_000_000

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func readTemplate() throws(TemplateError) -> TemplateMap {
        guard bytes.count <= Self.maximumBytes else {
            throw TemplateError(code: .tooLarge, message: "\(bytes.count) bytes are no template", line: 0, column: 0)
        }
        skipSpace()
        guard peek == UInt8(ascii: "{") else { throw fault(.notJSON, "a JSON template starts with {") }
        let map = try readMap(depth: 1)
        skipSpace()
        guard position == bytes.count else { throw fault(.trailingText, "text after the template") }
        return map
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func readValue(depth: Int) throws(TemplateError) -> TemplateValue {
        skipSpace()
        guard let byte = peek else { throw fault(.unexpectedEnd, "a value is missing") }
        switch byte {
        case UInt8(ascii: "{"): return .map(try readMap(depth: depth))
        case UInt8(ascii: "["): return .list(try readList(depth: depth))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try readWord("true", .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", .bool(false))
        case UInt8(ascii: "n"):
            if bytes[position...].starts(with: "null".utf8) { throw fault(.nullValue, "templates hold no null") }
            throw fault(.unexpectedCharacter, "not a value")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        default: throw fault(.unexpectedCharacter, "not a value")
        }
    }

    private mutating func readWord(_ word: String, _ value: TemplateValue) throws(TemplateError) -> TemplateValue {
        guard bytes[position...].starts(with: word.utf8) else { throw fault(.unexpectedCharacter, "not a value") }
        position += word.utf8.count
        return value
    }

    private mutating func readMap(depth: Int) throws(TemplateError) -> TemplateMap {
        guard depth <= Self.maximumDepth else { throw fault(.tooDeep, "more than \(Self.maximumDepth) levels") }
        position += 1
        var entries: [TemplateMap.Entry] = []
        var seen: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return TemplateMap() }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw missing("a key in quotes") }
            let start = position
            let key = try readString()
            guard seen.insert(key).inserted else {
                position = start
                throw fault(.duplicateKey, "the key \(key) is there already")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw missing("a colon") }
            entries.append(TemplateMap.Entry(key: key, value: try readValue(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw missing("a comma or }") }
            return TemplateMap(uniqueEntries: entries)
        }
    }

    private mutating func readList(depth: Int) throws(TemplateError) -> [TemplateValue] {
        guard depth <= Self.maximumDepth else { throw fault(.tooDeep, "more than \(Self.maximumDepth) levels") }
        position += 1
        var values: [TemplateValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try readValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw missing("a comma or ]") }
            return values
        }
    }

    private mutating func readNumber() throws(TemplateError) -> TemplateValue {
        let start = position
        var whole = true
        _ = take(UInt8(ascii: "-"))
        let leadingZero = peek == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || (digits > 1 && !leadingZero) else { throw fault(.badNumber, "not a JSON number") }
        if take(UInt8(ascii: ".")) {
            whole = false
            guard skipDigits() > 0 else { throw fault(.badNumber, "a digit is missing after the point") }
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            whole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw fault(.badNumber, "a digit is missing in the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if whole, let value = Int(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else { throw fault(.badNumber, "the number is out of range") }
        return .double(value)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }

    private mutating func readString() throws(TemplateError) -> String {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\""), bytes[position] != UInt8(ascii: "\\"),
            bytes[position] >= 0x20
        {
            position += 1
        }
        if take(UInt8(ascii: "\"")) { return String(decoding: bytes[start..<(position - 1)], as: UTF8.self) }

        var content = Array(bytes[start..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): content += String(try readEscape()).utf8
            case 0..<0x20: throw fault(.badString, "a control character inside a string must be escaped")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw fault(.unexpectedEnd, "a string is not closed")
    }

    private mutating func readEscape() throws(TemplateError) -> Unicode.Scalar {
        position += 1
        guard let byte = peek else { throw fault(.unexpectedEnd, "a string is not closed") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readCodePoint()
        default: throw fault(.badString, "not an escape of JSON")
        }
    }

    private mutating func readCodePoint() throws(TemplateError) -> Unicode.Scalar {
        let first = UInt32(try readHex())
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw fault(.badString, "half of a surrogate pair")
        }
        let second = UInt32(try readHex())
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw fault(.badString, "half of a surrogate pair") }
        return scalar
    }

    private mutating func readHex() throws(TemplateError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw fault(.unexpectedEnd, "a string is not closed") }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
            default: throw fault(.badString, "an escape needs four hexadecimal digits")
            }
            position += 1
        }
        return value
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private func missing(_ what: String) -> TemplateError {
        peek == nil ? fault(.unexpectedEnd, "\(what) is missing") : fault(.unexpectedCharacter, "\(what) is missing")
    }

    private func fault(_ code: TemplateError.Code, _ message: String) -> TemplateError {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0A } + 1
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return TemplateError(code: code, message: message, line: line, column: before.endIndex - lineStart + 1)
    }
}
