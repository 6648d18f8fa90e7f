/// The file format of the AWS CLI's `config` and `credentials`: what Python's `RawConfigParser` reads, since
/// that is what the CLI reads them with. Names of options are lower case; a `[DEFAULT]` section gives every
/// other section its values.
struct INIFile: Equatable, Sendable {
    struct Malformed: Error, Equatable {
        /// From 1.
        var line: Int
        var reason: String
    }

    enum Value: Equatable, Sendable {
        case text(String)
        /// An option without a value on its own line, followed by indented `name = value` lines.
        case nested([String: String])
    }

    /// Where a section and its own options begin, in lines from 1; what comes from `[DEFAULT]` has no line.
    struct Lines: Equatable, Sendable {
        var section: Int
        var options: [String: Int]
    }

    private(set) var sections: [String: [String: Value]] = [:]
    private(set) var lines: [String: Lines] = [:]

    /// Accepts LF, CRLF and CR line ends and, unlike the CLI, a byte order mark.
    init(_ bytes: [UInt8]) throws(Malformed) {
        let withoutMark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        guard let text = String(validating: withoutMark, as: UTF8.self) else {
            throw Malformed(line: 1, reason: "the file is not UTF-8")
        }
        var reader = INIReader()
        // Python's universal newlines.
        var lines = [String.UnicodeScalarView()]
        var previous: UnicodeScalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where previous == "\r": break
            case "\n", "\r": lines.append(String.UnicodeScalarView())
            default: lines[lines.count - 1].append(scalar)
            }
            previous = scalar
        }
        for (index, line) in lines.enumerated() {
            try reader.read(line, number: index + 1)
        }
        sections = try reader.sections()
        self.lines = reader.lines()
    }

    /// Python's `str.strip`: every Unicode white space, and the four ASCII separators.
    static func strip(_ text: String.UnicodeScalarView.SubSequence) -> String.UnicodeScalarView.SubSequence {
        var text = text
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    static func isSpace(_ scalar: UnicodeScalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}

private struct INIReader {
    private struct Option {
        var lines: [String]
        var line: Int
    }

    private static let defaultSection = "DEFAULT"

    private var options: [String: [String: Option]] = [:]
    private var sectionLines: [String: Int] = [:]
    private var section: String?
    private var option: String?
    private var indent = 0

    mutating func read(_ line: String.UnicodeScalarView, number: Int) throws(INIFile.Malformed) {
        let value = INIFile.strip(line[...])
        if value.first == "#" || value.first == ";" { return }
        guard let first = value.first else {
            if let section, let option { options[section]?[option]?.lines.append("") }
            return
        }
        let lineIndent = line.distance(from: line.startIndex, to: value.startIndex)
        if let section, let option, lineIndent > indent {
            options[section]?[option]?.lines.append(String(value))
            return
        }
        indent = lineIndent
        if first == "[", let end = value.lastIndex(of: "]"), value.index(after: value.startIndex) < end {
            let name = String(value[value.index(after: value.startIndex)..<end])
            guard options[name] == nil || name == Self.defaultSection else {
                throw INIFile.Malformed(line: number, reason: "section [\(name)] appears twice")
            }
            options[name] = options[name] ?? [:]
            sectionLines[name] = number
            section = name
            option = nil
            return
        }
        guard let section else {
            throw INIFile.Malformed(line: number, reason: "there is no [section] before this line")
        }
        guard let delimiter = value.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw INIFile.Malformed(line: number, reason: "this line is not `name = value`")
        }
        let name = String(INIFile.strip(value[..<delimiter])).lowercased()
        guard !name.isEmpty else { throw INIFile.Malformed(line: number, reason: "there is no name before the value") }
        guard options[section]?[name] == nil else {
            throw INIFile.Malformed(line: number, reason: "\(name) appears twice in [\(section)]")
        }
        let text = String(INIFile.strip(value[value.index(after: delimiter)...]))
        options[section]?[name] = Option(lines: [text], line: number)
        option = name
    }

    func lines() -> [String: INIFile.Lines] {
        sectionLines.reduce(into: [:]) { lines, section in
            let options = (options[section.key] ?? [:]).mapValues(\.line)
            lines[section.key] = INIFile.Lines(section: section.value, options: options)
        }
    }

    func sections() throws(INIFile.Malformed) -> [String: [String: INIFile.Value]] {
        let defaults = options[Self.defaultSection] ?? [:]
        var result: [String: [String: INIFile.Value]] = [:]
        for (name, own) in options where name != Self.defaultSection {
            var values: [String: INIFile.Value] = [:]
            for (key, option) in own.merging(defaults, uniquingKeysWith: { own, _ in own }) {
                values[key] = try value(of: option)
            }
            result[name] = values
        }
        return result
    }

    private func value(of option: Option) throws(INIFile.Malformed) -> INIFile.Value {
        var lines = option.lines
        while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count > 1, lines[0].isEmpty else { return .text(lines.joined(separator: "\n")) }
        var nested: [String: String] = [:]
        for (offset, line) in lines.enumerated() where !line.isEmpty {
            guard let delimiter = line.unicodeScalars.firstIndex(of: "=") else {
                throw INIFile.Malformed(
                    line: option.line + offset,
                    reason: "this line of a nested section is not `name = value`"
                )
            }
            let name = INIFile.strip(line.unicodeScalars[..<delimiter])
            let value = INIFile.strip(line.unicodeScalars[line.unicodeScalars.index(after: delimiter)...])
            nested[String(name)] = String(value)
        }
        return .nested(nested)
    }
}
