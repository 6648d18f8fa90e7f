import TestSupport
import Testing

@testable import Retrieval

struct WordTests {
    @Test(arguments: [
        ("Returns, RETURN & return's", ["return", "return", "return"]),
        ("Größe ÉTÉ ñandú Łódź Ørsted", ["gross", "ete", "nandu", "lodz", "orst"]),
        ("e\u{301}te\u{301}", ["ete"]),
        ("Ελλάδα ΟΔΟΣ οδος", ["ελλαδα", "οδοσ", "οδοσ"]),
        ("Ёлка ещё", ["елка", "еще"]),
        ("返品できますか", ["返品", "品で", "でき", "きま", "ます", "すか"]),
        ("30-day 5$", ["30", "day", "5"]),
        ("class glass gas", ["class", "glass", "gas"]),
        ("😀 … !!", []),
    ])
    func splitsWords(_ text: String, _ expected: [String]) {
        #expect(Words.of(text) == expected)
    }

    @Test func splittingSurvivesAnyText() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let text = String(decoding: random.bytes(60), as: UTF8.self)
            for word in Words.of(text) { #expect(!word.isEmpty) }
        }
    }

    /// Forms that customers and rules use for one thing.
    @Test(arguments: [
        ["exchange", "exchanges", "exchanged", "exchanging"], ["cancel", "cancels", "cancelling", "cancellation"],
        ["delivery", "deliveries", "deliver", "delivered"], ["box", "boxes"], ["ship", "shipped", "shipping"],
        ["authorise", "authorize", "authorisation", "authorized"], ["colour", "color", "colours"],
        ["try", "tries", "tried"], ["address", "addresses"], ["sell", "selling"], ["quick", "quickly"],
    ])
    func stemsFormsAlike(_ forms: [String]) {
        #expect(Set(forms.map(Stemmer.stem)).count == 1, "\(forms.map(Stemmer.stem))")
    }

    @Test(arguments: [
        ("bus", "bus"), ("sing", "sing"), ("need", "need"), ("red", "red"), ("hour", "hour"), ("fee", "fee"),
        ("été", "été"), ("gs1", "gs1"),
    ])
    func leavesOtherWords(_ word: String, _ stem: String) { #expect(Stemmer.stem(word) == stem) }

    @Test func stemsDoNotMixTopics() {
        let words = [
            "return", "refund", "repair", "refill", "warranty", "payment", "price", "parcel", "points", "tent",
        ]
        #expect(Set(words.map(Stemmer.stem)).count == words.count)
    }
}

struct SpellingTests {
    @Test(
        arguments: [
            ("abcd", "abcd", 0), ("abcd", "abdc", 1), ("abcd", "acd", 1), ("abcd", "abxcd", 1), ("abcd", "axcd", 1),
            ("abcd", "badc", 2), ("abcd", "abcdxx", 2), ("abcd", "wxyz", nil), ("", "ab", 2), ("", "abc", nil),
        ] as [(String, String, Int?)]
    )
    func measuresEdits(_ left: String, _ right: String, _ distance: Int?) {
        let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        #expect(Spelling.distance(left, right, limit: 2) == distance)
        #expect(Spelling.distance(right, left, limit: 2) == distance)
    }

    /// The quick rejections lose nothing that a plain comparison finds.
    @Test func findsWhatAComparisonOfAllFinds() {
        var random = SeededGenerator(seed: 8)
        let letters = ["a", "b", "c", "d", "e"]
        let words = Set((0..<200).map { _ in random.text(letters, upTo: 9) + "ab" })
        let spelling = Spelling(words)
        for _ in 0..<300 {
            let word = random.text(letters, upTo: 9) + "ba"
            let scalars = Array(word.unicodeScalars)
            let found = spelling.near(word)
            guard scalars.count >= 4 else {
                #expect(found.isEmpty)
                continue
            }
            let limit = scalars.count < 8 ? 1 : 2
            let nearest = words.filter { $0.unicodeScalars.count >= 3 }
                .compactMap { Spelling.distance(scalars, Array($0.unicodeScalars), limit: limit) }.min()
            #expect(found.first?.distance == nearest)
            #expect(found.count <= 3)
        }
    }

    @Test func leavesShortWordsAndNumbersAlone() {
        let spelling = Spelling(["bag", "2024", "tent"])
        #expect(spelling.near("bog").isEmpty && spelling.near("2025").isEmpty)
        #expect(spelling.near("tnet").map(\.word) == ["tent"])
    }
}
