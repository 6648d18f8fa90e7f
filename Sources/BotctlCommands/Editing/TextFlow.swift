/// Breaks a text into rows between its words as it comes. What is not a whole row yet is its tail, which grows.
struct TextFlow: Equatable {
    /// The row that is not full.
    private(set) var tail = ""
    private var indent = ""
    /// The tail goes on with a line that is broken.
    private var isContinued = false

    /// - Parameter columns: how many a row may take from here on, at least 8.
    /// - Returns: the rows that are complete.
    mutating func push(_ text: String, columns: Int) -> [String] {
        let columns = max(8, columns)
        var rows: [String] = []
        for character in visibleLines(text) {
            if character == "\n" {
                rows.append(tail)
                self = TextFlow()
                continue
            }
            if isContinued, tail.isEmpty {
                guard character != " " else { continue }
                tail = indent
            }
            tail.append(character)
            while displayWidth(tail) > columns { rows.append(breakTail(columns)) }
        }
        return rows
    }

    /// The end of the text. - Returns: what was left, if anything was.
    mutating func finish() -> [String] {
        defer { self = TextFlow() }
        return tail.isEmpty ? [] : [tail]
    }

    /// Takes a row off the tail: up to the last space that fits, or in the midst of a word that is longer than a row.
    private mutating func breakTail(_ columns: Int) -> String {
        var width = 0
        var end = tail.startIndex
        var space: String.Index?
        let body = tail.firstIndex { $0 != " " } ?? tail.startIndex
        while end < tail.endIndex {
            let size = displayWidth(String(tail[end]))
            if tail[end] == " ", end > body { space = end }
            if width + size > columns { break }
            width += size
            end = tail.index(after: end)
        }
        let cut = space ?? end
        let row = String(tail[..<cut])
        if !isContinued { indent = Self.hanging(tail, columns: columns) }
        let rest = tail[cut...].drop { $0 == " " }
        tail = rest.isEmpty ? "" : indent + rest
        isContinued = true
        return row
    }

    /// The rows of an item of a list stand below its text.
    private static func hanging(_ line: String, columns: Int) -> String {
        let lead = line.prefix { $0 == " " }.count
        let rest = line.dropFirst(lead)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }.count
        var mark = 0
        if rest.hasPrefix("- ") || rest.hasPrefix("* ") || rest.hasPrefix("• ") {
            mark = 2
        } else if (1...3).contains(digits), rest.dropFirst(digits).hasPrefix(". ") {
            mark = digits + 2
        }
        return mark > 0 && lead + mark <= columns / 2 ? String(repeating: " ", count: lead + mark) : ""
    }
}
