import TestSupport
import Testing

@testable import Planning

@Suite struct TextDiffTests {
    @Test func equalTextsHaveNone() {
        #expect(TextDiff(from: "a\nb\n", to: "a\nb\n") == nil)
    }

    @Test func showsContextAroundAChange() {
        let old = (1...20).map(String.init)
        var new = old
        new[9] = "ten"
        let diff = TextDiff(from: old.joined(separator: "\n"), to: new.joined(separator: "\n"))
        #expect(diff?.lines == ["@@ 7 7", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"])
        #expect(diff?.added == 1 && diff?.removed == 1)
    }

    @Test func farChangesAreTwoHunks() {
        let old = (1...40).map(String.init)
        var new = old
        new[4] = "five"
        new.remove(at: 29)
        let diff = TextDiff(from: old.joined(separator: "\n"), to: new.joined(separator: "\n"))
        #expect(diff?.hunks.map(\.oldStart) == [2, 27])
        #expect(diff?.hunks.map(\.newStart) == [2, 27])
        #expect(diff?.lines.suffix(7) == [" 27", " 28", " 29", "-30", " 31", " 32", " 33"])
    }

    @Test func fromAndToNothing() {
        #expect(TextDiff(from: "", to: "a\n")?.lines == ["@@ 1 1", "+a"])
        #expect(TextDiff(from: "a\nb", to: "")?.lines == ["@@ 1 1", "-a", "-b"])
    }

    @Test func thousandsOfDifferencesAreOneReplacement() {
        let old = (1...3000).map { "old \($0)" }.joined(separator: "\n")
        let new = (1...3000).map { "new \($0)" }.joined(separator: "\n")
        let diff = TextDiff(from: old, to: new)
        #expect(diff?.added == 3000 && diff?.removed == 3000 && diff?.hunks.count == 1)
    }

    /// The script turns one text into the other, and is as short as the longest common subsequence allows.
    @Test func isAShortestScript() {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<2_000 {
            func text() -> [Substring] {
                (0..<Int.random(in: 0...14, using: &generator)).map { _ in
                    ["a", "b", "c", "d"].randomElement(using: &generator) ?? "a"
                }
            }
            let old = text()
            let new = text()
            let edits = LineDiff(old, new).edits
            #expect(edits.filter { $0.kind != .added }.map(\.text) == old.map(String.init))
            #expect(edits.filter { $0.kind != .removed }.map(\.text) == new.map(String.init))
            #expect(edits.count { $0.kind == .context } == longestCommonSubsequence(old, new))
        }
    }

    private func longestCommonSubsequence(_ old: [Substring], _ new: [Substring]) -> Int {
        var lengths = [[Int]](repeating: [Int](repeating: 0, count: new.count + 1), count: old.count + 1)
        for (i, left) in old.enumerated() {
            for (j, right) in new.enumerated() {
                lengths[i + 1][j + 1] = left == right ? lengths[i][j] + 1 : max(lengths[i][j + 1], lengths[i + 1][j])
            }
        }
        return lengths[old.count][new.count]
    }
}
