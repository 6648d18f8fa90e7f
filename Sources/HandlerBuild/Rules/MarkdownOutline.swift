/// A Markdown file cut at its headings (CommonMark 0.31: ATX headings §4.2, setext headings §4.3, fenced code
/// §4.5, HTML comments §4.6).
struct MarkdownOutline: Equatable {
    struct Part: Equatable {
        /// 1 to 6; 0 for what stands before the first heading.
        var level: Int
        var title: String
        /// Without the heading, empty lines at both ends removed.
        var lines: [String]
    }

    private(set) var parts: [Part] = []

    /// Byte order mark, front matter and HTML comments are left out: they are for the file's editors.
    init(_ text: String) {
        let lines = Self.withoutFrontMatter(Self.lines(of: text))
        var part = Part(level: 0, title: "", lines: [])
        var fence: Fence?
        var inComment = false
        // Where the paragraph at hand began, when it is one that `===` or `---` can make a heading.
        var paragraph: Int?
        for line in lines {
            if inComment {
                inComment = !line.contains("-->")
                continue
            }
            if let open = fence {
                if open.isClosed(by: line) { fence = nil }
                part.lines.append(line)
                continue
            }
            if let opened = Fence(opening: line) {
                fence = opened
                paragraph = nil
            } else if Self.content(line)?.hasPrefix("<!--") == true {
                inComment = !line.contains("-->")
                paragraph = nil
                continue
            } else if let heading = Self.atxHeading(line) {
                close(&part)
                part = Part(level: heading.level, title: heading.title, lines: [])
                paragraph = nil
                continue
            } else if let level = Self.setextLevel(line), let start = paragraph {
                let title = part.lines[start...].map(Self.trimmed).joined(separator: " ")
                part.lines.removeSubrange(start...)
                close(&part)
                part = Part(level: level, title: title, lines: [])
                paragraph = nil
                continue
            } else if Self.trimmed(line).isEmpty {
                paragraph = nil
            } else if paragraph == nil, Self.startsParagraph(line, after: part.lines.last) {
                paragraph = part.lines.count
            }
            part.lines.append(line)
        }
        close(&part)
    }

    private mutating func close(_ part: inout Part) {
        while part.lines.first.map({ Self.trimmed($0).isEmpty }) == true { part.lines.removeFirst() }
        while part.lines.last.map({ Self.trimmed($0).isEmpty }) == true { part.lines.removeLast() }
        if part.level > 0 || !part.lines.isEmpty { parts.append(part) }
    }

    private static func lines(of text: String) -> [String] {
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars = scalars.dropFirst() }
        var previous: Unicode.Scalar?
        for scalar in scalars {
            if scalar == "\n" || scalar == "\r" {
                if !(scalar == "\n" && previous == "\r") {
                    lines.append(String(current))
                    current = String.UnicodeScalarView()
                }
            } else {
                current.append(scalar)
            }
            previous = scalar
        }
        if !current.isEmpty { lines.append(String(current)) }
        return lines
    }

    private static func withoutFrontMatter(_ lines: [String]) -> ArraySlice<String> {
        guard lines.first == "---", let end = lines.dropFirst().firstIndex(where: { $0 == "---" || $0 == "..." })
        else { return lines[...] }
        return lines[(end + 1)...]
    }

    /// The line without its indentation; `nil` where that makes it indented code.
    static func content(_ line: String) -> Substring? {
        let content = line.drop { $0 == " " }
        return line.utf8.count - content.utf8.count <= 3 ? content : nil
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    private static func atxHeading(_ line: String) -> (level: Int, title: String)? {
        guard let content = content(line) else { return nil }
        let level = content.prefix { $0 == "#" }.count
        let rest = content.dropFirst(level)
        guard (1...6).contains(level), rest.isEmpty || rest.first == " " || rest.first == "\t" else { return nil }
        let title = trimmed(rest)
        // A closing run of # counts only after a space.
        guard let text = title.lastIndex(where: { $0 != "#" }) else { return (level, "") }
        let body = title[...text]
        return (level, title.last == "#" && (body.last == " " || body.last == "\t") ? trimmed(body) : title)
    }

    private static func setextLevel(_ line: String) -> Int? {
        guard let content = content(line) else { return nil }
        let marks = trimmed(content)
        guard let first = marks.first, first == "=" || first == "-", marks.allSatisfy({ $0 == first }),
            content.first == first
        else { return nil }
        return first == "=" ? 1 : 2
    }

    /// Lists and quotes go on over the next line, so a `---` under them is a rule, not a heading's.
    private static func startsParagraph(_ line: String, after previous: String?) -> Bool {
        guard previous == nil || previous.map({ trimmed($0).isEmpty }) == true, let content = content(line) else {
            return false
        }
        guard let first = content.first, first != ">", first != "|", first != "<" else { return false }
        let digits = content.prefix { $0.isASCII && $0.isNumber }
        let marker = content.dropFirst(digits.count)
        let isOrdered = !digits.isEmpty && digits.count <= 9 && (marker.first == "." || marker.first == ")")
        let isBullet = digits.isEmpty && (first == "-" || first == "*" || first == "+")
        guard isOrdered || isBullet else { return true }
        let next = marker.dropFirst().first
        return !(next == nil || next == " " || next == "\t")
    }
}

/// An open code fence.
struct Fence: Equatable {
    private let mark: Character
    private let length: Int

    init?(opening line: String) {
        guard let content = MarkdownOutline.content(line), let mark = content.first, mark == "`" || mark == "~"
        else { return nil }
        length = content.prefix { $0 == mark }.count
        guard length >= 3, mark == "~" || !content.dropFirst(length).contains("`") else { return nil }
        self.mark = mark
    }

    func isClosed(by line: String) -> Bool {
        guard let content = MarkdownOutline.content(line) else { return false }
        let run = content.prefix { $0 == mark }.count
        return run >= length && MarkdownOutline.trimmed(content.dropFirst(run)).isEmpty
    }
}
