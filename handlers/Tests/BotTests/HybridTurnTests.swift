import AWSCore
import BotContract
import Retrieval
import Testing

@testable import Bot

/// Turns of a bot whose rules are searched by meaning, too.
struct HybridTurnTests {
    private let bot: TestBot
    private let label = "invoke \(EmbeddingModel.titanId)"

    init() throws {
        bot = TestBot {
            $0.retrieval = .hybrid
            $0.embeddings = SectionVectors.quantised(
                [[1, 0], [0, 1]],
                model: EmbeddingModel.titanId,
                dimensions: 2
            )
        }
        bot.aws.models[EmbeddingModel.titanId] = [Self.vector(0.1, 0.9)]
        try bot.connect()
        bot.aws.forget()
    }

    private static func vector(_ values: Double...) -> FakeAnswer {
        .json(.object(["embedding": .array(values.map { .double($0) })]))
    }

    private var note: JSONValue? { bot.logs.last?["retrieval"] }

    private func bodies(_ key: String) -> [String] { bot.aws.modelBodies.compactMap { $0[key]?.stringValue } }

    @Test func findsTheRuleByMeaning() throws {
        try bot.ask("qqq zzz")
        #expect(bot.outcome == "answered")
        #expect(note?["mode"] == "hybrid")
        #expect(note?["failure"] == nil)
        #expect(bodies("inputText") == ["qqq zzz"])
        #expect(bot.logs.last?[Metric.retrievalFallbacks] == nil)
    }

    @Test func asksForTheVectorWhileTheHistoryIsRead() throws {
        try bot.ask("How much is shipping?")
        #expect(bot.aws.position("begin \(label)") < bot.aws.position("end Query messages"))
        #expect(bot.aws.position("end Query messages") < bot.aws.position("end \(label)"))
    }

    @Test func embedsAFollowUpWithItsContext() throws {
        try bot.ask("How much is shipping?", id: "m1")
        bot.aws.forget()
        bot.clock.time = bot.clock.time.advanced(by: .seconds(9))
        try bot.ask("And abroad?", id: "m2")
        #expect(bodies("inputText").last == "How much is shipping?\nAnd abroad?")
    }

    @Test(arguments: ["error", "garbage", "length", "connect", "timeout"])
    func goesByWordsWhenThatFails(_ fault: String) throws {
        bot.aws.lasting[label] =
            switch fault {
            case "error": .error(403, "AccessDeniedException")
            case "garbage": .response(200, Array("[]".utf8))
            case "length": Self.vector(1, 2, 3)
            case "connect": .failure(.connect)
            default: .failure(.timeout)
            }
        try bot.ask("How long can goods be returned?")
        #expect(bot.outcome == "answered")
        #expect(note?["mode"] == "lexical")
        #expect(note?["failure"] != nil)
        #expect(bot.logs.last?[Metric.retrievalFallbacks]?.intValue == 1)
        #expect(bot.clock.slept <= QuestionEmbedding.patience)
    }

    @Test func tellsTheModelThatNoRuleCoversAQuestion() throws {
        let bot = TestBot { $0.retrieval = .lexical }
        bot.aws.models[TestBot.model] = [Wire.reply("I do not know.")]
        try bot.connect()
        try bot.ask("Who wrote Hamlet?")
        let system = bot.aws.modelBodies.last?["system"]?[0]?["text"]?.stringValue ?? ""
        #expect(system.contains("A search of the rules found none"))
        #expect(bot.logs.last?[Metric.unanswered]?.intValue == 1)
        try bot.ask("How long can goods be returned?", id: "m2")
        #expect(bot.aws.modelBodies.last?["system"]?[0]?["text"]?.stringValue?.contains("A search") == false)
    }
}
