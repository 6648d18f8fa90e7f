import AWSCore
import BotContract
import Testing

@testable import Bot

struct GuardrailTests {
    private static let blocked = "I cannot talk about that."

    private func bot(grounding: Bool = false, model: String = TestBot.model) throws -> TestBot {
        let bot = TestBot {
            $0.model.id = model
            $0.guardrail = .init(blockedMessage: Self.blocked, checksGrounding: grounding)
        }
        bot.variables = [HandlerEnvironment.guardrailId: "gr1a2b3c4d5e", HandlerEnvironment.guardrailVersion: "3"]
        bot.aws.models[model] = [Wire.reply("Within 30 days [returns-1].")]
        try bot.connect()
        return bot
    }

    private func stopped(_ reason: String, _ parts: String...) -> FakeAnswer {
        .stream(
            [Wire.start] + parts.map(Wire.text) + [Wire.event("messageStop", .object(["stopReason": .string(reason)]))],
            breaks: false
        )
    }

    @Test func looksAtTheCustomersWordsOnly() throws {
        let bot = try bot()
        try bot.ask("How long?")
        bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
        try bot.ask("And abroad?", id: "m2")
        let body = try #require(bot.aws.modelBodies.last)
        #expect(
            body["guardrailConfig"]
                == .object([
                    "guardrailIdentifier": "gr1a2b3c4d5e", "guardrailVersion": "3", "trace": "disabled",
                    "streamProcessingMode": "sync",
                ])
        )
        #expect(body["messages"]?[0]?["content"]?[0]?["text"] == "How long?")
        #expect(
            body["messages"]?[2]?["content"]
                == .array([.object(["guardContent": .object(["text": .object(["text": "And abroad?"])])])])
        )
        #expect(body["system"]?.arrayValue?.count == 1)
    }

    @Test func isLeftOutWithoutOne() throws {
        let bot = TestBot()
        try bot.connect()
        try bot.ask("How long?")
        #expect(bot.aws.modelBodies.last?["guardrailConfig"] == nil)
        #expect(bot.aws.modelBodies.last?["messages"]?[0]?["content"]?[0]?["text"] == "How long?")
    }

    @Test func hasNoStreamModeWhereTheModelDoesNotStream() throws {
        let bot = try bot(model: "example.unknown-v1")
        bot.aws.models["example.unknown-v1"] = [Wire.converse("Within 30 days [returns-1].")]
        try bot.ask("How long?")
        let body = try #require(bot.aws.modelBodies.last)
        #expect(body["guardrailConfig"]?["streamProcessingMode"] == nil)
        let content = body["messages"]?[0]?["content"]?.arrayValue ?? []
        #expect(content.first?["text"]?.stringValue?.hasPrefix("You are the support agent") == true)
        #expect(content.last == .object(["guardContent": .object(["text": .object(["text": "How long?"])])]))
    }

    @Test func holdsRepliesAgainstTheRules() throws {
        let bot = try bot(grounding: true)
        try bot.ask(String(repeating: "x", count: 1_000) + " and the rest")
        let body = try #require(bot.aws.modelBodies.last)
        let system = body["system"]?.arrayValue ?? []
        let source = system[1]["guardContent"]?["text"]
        #expect(system.count == 3 && source?["qualifiers"] == .array(["grounding_source"]))
        #expect(source?["text"]?.stringValue?.hasPrefix("<rules>\n") == true)
        #expect(source?["text"]?.stringValue?.hasSuffix("</rules>\n") == true)
        let blocks = (body["messages"]?[0]?["content"]?.arrayValue ?? []).map { $0["guardContent"]?["text"] }
        #expect(blocks.map { $0?["qualifiers"] } == [["query", "guard_content"], ["guard_content"]])
        #expect(blocks.map { $0?["text"] } == [.string(String(repeating: "x", count: 1_000)), " and the rest"])
    }

    /// What was shown before the guardrail stepped in is replaced by `done`.
    @Test(arguments: [[blocked], ["Sure, it is ", blocked], []])
    func answersWithItsMessage(_ parts: [String]) throws {
        let bot = try bot()
        bot.aws.models[TestBot.model] = [
            .stream(
                [Wire.start] + parts.map(Wire.text)
                    + [Wire.event("messageStop", .object(["stopReason": "guardrail_intervened"]))],
                breaks: false
            )
        ]
        try bot.ask("Which shares shall I buy?")
        #expect(bot.terminalFrames == [.done(messageId: "m1", text: Self.blocked, citations: [], usage: nil)])
        #expect(bot.logs.last?[Metric.guardrailInterventions]?.intValue == 1)
        #expect(bot.logs.last?[Metric.unanswered] == nil && bot.logs.last?[Metric.fallbacks] == nil)
    }

    @Test func keepsAMaskedReply() throws {
        let bot = try bot()
        bot.aws.models[TestBot.model] = [
            stopped("guardrail_intervened", "Write to {EMAIL} within 30 days [returns-1].")
        ]
        try bot.ask("Where do I write to?")
        guard case .done(_, let text, let citations, _, _) = bot.terminalFrames.last else {
            Issue.record("no 'done'")
            return
        }
        #expect(text == "Write to {EMAIL} within 30 days." && citations.map(\.id) == ["returns-1"])
        #expect(bot.logs.last?[Metric.guardrailInterventions]?.intValue == 1)
    }

    /// It looks at the last message only, so a refused one must not come back as history.
    @Test func forgetsWhatWasRefused() throws {
        let bot = try bot()
        bot.aws.models[TestBot.model] = [
            stopped("guardrail_intervened", Self.blocked), Wire.reply("Within 30 days [returns-1]."),
        ]
        try bot.ask("Which shares shall I buy?")
        bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
        try bot.ask("Please answer my last question.", id: "m2")
        let body = try #require(bot.aws.modelBodies.last).encodedString()
        #expect(!body.contains("shares") && body.contains("my last question"))
        #expect(bot.chatMessages.count == 4, "it stays in the customer's own history")
    }

    /// The line about earlier messages is not the customer's question.
    @Test func leavesTheSummaryOut() throws {
        let bot = try bot(grounding: true)
        let environment = try bot.context(.sendMessage).environment
        let guardrail = try #require(Guardrail(environment, bot.configuration))
        let history = (0..<2).flatMap { number in
            [
                Prompt.Message(role: .customer, text: "q\(number)"),
                Prompt.Message(role: .bot, text: String(repeating: "long ", count: 6_000), topics: ["Cost"]),
            ]
        }
        let prompt = Prompt(
            configuration: bot.configuration,
            rules: bot.configuration.rules.map { PromptRule($0) },
            history: history,
            message: "And abroad?"
        )
        #expect(prompt.messages.count == 1 && prompt.messages[0].text.hasSuffix("Cost.)\n\nAnd abroad?"))
        let body = Converse.body(
            Converse.Question(
                model: bot.configuration.model,
                modelId: TestBot.model,
                prompt: prompt,
                streams: true,
                guardrail: guardrail
            )
        )
        let content = body["messages"]?[0]?["content"]
        #expect(content?[0]?["text"]?.stringValue?.hasPrefix("(4 earlier messages") == true)
        #expect(content?[1]?["guardContent"]?["text"]?["text"] == "And abroad?")
    }
}
