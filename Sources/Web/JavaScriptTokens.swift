/// JavaScript cut into what has to stay whole. For the code of this repository: a `/` after `)`, `]` or `}` is a
/// division, and there are no labels, no `with` and no HTML comments.
struct JavaScriptTokens {
    enum Kind: Equatable {
        /// Names, keywords, private names with their `#`, numbers.
        case word
        case punctuation
        /// With its quotes.
        case string
        /// From "`" or `}` to "`" or `${`.
        case template
        case regex
    }

    struct Token: Equatable {
        var kind: Kind
        var text: [UInt8]
        /// Whether a line ends between the token before and this one.
        var isOnNewLine: Bool
        /// Nothing is between the token before and this one.
        var isAdjacent: Bool

        func `is`(_ word: String) -> Bool { text.elementsEqual(word.utf8) }
    }

    /// Where the text cannot be cut.
    struct Failure: Error, Equatable {
        var line: Int
        var problem: String
    }

    private let source: [UInt8]
    private var position = 0
    private var tokens: [Token] = []
    private var isOnNewLine = false
    private var end = -1
    /// For each open brace, whether it is a template's `${`.
    private var braces: [Bool] = []

    static func of(_ source: String) throws(Failure) -> [Token] {
        var tokens = Self(source: Array(source.utf8))
        try tokens.run()
        return tokens.tokens
    }

    private init(source: [UInt8]) { self.source = source }

    private mutating func run() throws(Failure) {
        while position < source.count {
            let start = position
            let byte = source[position]
            switch byte {
            case UInt8(ascii: "\n"):
                isOnNewLine = true
                position += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                while position < source.count, source[position] != UInt8(ascii: "\n") { position += 1 }
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): try skipComment()
            case UInt8(ascii: "/") where isRegexAllowed: try regex(from: start)
            case UInt8(ascii: "\""), UInt8(ascii: "'"): try string(from: start, quote: byte)
            case UInt8(ascii: "`"): try template(from: start)
            case UInt8(ascii: "}") where braces.last == true:
                braces.removeLast()
                try template(from: start)
            default:
                if Self.isWord(byte) || byte == UInt8(ascii: "#") {
                    position += 1
                    while position < source.count, Self.isWord(source[position]) { position += 1 }
                    add(.word, from: start)
                } else {
                    try punctuation(byte)
                }
            }
        }
        guard braces.isEmpty else { throw failure("a brace that is not closed") }
    }

    private mutating func punctuation(_ byte: UInt8) throws(Failure) {
        if byte == UInt8(ascii: "{") { braces.append(false) }
        if byte == UInt8(ascii: "}") {
            guard braces.popLast() != nil else { throw failure("a brace that was not opened") }
        }
        position += 1
        add(.punctuation, from: position - 1)
    }

    private mutating func skipComment() throws(Failure) {
        position += 2
        while position < source.count {
            if source[position] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                position += 2
                return
            }
            if source[position] == UInt8(ascii: "\n") { isOnNewLine = true }
            position += 1
        }
        throw failure("a comment that does not end")
    }

    private mutating func string(from start: Int, quote: UInt8) throws(Failure) {
        position += 1
        while position < source.count, source[position] != UInt8(ascii: "\n") {
            let byte = source[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == quote {
                add(.string, from: start)
                return
            }
        }
        throw failure("a string that does not end")
    }

    private mutating func template(from start: Int) throws(Failure) {
        position += 1
        while position < source.count {
            let byte = source[position]
            if byte == UInt8(ascii: "$"), peek(1) == UInt8(ascii: "{") {
                position += 2
                braces.append(true)
                add(.template, from: start)
                return
            }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "`") {
                add(.template, from: start)
                return
            }
        }
        throw failure("a template that does not end")
    }

    private mutating func regex(from start: Int) throws(Failure) {
        position += 1
        var isInClass = false
        while position < source.count, source[position] != UInt8(ascii: "\n") {
            let byte = source[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "[") { isInClass = true }
            if byte == UInt8(ascii: "]") { isInClass = false }
            if byte == UInt8(ascii: "/"), !isInClass {
                while position < source.count, Self.isWord(source[position]) { position += 1 }
                add(.regex, from: start)
                return
            }
        }
        throw failure("a regular expression that does not end")
    }

    /// After a value a `/` divides; after anything else it begins a regular expression.
    private var isRegexAllowed: Bool {
        guard let last = tokens.last else { return true }
        switch last.kind {
        case .word: return ["return", "typeof", "case", "in", "of", "await", "yield"].contains { last.is($0) }
        case .punctuation: return ![")", "]", "}"].contains { last.is($0) }
        case .template: return last.text.last != UInt8(ascii: "`")
        case .string, .regex: return false
        }
    }

    private mutating func add(_ kind: Kind, from start: Int) {
        position = min(position, source.count)
        let text = Array(source[start..<position])
        tokens.append(Token(kind: kind, text: text, isOnNewLine: isOnNewLine, isAdjacent: start == end))
        isOnNewLine = false
        end = position
    }

    private func peek(_ distance: Int) -> UInt8? {
        position + distance < source.count ? source[position + distance] : nil
    }

    private func failure(_ problem: String) -> Failure {
        Failure(line: source[..<min(position, source.count)].count { $0 == UInt8(ascii: "\n") } + 1, problem: problem)
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }
}
