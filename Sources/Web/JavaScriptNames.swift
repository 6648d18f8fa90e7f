/// Which names of a script may be others. A name is renamed everywhere or nowhere, to one that the script does not
/// have, so scopes need not be known; it is left alone wherever it is, or could be, the name of a property, and unless
/// the script declares it. Private names (`#name`) can be nothing else, so they always are.
struct JavaScriptNames {
    typealias Token = JavaScriptTokens.Token

    private let tokens: [Token]
    /// For each opening bracket the closing one.
    private var ends: [Int: Int] = [:]
    private var declared: Set<[UInt8]> = []
    private var kept: Set<[UInt8]> = []

    /// - Parameter tokens: of a whole script, brackets paired.
    static func replacements(in tokens: [Token]) -> [[UInt8]: [UInt8]] {
        var names = Self(tokens: tokens)
        names.pairBrackets()
        names.read()
        return names.replacements()
    }

    private init(tokens: [Token]) { self.tokens = tokens }

    private mutating func pairBrackets() {
        var open: [Int] = []
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .punctuation where "([{".utf8.contains(token.text[0]): open.append(index)
            case .punctuation where ")]}".utf8.contains(token.text[0]): ends[open.popLast() ?? index] = index
            // `…${` opens, `}…` closes, `}…${` does both.
            case .template:
                if token.text[0] == UInt8(ascii: "}") { ends[open.popLast() ?? index] = index }
                if token.text.last == UInt8(ascii: "{") { open.append(index) }
            default: break
            }
        }
    }

    private mutating func read() {
        var open: [(bracket: Int, isClass: Bool)] = []
        var isClass = false
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .punctuation where "([{".utf8.contains(token.text[0]):
                if token.is("(") { declareParameters(index) }
                open.append((index, isClass && token.is("{")))
                if token.is("{") { isClass = false }
            case .punctuation where ")]}".utf8.contains(token.text[0]): _ = open.popLast()
            case .template:
                if token.text[0] == UInt8(ascii: "}") { _ = open.popLast() }
                if token.text.last == UInt8(ascii: "{") { open.append((index, false)) }
            case .word:
                if token.is("class") { isClass = true }
                if isDeclaration(index) { declared.insert(token.text) }
                if mayBeProperty(index, in: open.last) { kept.insert(token.text) }
            default: break
            }
        }
    }

    private func isDeclaration(_ index: Int) -> Bool {
        let last = token(index - 1)
        return last.map { ["const", "let", "class"].contains(where: $0.is) } == true || isArrow(index + 1)
    }

    private mutating func declareParameters(_ bracket: Int) {
        let isCondition = token(bracket - 1).map { ["if", "for", "while", "switch"].contains(where: $0.is) } == true
        guard !isCondition, let end = ends[bracket], isArrow(end + 1) || token(end + 1)?.is("{") == true else { return }
        var index = bracket + 1
        while index < end {
            if tokens[index].kind == .word, token(index - 1)?.is("(") == true || token(index - 1)?.is(",") == true {
                declared.insert(tokens[index].text)
            }
            index = (ends[index] ?? index) + 1
        }
    }

    private func mayBeProperty(_ index: Int, in bracket: (bracket: Int, isClass: Bool)?) -> Bool {
        guard let last = token(index - 1), let next = token(index + 1) else { return true }
        if last.is("."), token(index - 2)?.is(".") != true { return true }
        if next.is(":") { return true }
        // A method, and what only looks like one.
        if next.is("("), let end = ends[index + 1], token(end + 1)?.is("{") == true { return true }
        guard let bracket, tokens[bracket.bracket].is("{") else { return false }
        if bracket.isClass, next.is("=") || next.is(";") { return true }
        let isFirst = last.is("{") || last.is(",")
        return isFirst && [",", "}", "="].contains(where: next.is)
    }

    private func isArrow(_ index: Int) -> Bool {
        token(index)?.is("=") == true && token(index + 1)?.is(">") == true && tokens[index + 1].isAdjacent
    }

    private func token(_ index: Int) -> Token? { tokens.indices.contains(index) ? tokens[index] : nil }

    /// The more often a name is used, the shorter its new one.
    private func replacements() -> [[UInt8]: [UInt8]] {
        var counts: [[UInt8]: Int] = [:]
        for token in tokens where token.kind == .word { counts[token.text, default: 0] += 1 }
        let byUse = counts.sorted {
            $0.value == $1.value ? $0.key.lexicographicallyPrecedes($1.key) : $0.value > $1.value
        }.map(\.key)
        var replacements: [[UInt8]: [UInt8]] = [:]
        var publicNames = 0
        var privateNames = 0
        for name in byUse {
            if name[0] == UInt8(ascii: "#") {
                replacements[name] = [UInt8(ascii: "#")] + Self.name(privateNames)
                privateNames += 1
            } else if declared.contains(name), !kept.contains(name), name.count > 2, !Self.isReserved(name) {
                var short = Self.name(publicNames)
                while counts[short] != nil || Self.isReserved(short) {
                    publicNames += 1
                    short = Self.name(publicNames)
                }
                publicNames += 1
                replacements[name] = short
            }
        }
        return replacements
    }

    private static func isReserved(_ name: [UInt8]) -> Bool { reserved.contains(where: name.elementsEqual) }

    /// What can stand where a name can.
    private static let reserved = [
        "this", "new", "null", "true", "false", "undefined", "async", "await", "typeof", "void", "function", "class",
        "super", "get", "set", "static", "let", "const", "do", "if", "in", "of", "as", "for", "return", "yield",
    ].map(\.utf8)

    /// a … Z, aa … ZZ.
    private static func name(_ number: Int) -> [UInt8] {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let last = letters[number % letters.count]
        return number < letters.count ? [last] : name(number / letters.count - 1) + [last]
    }
}
