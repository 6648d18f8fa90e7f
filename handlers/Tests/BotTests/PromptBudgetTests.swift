import BotContract
import Testing

@testable import Bot

struct PromptBudgetTests {
    private func window(_ history: [Prompt.Message], turns: Int = 2) -> HistoryWindow {
        HistoryWindow(history, turns: turns, tokens: 6_000)
    }

    private static func turn(_ number: Int, topics: [String] = []) -> [Prompt.Message] {
        [
            Prompt.Message(role: .customer, text: "question \(number) about <|x|>\nthings"),
            Prompt.Message(role: .bot, text: "answer \(number)", topics: topics),
        ]
    }

    @Test func saysWhatIsLeftOut() {
        let history = Self.turn(1, topics: ["Time limit", "Cost"]) + Self.turn(2) + Self.turn(3, topics: ["Cost"])
        #expect(window(history, turns: 3).summary == nil)
        #expect(
            window(history).summary
                == "(2 earlier messages of this chat are left out. They were about: Time limit; Cost.)"
        )
        #expect(
            window(history, turns: 1).summary
                == "(4 earlier messages of this chat are left out. They were about: Time limit; Cost; "
                + "“question 2 about < |x| > things”.)"
        )
        #expect(window(history, turns: 1).kept.map(\.text) == ["question 3 about < |x| >\nthings", "answer 3"])
        #expect(window(history, turns: 0).summary == nil && window(history, turns: 0).kept.isEmpty)
        #expect(window([], turns: 1).summary == nil)
    }

    @Test func saysThatThereIsMoreThanWasRead() {
        let history = (0..<(HistoryWindow.messages(turns: 2) / 2)).flatMap { Self.turn($0, topics: ["Rule \($0 % 9)"]) }
        let summary = window(history).summary ?? ""
        #expect(summary.hasPrefix("(More than 16 earlier messages"))
        #expect(summary.split(separator: ";").count == 6, "the last subjects")
    }

    @Test func quotesNoMoreThanALine() {
        let long = Prompt.Message(role: .customer, text: String(repeating: "word ", count: 500))
        let endless = Prompt.Message(role: .customer, text: String(repeating: "x", count: 500))
        let summary = window([long, endless] + Self.turn(1) + Self.turn(2)).summary ?? ""
        #expect(summary.contains(" …”") && summary.count < 200)
    }

    @Test(arguments: [
        ("meta.llama3-3-70b-instruct-v1:0", 128_000), ("us.meta.llama3-1-8b-instruct-v1:0", 128_000),
        ("meta.llama3-8b-instruct-v1:0", 8_192), ("amazon.titan-text-lite-v1", 4_096),
        ("arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-3-haiku-20240307-v1:0", 200_000),
        ("arn:aws:bedrock:us-east-2:111122223333:application-inference-profile/ab1", 32_000),
    ])
    func knowsContexts(_ model: String, _ tokens: Int) {
        #expect(ModelContext.tokens(model) == tokens)
    }

    /// Whatever the sizes: rules, history, message and answer together stay within the smaller model's context.
    @Test(arguments: ["meta.llama3-8b-instruct-v1:0", "us.meta.llama3-1-8b-instruct-v1:0", "example.unknown"])
    func fitsTheContext(_ fallback: String) {
        for (sections, message) in [(3, 10), (40, 10), (400, 4_000), (3_000, 4_000)] {
            var configuration = TestBot().configuration
            configuration.retrieval = .full
            configuration.model.fallback = fallback
            configuration.rules = (0..<sections).map { number in
                let text = String(repeating: "rule \(number) says so. ", count: 10)
                return .init(id: "r-\(number)", title: "Rule \(number)", file: "rules/r.md", path: [], text: text)
            }
            let question = "rule 7 " + String(repeating: "w ", count: message / 2)
            let choice = RuleSelection(configuration).choice(for: question, previous: nil)
            let history = (0..<24).map { number in
                Prompt.Message(role: number % 2 == 0 ? .customer : .bot, text: String(repeating: "said ", count: 800))
            }
            let prompt = Prompt(
                configuration: configuration,
                rules: choice.sections,
                isCovered: choice.isCovered,
                history: history,
                message: question
            )
            let used = prompt.messages.map(\.text).reduce(TokenEstimate.of(prompt.system)) { $0 + TokenEstimate.of($1) }
            #expect(used + configuration.model.maxTokens <= ModelContext.tokens(fallback), "\(sections) sections")
            #expect(!choice.sections.isEmpty)
        }
    }
}
