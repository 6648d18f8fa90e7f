import BotContract
import TestSupport
import Testing

@testable import BotSpec
@testable import HandlerBuild

@Suite struct RulesIndexTests {
    private func sections(_ text: String, file: String = "rules/returns.md") -> [BotConfiguration.RuleSection] {
        RulesIndex.sections(of: [BotSpec.RuleDocument(file: file, text: text)])
    }

    private struct Case: CustomTestStringConvertible {
        var name: String
        var markdown: String
        /// `path/to/title: text` of each section.
        var expected: [String]
        var testDescription: String { name }
    }

    private static let cases: [Case] = [
        Case(name: "empty", markdown: "", expected: []),
        Case(name: "blank", markdown: "\n  \n\t\n", expected: []),
        Case(name: "no heading", markdown: "Just text.\n", expected: ["Returns: Just text."]),
        Case(
            name: "preamble",
            markdown: "Before.\n\n# One\nText.",
            expected: ["Returns: Before.", "One: Text."]
        ),
        Case(
            name: "nesting",
            markdown: "# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne",
            expected: ["A: a", "A/B: b", "A/B/C: c", "A/D: d", "E: e"]
        ),
        Case(name: "levels skipped", markdown: "# A\na\n### C\nc\n## B\nb", expected: ["A: a", "A/C: c", "A/B: b"]),
        Case(name: "parent without text", markdown: "# A\n\n## B\nb", expected: ["A/B: b"]),
        Case(
            name: "heading alone",
            markdown: "# A\na\n\n# Returns are free",
            expected: ["A: a", "Returns are free: Returns are free"]
        ),
        Case(
            name: "closing marks",
            markdown: "## A ##\na\n# B#\nb\n# C \\# ###\nc",
            expected: ["A: a", "B#: b", "C \\#: c"]
        ),
        Case(
            name: "not a heading",
            markdown: "# A\n#no\n####### seven\n    # code\n\\# no",
            expected: ["A: #no|####### seven|    # code|\\# no"]
        ),
        Case(
            name: "setext",
            markdown: "One\n===\na\n\nTwo words\nand more\n---\nb",
            expected: ["One: a", "One/Two words and more: b"]
        ),
        Case(name: "rule, not setext", markdown: "# A\na\n\n---\n\nb", expected: ["A: a||---||b"]),
        Case(name: "list before a rule", markdown: "# A\n- one\n- two\n---\nb", expected: ["A: - one|- two|---|b"]),
        Case(name: "quote before a rule", markdown: "# A\n> one\n---\nb", expected: ["A: > one|---|b"]),
        Case(
            name: "fenced code",
            markdown: "# A\n```sh\n# no\n\n## no\n```\nb\n~~~\n# no\n```\n~~~~\n# B\nc",
            expected: ["A: ```sh|# no||## no|```|b|~~~|# no|```|~~~~", "B: c"]
        ),
        Case(name: "unclosed fence", markdown: "# A\n```\n# no\ntext", expected: ["A: ```|# no|text"]),
        Case(name: "backticks in a line", markdown: "# A\n``` a ` b\n# B\nc", expected: ["A: ``` a ` b", "B: c"]),
        Case(name: "front matter", markdown: "---\nowner: # me\n---\n# A\na", expected: ["A: a"]),
        Case(name: "rule at the top", markdown: "---\n\n# A\na", expected: ["Returns: ---", "A: a"]),
        Case(
            name: "byte order mark, CRLF, CR",
            markdown: "\u{FEFF}# A\r\na\r\rb\r\n## Ü\r\nß",
            expected: ["A: a||b", "A/Ü: ß"]
        ),
        Case(
            name: "comment",
            markdown: "# A\n<!-- for\n# editors\n-->\na <!-- stays -->",
            expected: ["A: a <!-- stays -->"]
        ),
        Case(name: "emoji and CJK", markdown: "# 返品 📦\n三十日", expected: ["返品 📦: 三十日"]),
    ]

    @Test(arguments: cases)
    private func cuts(_ example: Case) {
        let found = sections(example.markdown).map {
            "\($0.path.joined(separator: "/")): \($0.text.replacing("\n", with: "|"))"
        }
        #expect(found == example.expected.map { $0.replacing("\n", with: "|") })
    }

    @Test func idsCountInEachFile() {
        let found = sections("# A\na\n# B\nb", file: "rules/Returns & Refunds.md")
        #expect(found.map(\.id) == ["returns-refunds-1", "returns-refunds-2"])
        #expect(found.map(\.title) == ["A", "B"])
    }

    @Test func idsAreUnique() {
        let files = [
            "rules/returns.md", "rules/eu/returns.md", "rules/us/eu/returns.md", "rules/a/b.md", "rules/a-b.md",
            "rules/A/B.md", "rules/!!!.md", "rules/???.md", "rules/\(String(repeating: "x", count: 90)).md",
        ]
        let found = RulesIndex.sections(of: files.map { BotSpec.RuleDocument(file: $0, text: "# A\na\n# B\nb") })
        #expect(Set(found.map(\.id)).count == 2 * files.count)
        #expect(found.prefix(3).map(\.id) == ["returns-1", "returns-2", "eu-returns-1"])
        #expect(found.allSatisfy { $0.id.count <= 80 })
    }

    @Test func longSectionsAreCutAtParagraphs() {
        let paragraphs = (1...10).map { "Paragraph \($0): " + String(repeating: "word ", count: 80) + "end." }
        let found = sections("# Long\n" + paragraphs.joined(separator: "\n\n") + "\n## Short\nb")
        #expect(found.count == 6)
        #expect(found.dropLast().allSatisfy { $0.path == ["Long"] && $0.title == "Long" })
        #expect(found.dropLast().map(\.text).joined(separator: "\n\n") == paragraphs.joined(separator: "\n\n"))
        #expect(found.map(\.id).last == "returns-6")
    }

    @Test func nothingIsLongerThanTheLimit() {
        let text = "# A\n" + String(repeating: "x", count: 5_000) + "\n\n" + String(repeating: "wörter ", count: 900)
        let lines = String(repeating: "- a list item without an empty line after it\n", count: 100)
        for section in sections(text + "\n\n" + lines) {
            #expect(section.text.unicodeScalars.count <= RulesIndex.maximumSectionLength)
        }
    }

    /// The example's own rules: every word of the files is in one section, and each has a heading.
    @Test func theExampleIsWhole() throws {
        let folder = Repository.path("rules")
        let documents = try Files.names(in: folder).map { name in
            BotSpec.RuleDocument(
                file: "rules/\(name)",
                text: String(decoding: try Files.read("\(folder)/\(name)"), as: UTF8.self)
            )
        }
        let found = RulesIndex.sections(of: documents)
        #expect(found.count > documents.count)
        #expect(found.allSatisfy { !$0.text.isEmpty && !$0.path.isEmpty && !$0.title.isEmpty })
        func words(_ text: String) -> [Substring] { text.split { $0.isWhitespace || $0 == "#" } }
        let said = Set(found.flatMap { words($0.text) + $0.path.flatMap(words) })
        for document in documents {
            for word in words(document.text) { #expect(said.contains(word), "\(document.file): \(word)") }
        }
    }

    @Test func survivesAnything() {
        var generator = SeededGenerator(seed: 3)
        let bits = [
            "#", "##", "```", "~~~", "---", "===", "\n", "\n", "\r\n", "<!--", "-->", " ", "    ", "- ", "> ", "a", "é",
            "📦", "\u{0}", "1. ", "|",
        ]
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...60, using: &generator)
            let text = (0..<count).map { _ in bits.randomElement(using: &generator) ?? "" }.joined()
            let found = sections(text)
            #expect(Set(found.map(\.id)).count == found.count)
            #expect(found == sections(text))
        }
    }
}
