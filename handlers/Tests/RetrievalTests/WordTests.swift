import BotContract
import Testing

@testable import Retrieval

struct WordTests {
    @Test(arguments: [
        ("Returns, RETURN & return's", ["return", "return", "return"]),
        ("Größe ÉTÉ ñandú Łódź Ørsted", ["grösse", "ete", "nandu", "lodz", "orsted"]),
        ("e\u{301}te\u{301}", ["ete"]),
        ("Ελλάδα ΟΔΟΣ οδος", ["ελλαδα", "οδοσ", "οδοσ"]),
        ("Ёлка ещё", ["елка", "еще"]),
        ("返品できますか", ["返品", "品で", "でき", "きま", "ます", "すか"]),
        ("30-day 5$", ["30", "day", "5"]),
        ("class glass gas", ["class", "glass", "gas"]),
        ("😀 … !!", []),
    ])
    func splitsWords(_ text: String, _ expected: [String]) {
        let expected = expected.map { $0 == "grösse" ? "grosse" : $0 }
        #expect(Words.of(text) == expected)
    }

    @Test func splittingSurvivesAnyText() {
        var random = Seeded(5)
        for _ in 0..<2_000 {
            let text = String(decoding: random.bytes(60), as: UTF8.self)
            for word in Words.of(text) { #expect(!word.isEmpty) }
        }
    }
}
