import TestSupport
import Testing

@testable import BotSpec

/// The cases in `Broken/`, see the README there.
struct BrokenSpec: CustomTestStringConvertible, Sendable {
    struct Mark: Hashable, Comparable, CustomStringConvertible {
        var line: Int
        var column: Int
        var code: String
        var description: String { "\(line):\(column) \(code)" }
        static func < (left: Mark, right: Mark) -> Bool {
            (left.line, left.column, left.code) < (right.line, right.column, right.code)
        }
    }

    var title: String
    var text: String
    var expected: [Mark]
    var testDescription: String { title }

    static let all: [BrokenSpec] = [
        "yaml", "shape", "names", "files", "model", "table", "routes", "conversation", "operations", "stages",
    ].flatMap { area in
        var cases: [(title: String, lines: [Substring])] = []
        // No file, no case: then the test of their number fails.
        let text = readText(Repository.path("Tests/BotSpecTests/Broken/\(area).txt")) ?? ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("#### ") {
                cases.append((title: "\(area): \(line.dropFirst(5))", lines: []))
            } else if !cases.isEmpty {
                cases[cases.count - 1].lines.append(line)
            }
        }
        return cases.map { BrokenSpec(title: $0.title, lines: $0.lines) }
    }

    /// What a case gets unless it says otherwise.
    static let base: [(key: String, line: String)] = [
        ("version", "version: 1"), ("name", "name: acme-support"), ("region", "region: us-east-2"),
        ("prompt", "prompt: You are the support agent of Acme."),
        ("model", "model: { id: meta.llama3-3-70b-instruct-v1:0 }"),
    ]

    init(title: String, lines: [Substring]) {
        self.title = title
        var marked = lines.joined(separator: "\n")
        if !title.hasSuffix("(alone)") {
            let own = lines.map { line in Self.unmarked(line).prefix { $0 != ":" } }
            marked = Self.base.filter { !own.contains($0.key[...]) }.map { $0.line + "\n" }.joined() + marked
        }
        // Line and column are counted here, not by the code under test.
        var text = ""
        var expected: [Mark] = []
        var line = 1
        var column = 1
        var code: String?
        for scalar in marked.unicodeScalars {
            switch (scalar, code) {
            case ("‹", _): code = ""
            case ("›", let found?):
                expected.append(Mark(line: line, column: column, code: found))
                code = nil
            case (_, let found?): code = found + String(scalar)
            default:
                text.unicodeScalars.append(scalar)
                (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
            }
        }
        self.text = text
        self.expected = expected.sorted()
    }

    private static func unmarked(_ line: Substring) -> Substring {
        var line = line
        while line.first == "‹", let end = line.firstIndex(of: "›") { line = line[line.index(after: end)...] }
        return line
    }

    /// Files beside the spec.
    static let files: [String: [UInt8]] = [
        "prompts/support.md": Array("You are kind.\n".utf8),
        "empty.md": Array("\n \n".utf8),
        "latin1.md": [0x47, 0x72, 0xFC, 0xDF, 0x65],
        "nul.md": [0x61, 0, 0x62],
        "big.md": Array(repeating: 0x61, count: 64 * 1024 + 1),
        "huge.md": Array(repeating: 0x61, count: 512 * 1024 + 1),
        "library/1.md": Array(repeating: 0x61, count: 512 * 1024),
        "library/2.md": Array(repeating: 0x61, count: 512 * 1024),
        "library/3.md": Array(repeating: 0x61, count: 512 * 1024),
        "library/4/4.md": Array(repeating: 0x61, count: 512 * 1024),
        "library/4/5.MD": [0x61],
        "hollow/notes.txt": Array("Not Markdown.".utf8),
        "notes.txt": Array("Not Markdown.".utf8),
    ]

    static func load(_ text: String, stage: String = "dev") -> SpecResult {
        load(Array(text.utf8), stage: stage)
    }

    static func load(_ bytes: [UInt8], stage: String = "dev") -> SpecResult {
        var files = files
        files["botctl.yml"] = bytes
        return SpecLoader.inMemory(files).load(projectDirectory: "", specFile: "botctl.yml", stage: stage)
    }

    static func marks(_ result: SpecResult) -> [Mark] {
        result.diagnostics.map {
            Mark(line: $0.range?.start.line ?? 0, column: $0.range?.start.column ?? 0, code: $0.code)
        }.sorted()
    }
}
