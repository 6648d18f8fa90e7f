/// Writes template values as JSON: the same value gives the same bytes, in ASCII alone.
///
/// CloudFormation hands characters outside ASCII back as `?` from GetTemplate, so they are written as
/// `\u` escapes (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/814).
struct JSONWriter {
    enum Layout { case pretty, compact }

    private(set) var bytes: [UInt8] = []
    private let pretty: Bool

    init(_ layout: Layout, reserving capacity: Int = 64 * 1024) {
        pretty = layout == .pretty
        bytes.reserveCapacity(capacity)
    }

    mutating func write(_ value: TemplateValue, depth: Int = 0) {
        switch value {
        case .string(let text): write(text)
        case .int(let number): bytes += String(number).utf8
        case .double(let number):
            precondition(number.isFinite, "JSON has no number for \(number)")
            bytes += number.description.utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .list(let values):
            if values.isEmpty {
                bytes += "[]".utf8
                return
            }
            bytes.append(UInt8(ascii: "["))
            for (index, element) in values.enumerated() {
                separate(first: index == 0, depth: depth + 1)
                write(element, depth: depth + 1)
            }
            breakLine(depth: depth)
            bytes.append(UInt8(ascii: "]"))
        case .map(let map): write(map, depth: depth)
        }
    }

    mutating func write(_ map: TemplateMap, depth: Int = 0) {
        if map.isEmpty {
            bytes += "{}".utf8
            return
        }
        bytes.append(UInt8(ascii: "{"))
        for (index, entry) in map.entries.enumerated() {
            separate(first: index == 0, depth: depth + 1)
            write(entry.key)
            bytes.append(UInt8(ascii: ":"))
            if pretty { bytes.append(UInt8(ascii: " ")) }
            write(entry.value, depth: depth + 1)
        }
        breakLine(depth: depth)
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

    private mutating func separate(first: Bool, depth: Int) {
        if !first { bytes.append(UInt8(ascii: ",")) }
        breakLine(depth: depth)
    }

    private mutating func breakLine(depth: Int) {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth {
            bytes.append(UInt8(ascii: " "))
            bytes.append(UInt8(ascii: " "))
        }
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += #"\""#.utf8
            case "\\": bytes += #"\\"#.utf8
            case "\n": bytes += #"\n"#.utf8
            case "\r": bytes += #"\r"#.utf8
            case "\t": bytes += #"\t"#.utf8
            case "\u{8}": bytes += #"\b"#.utf8
            case "\u{C}": bytes += #"\f"#.utf8
            case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default: for unit in String(scalar).utf16 { escape(unit) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ unit: UInt16) {
        let digits = Array("0123456789abcdef".utf8)
        bytes += #"\u"#.utf8
        for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift)) & 15]) }
    }
}

extension TemplateValue {
    /// Two spaces, keys in their order, a final newline.
    package func encodedPretty() -> String {
        var writer = JSONWriter(.pretty)
        writer.write(self)
        writer.endLine()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// JSON without white space, for values that are JSON in a string.
    package func encodedCompact() -> String {
        var writer = JSONWriter(.compact, reserving: 1024)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
