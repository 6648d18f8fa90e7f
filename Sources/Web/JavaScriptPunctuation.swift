/// Leaves out what of a script changes nothing: commas before closing brackets, semicolons before closing braces, the
/// ends of lines after blocks, brackets around an arrow's only parameter, a declaration's keyword right after another declaration;
/// and writes `!0`, `!1` and `let` for `true`, `false` and `const`, which a script that runs cannot tell.
struct JavaScriptPunctuation {
    typealias Token = JavaScriptTokens.Token

    private let tokens: [Token]
    /// For each closing bracket the opening one.
    private let starts: [Int: Int]
    /// For each opening bracket the closing one.
    private let ends: [Int: Int]

    /// - Parameter tokens: of a whole script, brackets paired.
    static func needed(of tokens: [Token]) -> [Token] {
        let script = Self(tokens: tokens)
        let continued = script.continuedDeclarations()
        return tokens.indices.compactMap { index in
            guard !script.isNeedless(index), !continued.contains(index - 1) else { return nil }
            var token = tokens[index]
            token.text = script.shortest(index)
            if continued.contains(index) { token.text = [UInt8(ascii: ",")] }
            if continued.contains(index - 2) { token.isOnNewLine = false }
            if script.endsBlock(index - 1) { token.isOnNewLine = false }
            if script.isNeedless(index - 1) {
                token.isOnNewLine = false
                // `async(a)` is no name.
                token.isAdjacent = false
            }
            return token
        }
    }

    private init(tokens: [Token]) {
        self.tokens = tokens
        var starts: [Int: Int] = [:]
        var open: [Int] = []
        for (index, token) in tokens.enumerated() {
            switch token.kind {
            case .punctuation where "([{".utf8.contains(token.text[0]): open.append(index)
            case .punctuation where ")]}".utf8.contains(token.text[0]): starts[index] = open.popLast()
            case .template:
                if token.text[0] == UInt8(ascii: "}") { starts[index] = open.popLast() }
                if token.text.last == UInt8(ascii: "{") { open.append(index) }
            default: break
            }
        }
        self.starts = starts
        ends = Dictionary(starts.map { ($1, $0) }) { $1 }
    }

    /// The semicolons that end one declaration with another one behind it.
    private func continuedDeclarations() -> Set<Int> {
        var found: Set<Int> = []
        for index in tokens.indices where isOne(of: ["const", "let"], index) {
            guard index == 0 || isOne(of: [";", "{", "}"], index - 1) else { continue }
            var end = index + 1
            while tokens.indices.contains(end), !isOne(of: [";", ")", "]", "}"], end) {
                while let next = ends[end] { end = next }
                end += 1
            }
            let next = end + 1
            if isOne(of: [";"], end), tokens.indices.contains(next), isOne(of: ["const", "let"], next) {
                found.insert(end)
            }
        }
        return found
    }

    private func shortest(_ index: Int) -> [UInt8] {
        let token = tokens[index]
        guard token.kind == .word else { return token.text }
        if token.is("const") { return Array("let".utf8) }
        // `it.true`, `{ true: 1 }`; and a conditional's `? true : false` is not worth telling apart.
        guard !isOne(of: ["."], index - 1), !isOne(of: [":"], index + 1) else { return token.text }
        return token.is("true") ? Array("!0".utf8) : token.is("false") ? Array("!1".utf8) : token.text
    }

    /// `(a) => …`
    private func isOnlyParameter(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .word && isOne(of: ["("], index - 1)
            && isOne(of: [")"], index + 1) && isOne(of: ["="], index + 2) && isOne(of: [">"], index + 3)
            && tokens[index + 3].isAdjacent
    }

    private func isNeedless(_ index: Int) -> Bool {
        guard index >= 0 else { return false }
        if isOnlyParameter(index + 1) && tokens[index].is("(") || isOnlyParameter(index - 1) && tokens[index].is(")") {
            return true
        }
        if tokens[index].is(",") {
            // `[,]` and `[a,,]` are longer lists than `[]` and `[a]`.
            return isOne(of: [")", "]", "}"], index + 1) && !isOne(of: [",", "[", "("], index - 1)
        }
        guard tokens[index].is(";"), isOne(of: ["}"], index + 1), tokens[index + 1].kind == .punctuation else {
            return false
        }
        // A statement of its own: the body of a loop, of a condition, of an `else`.
        let isHead = starts[index - 1].map { isOne(of: ["if", "for", "while"], $0 - 1) } == true
        return !isHead && !isOne(of: ["else", "do"], index - 1)
    }

    /// Whether a statement, a clause or a member of a class ends there, whatever follows.
    private func endsBlock(_ index: Int) -> Bool {
        guard tokens.indices.contains(index), tokens[index].is("}"), let start = starts[index],
            tokens[start].is("{")
        else { return false }
        if start == 0 || isOne(of: [";", "{", "}", "else", "try", "finally", "do", "catch"], start - 1) { return true }
        if let parameters = starts[start - 1], tokens[start - 1].is(")") {
            // `function (a) {` and `function name(a) {` may be values.
            return !isOne(of: ["function"], parameters - 1) && !isOne(of: ["function"], parameters - 2)
        }
        return isClassStatement(before: start)
    }

    /// `class Name {` or `class Name extends Other {`, and not as a value.
    private func isClassStatement(before start: Int) -> Bool {
        let word = isOne(of: ["extends"], start - 2) ? start - 4 : start - 2
        return isOne(of: ["class"], word) && (word == 0 || isOne(of: [";", "{", "}"], word - 1))
    }

    private func isOne(of words: [String], _ index: Int) -> Bool {
        tokens.indices.contains(index) && words.contains(where: tokens[index].is)
    }
}
