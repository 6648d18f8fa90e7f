extension JSONValue {
    /// Compact JSON in UTF-8; the members of objects sorted by the bytes of their names, so the same value is
    /// always the same text. A number that JSON cannot say (infinite, not a number) becomes `null`.
    public func encoded() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(256)
        encode(into: &output)
        return output
    }

    /// `encoded()` as text.
    public func encodedString() -> String {
        String(decoding: encoded(), as: UTF8.self)
    }

    func encode(into output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .int(let value): output += String(value).utf8
        case .double(let value): output += (value.isFinite ? value.description : "null").utf8
        case .string(let value): encodeJSONString(value, into: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.encode(into: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            var first = true
            for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                if !first { output.append(UInt8(ascii: ",")) }
                first = false
                encodeJSONString(name, into: &output)
                output.append(UInt8(ascii: ":"))
                value.encode(into: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }
}

/// A JSON string with its quotes; escapes only what RFC 8259 §7 requires.
func encodeJSONString(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
        var copied = 0
        for (position, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            output += bytes[copied..<position]
            copied = position + 1
            switch byte {
            case 0x22: output += [0x5C, 0x22]
            case 0x5C: output += [0x5C, 0x5C]
            case 0x08: output += #"\b"#.utf8
            case 0x09: output += #"\t"#.utf8
            case 0x0A: output += #"\n"#.utf8
            case 0x0C: output += #"\f"#.utf8
            case 0x0D: output += #"\r"#.utf8
            default: output += #"\u00\#(hexEncode([byte]))"#.utf8
            }
        }
        output += bytes[copied...]
    }
    output.append(UInt8(ascii: "\""))
}
