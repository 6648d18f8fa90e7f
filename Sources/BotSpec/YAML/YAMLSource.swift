import Diagnostics

/// The bytes of a YAML file, known to be UTF-8 without control characters, and its lines.
///
/// Positions come from the scalar index, not from libyaml's line count: libyaml follows YAML 1.1 and also
/// ends lines at U+0085, U+2028 and U+2029, which no editor does.
struct YAMLSource {
    /// Far above any sensible spec; keeps hostile input cheap.
    static let maximumBytes = 1 << 20

    let file: String
    /// Without a byte order mark.
    let bytes: [UInt8]
    /// The scalar index at which each line starts.
    private let lineStarts: [Int]
    private let scalarCount: Int

    init(file: String, bytes original: [UInt8]) throws(YAMLFailure) {
        self.file = file
        let start = SourcePosition(line: 1, column: 1)
        func failure(_ code: SpecCode, _ message: String, _ fix: String, at position: SourcePosition) -> YAMLFailure {
            let end = SourcePosition(line: position.line, column: position.column + 1)
            return YAMLFailure(
                code: code,
                message: message,
                range: SourceRange(file: file, start: position, end: end),
                fix: fix
            )
        }
        guard original.count <= Self.maximumBytes else {
            throw failure(
                .fileTooLarge,
                "the file is larger than 1 MB",
                "move long texts to promptFile and rules",
                at: start
            )
        }
        if original.starts(with: [0xFF, 0xFE]) || original.starts(with: [0xFE, 0xFF])
            || original.starts(with: [0, 0, 0xFE, 0xFF])
            || original.count > 1 && (original[0] == 0) != (original[1] == 0)
        {
            throw failure(.notUTF8, "the file is UTF-16 or UTF-32", "save it as UTF-8", at: start)
        }
        bytes = original.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(original.dropFirst(3)) : original

        var lineStarts = [0]
        var index = 0
        var scalar = 0
        while index < bytes.count {
            let position = SourcePosition(line: lineStarts.count, column: scalar - lineStarts[lineStarts.count - 1] + 1)
            let byte = bytes[index]
            if byte < 0x80 {
                let isControl = byte < 0x20 ? byte != 0x09 && byte != 0x0A && byte != 0x0D : byte == 0x7F
                guard !isControl else {
                    throw failure(
                        .controlCharacter,
                        "the file holds the control character U+00\(Self.hexadecimal(byte))",
                        "delete it, or write it as an escape in a double-quoted text",
                        at: position
                    )
                }
                index += 1
                scalar += 1
                if byte == 0x0A || byte == 0x0D && (index == bytes.count || bytes[index] != 0x0A) {
                    lineStarts.append(scalar)
                }
                continue
            }
            let length = UTF8Check.length(of: bytes, at: index)
            guard length > 0 else {
                throw failure(
                    .notUTF8,
                    "the file is not UTF-8: byte 0x\(Self.hexadecimal(byte)) fits nowhere here",
                    "save it as UTF-8",
                    at: position
                )
            }
            // libyaml takes C1 controls (but NEL), U+FEFF inside and U+FFFE, U+FFFF for errors, without a usable place.
            let value = UTF8Check.value(of: bytes, at: index, length: length)
            if (0x80...0x9F).contains(value) && value != 0x85 || value == 0xFFFE || value == 0xFFFF
                || value == 0xFEFF
            {
                throw failure(
                    .controlCharacter,
                    "the file holds the control character U+\(Self.hexadecimal(UInt8(value >> 8)))\(Self.hexadecimal(UInt8(value & 0xFF)))",
                    "delete it, or write it as an escape in a double-quoted text",
                    at: position
                )
            }
            index += length
            scalar += 1
        }
        self.lineStarts = lineStarts
        scalarCount = scalar
    }

    /// Where the scalar with this index stands.
    func position(_ index: Int) -> SourcePosition {
        let index = min(max(0, index), scalarCount)
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= index { low = middle } else { high = middle - 1 }
        }
        return SourcePosition(line: low + 1, column: index - lineStarts[low] + 1)
    }

    func range(_ start: Int, _ end: Int) -> SourceRange {
        SourceRange(file: file, start: position(start), end: position(max(start, end)))
    }

    /// Whether the place is white space at the beginning of its line that holds a tab.
    func isTabIndented(_ index: Int) -> SourcePosition? {
        let place = position(index)
        let text = line(place.line)
        guard let tab = text.firstIndex(of: 0x09) else { return nil }
        guard text[..<tab].allSatisfy({ $0 == 0x20 }) else { return nil }
        return SourcePosition(line: place.line, column: tab - text.startIndex + 1)
    }

    func line(_ number: Int) -> ArraySlice<UInt8> {
        var current = 1
        var start = 0
        for (offset, byte) in bytes.enumerated() {
            guard byte == 0x0A || byte == 0x0D && (offset + 1 == bytes.count || bytes[offset + 1] != 0x0A) else {
                continue
            }
            if current == number { return bytes[start..<offset] }
            current += 1
            start = offset + 1
        }
        return current == number ? bytes[start...] : []
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}

enum UTF8Check {
    /// Bytes of the well-formed sequence at `index`, 0 if there is none (Unicode, table 3-7).
    static func length(of bytes: [UInt8], at index: Int) -> Int {
        let first = bytes[index]
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < bytes.count && range.contains(bytes[index + offset])
        }
        switch first {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : 0
        case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : 0
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
        case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : 0
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
        case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }

    static func value(of bytes: [UInt8], at index: Int, length: Int) -> UInt32 {
        guard length > 1 else { return UInt32(bytes[index]) }
        var value = UInt32(bytes[index]) & (0x7F >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return value
    }

    static func isValid(_ bytes: [UInt8]) -> Bool {
        String(validating: bytes, as: UTF8.self) != nil
    }
}
