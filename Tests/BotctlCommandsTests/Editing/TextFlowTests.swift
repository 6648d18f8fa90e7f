import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct TextFlowTests {
    private func rows(_ parts: [String], columns: Int) -> [String] {
        var flow = TextFlow()
        return parts.flatMap { flow.push($0, columns: columns) } + flow.finish()
    }

    @Test(
        arguments: [
            ("one two three", 9, ["one two", "three"]), ("one two\n\nthree", 20, ["one two", "", "three"]),
            ("abcdefghijkl", 8, ["abcdefgh", "ijkl"]), ("a bcdefghijkl", 8, ["a", "bcdefghi", "jkl"]),
            ("- one two three", 9, ["- one two", "  three"]), ("12. one two three", 12, ["12. one two", "    three"]),
            ("日本語日本語", 8, ["日本語日", "本語"]), ("12345678 x", 8, ["12345678", "x"]), ("", 8, []),
            ("a\tb\u{1B}[31m\u{9B}", 20, ["a b␛[31m\u{FFFD}"]), ("         x", 8, ["        ", "x"]),
        ] as [(String, Int, [String])]
    )
    func wrapping(_ text: String, _ columns: Int, _ wanted: [String]) {
        #expect(rows([text], columns: columns) == wanted)
        #expect(rows(text.unicodeScalars.map { String($0) }, columns: columns) == wanted, "as it streams")
    }

    /// No row is too wide, no word is lost, and how the text was cut into parts makes no difference.
    @Test func randomTexts() {
        var generator = SeededGenerator(seed: 5)
        let pieces = ["word", " ", "  ", "日本", "é", "- ", "\n", "12. ", "longlonglonglonglong", "👩‍🚀", "e\u{301}"]
        for _ in 0..<2000 {
            let parts = (0..<30).map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }
            let columns = Int.random(in: 8...30, using: &generator)
            let rows = rows(parts, columns: columns)
            #expect(rows.allSatisfy { displayWidth($0) <= columns })
            let words = { (text: String) in text.unicodeScalars.filter { $0 != " " && $0 != "\n" } }
            #expect(Array(words(rows.joined())) == Array(words(parts.joined())))
            #expect(rows == self.rows([parts.joined()], columns: columns))
        }
    }
}
