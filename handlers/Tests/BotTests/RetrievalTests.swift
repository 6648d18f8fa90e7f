import BotContract
import TestSupport
import Testing

@testable import Bot

struct RetrievalTests {
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
        for retrieval in [BotConfiguration.Retrieval.auto, .full] {
            #expect(selection(few, retrieval).choice(for: "anything", previous: nil).sections.count == 10)
        }
        #expect(selection(few, .lexical).choice(for: "special3", previous: nil).sections.map(\.id) == ["rule-3"])
        let many = sections(100, words: 50)
        #expect(selection(many, .full).choice(for: "anything", previous: nil).sections.count == 100)
    }

    @Test func givesTheBestRulesWhereTheyDoNotFit() {
        let selection = selection(sections(100, words: 50), .auto)
        #expect(selection.choice(for: "what is special42?", previous: nil).sections.map(\.id) == ["rule-42"])
        #expect(selection.choice(for: "TOPIC7", previous: nil).sections.map(\.id) == ["rule-7"])
        #expect(selection.choice(for: "zebra", previous: nil).sections.isEmpty)
        #expect(
            selection.choice(for: "and special9?", previous: "tell me of special80").sections.map(\.id) == [
                "rule-9", "rule-80",
            ],
            "a follow-up keeps its subject; the files' order is kept"
        )
        let common = selection.choice(for: "things", previous: nil).sections
        #expect(!common.isEmpty)
        #expect(common.reduce(0) { $0 + TokenEstimate.of($1.text) } <= RetrievalBudget.selectedTokens)
    }

    @Test func givesOneRuleEvenWhenItIsLong() {
        let long = sections(3, words: 3_000)
        #expect(selection(long, .auto).choice(for: "special1", previous: nil).sections.map(\.id) == ["rule-1"])
    }
}
