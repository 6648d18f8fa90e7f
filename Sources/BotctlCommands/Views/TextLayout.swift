import FoundationEssentials

/// Columns of a table, padded to the widest cell; the last one is left as it is.
func aligned(_ rows: [[String]], indent: String = "") -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
        rows.map { column < $0.count - 1 ? displayWidth($0[column]) : 0 }.max() ?? 0
    }
    return rows.map { row in
        indent
            + row.enumerated().map { column, cell in
                let padding = column == row.count - 1 ? 0 : widths[column] - displayWidth(cell)
                return cell + String(repeating: " ", count: padding)
            }.joined(separator: "  ") + "\n"
    }.joined()
}

/// How many columns of a terminal a text takes: colours none, East Asian wide characters and emoji two
/// (https://www.unicode.org/reports/tr11).
func displayWidth(_ text: String) -> Int {
    guard text.utf8.contains(where: { $0 >= 0x80 || $0 == 0x1B }) else { return text.utf8.count }
    var width = 0
    var isInEscape = false
    for character in text {
        if isInEscape {
            isInEscape = character != "m"
        } else if character == "\u{1B}" {
            isInEscape = true
        } else {
            width += characterWidth(character)
        }
    }
    return width
}

private func characterWidth(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
        0x20000...0x3FFFD:
        return 2
    default:
        let isMark = first.properties.generalCategory == .nonspacingMark || first.value == 0x200B
        return isMark ? 0 : 1
    }
}

/// At most this many columns, an ellipsis where something is left out. For texts without colours.
func shortened(_ text: String, to columns: Int) -> String {
    guard displayWidth(text) > columns else { return text }
    var result = ""
    var width = 0
    for character in text {
        width += characterWidth(character)
        guard width < columns else { break }
        result.append(character)
    }
    return result + "…"
}

/// The same with the ellipsis in the middle: names that begin alike differ at their ends.
func shortenedInside(_ text: String, to columns: Int) -> String {
    guard displayWidth(text) > columns else { return text }
    guard columns > 2 else { return shortened(text, to: columns) }
    let tail = (columns - 1) / 2
    var (end, width) = ("", 0)
    for character in text.reversed() {
        width += characterWidth(character)
        guard width <= tail else { break }
        end = String(character) + end
    }
    return shortened(text, to: columns - displayWidth(end)) + end
}

/// Filled up with spaces.
func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - displayWidth(text)))
}

/// Text from outside must not steer the terminal: control characters become their pictures.
func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
        return text
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x09: result.append(" ")
        case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
        case 0x7F: result.append("\u{2421}")
        case 0x80...0x9F: result.append("\u{FFFD}")
        default: result.append(scalar)
        }
    }
    return String(result)
}

/// The same for a text of several lines, which keeps its lines.
func visibleLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { visible(String($0)) }.joined(separator: "\n")
}

/// `7.2 MB`, `812 KB`, `90 bytes`: decimal units, as AWS bills them.
func byteCount(_ bytes: Int64) -> String {
    switch bytes {
    case ..<1000: "\(bytes) byte\(bytes == 1 ? "" : "s")"
    case ..<1_000_000: "\(bytes / 1000) KB"
    default: "\(bytes / 1_000_000).\(bytes % 1_000_000 / 100_000) MB"
    }
}

/// `0.4 s`, `12.3 s`, `2 min 5 s`.
func elapsed(_ seconds: Double) -> String {
    if seconds < 60 {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) s"
    }
    let whole = Int(seconds.rounded())
    return "\(whole / 60) min \(whole % 60) s"
}

/// `38 s`, `2 min 5 s`: for times that are still running.
func wholeSeconds(_ seconds: Double) -> String {
    let whole = Int(seconds)
    return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
}

func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A result as JSON: sorted keys, two spaces, final newline. Absent values are left out, lists never are.
func json(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // The views' values hold strings, whole numbers and finite seconds: all of them encode.
    guard let data = try? encoder.encode(value) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
}

/// The same on one line, for documents that come one after the other (https://jsonlines.org).
func jsonLine(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return "{}\n" }
    return String(decoding: data, as: UTF8.self) + "\n"
}
