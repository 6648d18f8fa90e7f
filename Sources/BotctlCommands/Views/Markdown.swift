/// Text from outside inside GitHub's Markdown: it is shown, and does nothing.
enum Markdown {
    /// A code span, with as many backticks around it as it takes (https://spec.commonmark.org/0.31.2/#code-spans);
    /// a bar would end a table's cell.
    static func code(_ text: String) -> String {
        let inner = visible(text).replacing("|", with: "\\|")
        guard !inner.isEmpty else { return "\"\"" }
        let fence = String(repeating: "`", count: longestRun(of: "`", in: inner) + 1)
        let pad = inner.hasPrefix("`") || inner.hasSuffix("`") ? " " : ""
        return fence + pad + inner + pad + fence
    }

    /// Running text. One that would call somebody by name is a code span: escaping does not keep GitHub from it.
    static func plain(_ text: String) -> String {
        guard !text.contains("@") else { return code(text) }
        var result = ""
        for character in visible(text) {
            if "\\`*_{}[]<>()#+!|~&".contains(character) { result.append("\\") }
            result.append(character)
        }
        return result
    }

    static func fenced(_ text: String, language: String) -> String {
        let fence = String(repeating: "`", count: max(3, longestRun(of: "`", in: text) + 1))
        return "\(fence)\(language)\n\(text)\n\(fence)"
    }

    /// - Parameter title: Markdown of one line.
    static func folded(_ title: String, _ body: String) -> String {
        "<details><summary>\n\n\(title)\n\n</summary>\n\n\(body)\n\n</details>\n"
    }

    private static func longestRun(of wanted: Character, in text: String) -> Int {
        var longest = 0
        var current = 0
        for character in text {
            current = character == wanted ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }
}

/// Blocks of Markdown up to a number of bytes; what does not fit is counted. A block is whole or not there.
struct MarkdownPage {
    private let limit: Int
    private var blocks: [String] = []
    private var size = 0
    private var omitted = 0

    /// Room for the line that tells of what is left out.
    private static let reserve = 200

    init(limit: Int) { self.limit = limit }

    mutating func add(_ block: String) {
        guard !block.isEmpty else { return }
        guard size + block.utf8.count + 1 <= limit - Self.reserve else {
            omitted += 1
            return
        }
        blocks.append(block)
        size += block.utf8.count + 1
    }

    var text: String {
        blocks.joined(separator: "\n")
            + (omitted == 0
                ? "" : "\n_\(plural(omitted, "more part")) did not fit into a comment: run `botctl diff`._\n")
    }
}
