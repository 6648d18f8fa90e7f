import BotContract
import TestSupport
import Testing

@testable import Bot

struct RetrievalTests {
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
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2_000 {
            let text = String(decoding: random.bytes(60), as: UTF8.self)
            for word in Words.of(text) { #expect(!word.isEmpty) }
        }
    }

    private func sections(_ count: Int, words: Int) -> [BotConfiguration.RuleSection] {
        (0..<count).map { number in
            .init(
                id: "rule-\(number)",
                title: "Topic\(number)",
                file: "rules/a.md",
                path: ["Rules", "Topic\(number)"],
                text: String(repeating: "common words about things ", count: words) + "special\(number)"
            )
        }
    }

    private func selection(
        _ sections: [BotConfiguration.RuleSection],
        _ retrieval: BotConfiguration.Retrieval
    ) -> RuleSelection {
        RuleSelection(
            TestBot {
                $0.rules = sections
                $0.retrieval = retrieval
            }.configuration
        )
    }

    @Test func givesAllRulesWhileTheyFit() {
        let few = sections(10, words: 20)
        for retrieval in [BotConfiguration.Retrieval.auto, .full, .hybrid] {
            #expect(selection(few, retrieval).sections(for: "anything", previous: nil).count == 10)
        }
        #expect(selection(few, .lexical).sections(for: "special3", previous: nil).map(\.id) == ["rule-3"])
        let many = sections(100, words: 50)
        #expect(selection(many, .full).sections(for: "anything", previous: nil).count == 100)
    }

    @Test func givesTheBestRulesWhereTheyDoNotFit() {
        let selection = selection(sections(100, words: 50), .auto)
        #expect(selection.sections(for: "what is special42?", previous: nil).map(\.id) == ["rule-42"])
        #expect(selection.sections(for: "TOPIC7s", previous: nil).map(\.id) == ["rule-7"])
        #expect(selection.sections(for: "zebra", previous: nil).isEmpty)
        #expect(
            selection.sections(for: "and special9?", previous: "tell me of special80").map(\.id) == [
                "rule-9", "rule-80",
            ],
            "a follow-up keeps its subject; the files' order is kept"
        )
        let common = selection.sections(for: "things", previous: nil)
        #expect(!common.isEmpty)
        #expect(common.reduce(0) { $0 + TokenEstimate.of($1.text) } <= RuleSelection.selectedTokens)
    }

    @Test func givesOneRuleEvenWhenItIsLong() {
        let long = sections(3, words: 3_000)
        #expect(selection(long, .auto).sections(for: "special1", previous: nil).map(\.id) == ["rule-1"])
    }

    @Test func ranksARareWordOverACommonOne() {
        var rules = sections(50, words: 30)
        rules[20].text += " warranty"
        let ranked = LexicalIndex(rules).ranked([(word: "warranty", weight: 1), (word: "common", weight: 1)])
        #expect(ranked.first?.section == 20)
        #expect(ranked.count == 50)
        #expect(LexicalIndex([]).ranked([(word: "x", weight: 1)]).isEmpty)
    }
}
