/// Makes one classic script of ES modules: comments, spaces and needless punctuation (`JavaScriptPunctuation`) go, names
/// become short (`JavaScriptNames`), everything else stays as it is written. Modules are given so that each comes after those that it imports from, and share one scope:
/// a top-level name may be used once.
struct JavaScriptBundle {
    typealias Token = JavaScriptTokens.Token

    struct Failure: Error, Equatable, CustomStringConvertible {
        var module: String
        var problem: String
        var description: String { "\(module): \(problem)" }
    }

    private var shortNames: [[UInt8]: [UInt8]] = [:]

    /// - Parameter header: a line of comment in front.
    static func script(header: String, modules: [(path: String, source: String)]) throws(Failure) -> String {
        var bundle = Self()
        var body: [Token] = []
        for (path, source) in modules {
            var tokens: [Token] = []
            do throws(JavaScriptTokens.Failure) {
                tokens = try JavaScriptTokens.of(source)
            } catch {
                throw Failure(module: path, problem: "line \(error.line): \(error.problem)")
            }
            body += try bundle.withoutModuleSyntax(tokens, of: path)
        }
        bundle.shortNames = JavaScriptNames.replacements(in: body)
        body = JavaScriptPunctuation.needed(of: body)
        return "// \(header)\n(()=>{\"use strict\";\(bundle.text(of: body))})();\n"
    }

    /// Imports are dropped, as what they name is in the same scope; an exported declaration is a plain one.
    private func withoutModuleSyntax(_ tokens: [Token], of path: String) throws(Failure) -> [Token] {
        var kept: [Token] = []
        var index = 0
        while index < tokens.count {
            let token = tokens[index]
            let isStatement = kept.isEmpty || (token.isOnNewLine && kept.last.map { $0.is(";") || $0.is("}") } == true)
            if isStatement, token.is("import") {
                guard let end = tokens[index...].firstIndex(where: { $0.is(";") }) else {
                    throw Failure(module: path, problem: "an import that does not end")
                }
                guard !tokens[index...end].contains(where: { $0.is("as") || $0.is("*") }),
                    tokens[end - 1].kind == .string
                else {
                    throw Failure(module: path, problem: "only `import { names } from \"./file.js\"` is understood")
                }
                index = end + 1
            } else if isStatement, token.is("export") {
                guard index + 1 < tokens.count,
                    ["const", "class", "async", "function"].contains(where: tokens[index + 1].is)
                else { throw Failure(module: path, problem: "only declarations can be exported") }
                index += 1
            } else {
                kept.append(token)
                index += 1
            }
        }
        // The next module's first token is not on this one's last line.
        if !kept.isEmpty {
            kept[0].isOnNewLine = true
            kept[0].isAdjacent = false
        }
        return kept
    }

    private func text(of tokens: [Token]) -> String {
        var text: [UInt8] = []
        var last: Token?
        var isRaw = false
        for token in tokens {
            if let last, needsSpace(last, token) {
                text.append(endsLine(last, token) ? UInt8(ascii: "\n") : UInt8(ascii: " "))
            }
            if token.kind == .template {
                if token.text.first == UInt8(ascii: "`") { isRaw = last?.is("raw") == true }
                text += isRaw ? Self.tightened(token.text) : token.text
            } else {
                text += (token.kind == .word ? shortNames[token.text] : nil) ?? token.text
            }
            last = token
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A line's end can end a statement, so it stays unless nothing can end there.
    private func endsLine(_ last: Token, _ next: Token) -> Bool {
        guard next.isOnNewLine else { return false }
        let isOpen =
            last.kind == .punctuation
            && ["{", "(", "[", ",", ";", "=", ">", "?", ":", "&", "|"].contains { last.is($0) }
        let isClosed =
            next.kind == .punctuation && [")", "]", ",", ".", ";", "?", ":", "&", "|", "="].contains { next.is($0) }
        return !isOpen && !isClosed
    }

    private func needsSpace(_ last: Token, _ next: Token) -> Bool {
        if next.isAdjacent { return false }
        if endsLine(last, next) { return true }
        guard let end = last.text.last, let start = next.text.first else { return false }
        func isWord(_ token: Token) -> Bool { token.kind == .word || token.kind == .regex }
        // Together they would be `++`, `--`, a comment, `<!--`, `-->` or `...`; and `1 .toFixed()` stays what it is.
        let others = ["++", "--", "//", "/*", "<!", "->", ".."].contains { $0.utf8.elementsEqual([end, start]) }
        return isWord(last) && (isWord(next) && start != UInt8(ascii: "/")) || others
            || next.is(".") && last.text.first.map { (0x30...0x39).contains($0) } == true
    }

    /// Style sheets: line ends with their indentation, and the spaces that CSS does without.
    private static func tightened(_ text: [UInt8]) -> [UInt8] {
        var tight: [UInt8] = []
        var isLineStart = false
        for byte in text {
            if byte == UInt8(ascii: "\n") {
                isLineStart = true
                continue
            }
            if byte == UInt8(ascii: " "), isLineStart || tight.last.map({ "{:;,".utf8.contains($0) }) == true {
                continue
            }
            isLineStart = false
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"), tight.last == UInt8(ascii: " ") {
                tight.removeLast()
            }
            if byte == UInt8(ascii: "}"), tight.last == UInt8(ascii: ";") { tight.removeLast() }
            tight.append(byte)
        }
        return tight
    }
}
