import Diagnostics
import Testing

@testable import BotSpec

/// Files that are meant to hurt, or are no text at all.
@Suite struct HostileFileTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var bytes: [UInt8]
        var expected: [BrokenSpec.Mark]

        init(_ title: String, _ bytes: [UInt8], _ marks: (Int, Int, SpecCode)...) {
            testDescription = title
            self.bytes = bytes
            expected = marks.map { BrokenSpec.Mark(line: $0.0, column: $0.1, code: $0.2.rawValue) }
        }
        init(_ title: String, _ text: String, _ mark: (Int, Int, SpecCode)) {
            self.init(title, Array(text.utf8), mark)
        }
    }

    private static let head = BrokenSpec.base.map { $0.line + "\n" }.joined()

    private static func laughs(levels: Int) -> String {
        var text = head + "tags:\n  l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
        for level in 1...levels {
            let aliases = Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ")
            text += "  l\(level): &l\(level) [\(aliases)]\n"
        }
        return text
    }

    private static func mergedLaughs() -> String {
        var text = head + "tags:\n  m0: &m0 { a0: x, b0: x, c0: x, d0: x }\n"
        for level in 1...30 {
            text +=
                "  m\(level): &m\(level) { <<: *m\(level - 1), a\(level): *m\(level - 1), b\(level): *m\(level - 1) }\n"
        }
        return text
    }

    static let cases: [Case] = [
        Case("nothing", [], (1, 1, .notAMap)),
        Case("a byte order mark alone", [0xEF, 0xBB, 0xBF], (1, 1, .notAMap)),
        Case("white space", "  \n\n", (1, 1, .notAMap)),
        Case("UTF-16, little endian", [0xFF, 0xFE, 0x76, 0], (1, 1, .notUTF8)),
        Case("UTF-16, big endian", [0xFE, 0xFF, 0, 0x76], (1, 1, .notUTF8)),
        Case("UTF-16 without a mark", [0x76, 0, 0x65, 0], (1, 1, .notUTF8)),
        Case("UTF-32", [0, 0, 0xFE, 0xFF], (1, 1, .notUTF8)),
        Case("Latin-1 on the second line", Array("version: 1\nname: B".utf8) + [0xFC], (2, 8, .notUTF8)),
        Case("a cut UTF-8 sequence", Array("a: é→".utf8).dropLast(), (1, 5, .notUTF8)),
        Case("an overlong slash", Array("a: ".utf8) + [0xC0, 0xAF], (1, 4, .notUTF8)),
        Case("half a surrogate pair", Array("a: ".utf8) + [0xED, 0xA0, 0x80], (1, 4, .notUTF8)),
        Case("beyond Unicode", Array("a: ".utf8) + [0xF4, 0x90, 0x80, 0x80], (1, 4, .notUTF8)),
        Case("a NUL in the middle", "version: 1\nname: a\0b\n", (2, 8, .controlCharacter)),
        Case("an escape sequence", "version: \u{1B}[31m1\n", (1, 10, .controlCharacter)),
        Case("a C1 control", "version: 1 #\u{9B}\n", (1, 13, .controlCharacter)),
        Case("a byte order mark inside", "version: 1\nname: \u{FEFF}a\n", (2, 7, .controlCharacter)),
        Case("more than 1 MB", Array(repeating: 0x23, count: 1 << 20 + 1), (1, 1, .fileTooLarge)),
        Case("brackets without end", String(repeating: "[", count: 100_000), (1, 65, .nestedTooDeep)),
        Case("braces without end", String(repeating: "{a: ", count: 100_000), (1, 254, .nestedTooDeep)),
        Case("dashes without end", String(repeating: "- ", count: 50_000), (1, 129, .nestedTooDeep)),
        Case("question marks without end", String(repeating: "? ", count: 50_000), (1, 129, .nestedTooDeep)),
        Case("a billion laughs", laughs(levels: 9), (11, 27, .aliasExpansion)),
        Case("laughs by merge keys", mergedLaughs(), (15, 35, .aliasExpansion)),
        Case(
            "deep by aliases",
            head + "tags:\n" + (0..<70).map { "  a\($0): &a\($0) [\($0 == 0 ? "x" : "*a\($0 - 1)")]\n" }.joined(),
            (68, 14, .nestedTooDeep)
        ),
        Case(
            "very many values",
            head + "guardrail: { blockedWords: [" + String(repeating: "a,", count: 60_000) + "] }",
            (6, 29 + 2 * 49_983, .aliasExpansion)
        ),
    ]

    @Test(arguments: cases)
    func areRefusedInTime(_ hostile: Case) {
        let result = BrokenSpec.load(hostile.bytes)
        #expect(BrokenSpec.marks(result) == hostile.expected, "\(DiagnosticReport(result.diagnostics).text())")
        #expect(result.spec == nil)
    }

    /// Time must not grow with the square of what is wrong.
    @Test(.timeLimit(.minutes(5))) func verySpoiledSpecsAreAnsweredInTime() {
        let words = Self.head + "guardrail: { blockedWords: [" + String(repeating: "1,", count: 45_000) + "] }"
        #expect(BrokenSpec.load(words).diagnostics.count == 45_000)
        let keys = Self.head + (0..<20_000).map { "unknown\($0): 1\n" }.joined()
        #expect(BrokenSpec.load(keys).diagnostics.count == 20_000)
        let stages = Self.head + "stages:\n" + (0..<12_000).map { "  s\($0): { protect: 1 }\n" }.joined()
        let result = BrokenSpec.load(stages)
        #expect(result.stages.count == 50)
        #expect(result.diagnostics.map(\.code).first == "BOT211")
        #expect(result.diagnostics.count == 51)
    }

    @Test func aFileOfOneMegabyteIsRead() {
        let head = HostileFileTests.head
        let text = head + "#" + String(repeating: "x", count: 1 << 20 - head.utf8.count - 1)
        #expect(BrokenSpec.load(text).spec != nil)
    }
}
