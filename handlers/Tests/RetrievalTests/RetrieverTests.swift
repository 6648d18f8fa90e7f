import AWSCore
import BotContract
import TestSupport
import Testing

@testable import Retrieval

struct RetrieverTests {
    static func section(_ id: String, _ title: String, _ text: String) -> BotConfiguration.RuleSection {
        .init(id: id, title: title, file: "rules/a.md", path: ["Rules", title], text: text)
    }

    private let sections = [
        section("a", "Return window", "You can send an item back within 60 days for a refund."),
        section("b", "Warranty", "Boots and tents have a warranty of two years against faults."),
        section("c", "Shipping", "Standard shipping costs $5 and takes three business days."),
        section("d", "Opening hours", "The shop is open from ten to seven. Shipping is not sold here."),
    ]

    private func ids(_ result: Retriever.Result) -> [String] { result.hits.map { sections[$0.section].id } }

    private func vectors(_ list: [[Float]]) throws -> SectionVectors {
        let embeddings = SectionVectors.quantised(list, model: EmbeddingModel.defaultId, dimensions: list[0].count)
        return try #require(SectionVectors(embeddings, sections: list.count))
    }

    @Test(arguments: [
        ("return window?", "a"), ("warrantys", "b"), ("waranty", "b"), ("SHIPPING", "c"), ("openning hours", "d"),
    ])
    func findsByWords(_ question: String, _ id: String) {
        let found = Retriever(sections).find(question)
        #expect(ids(found).first == id)
        #expect(found.isCovered && !found.isHybrid)
        #expect(found.hits.allSatisfy { $0.cosine == nil && $0.lexical != nil })
    }

    @Test(arguments: [
        ("Do you sell bicycles in Peru?", false), ("hello, thanks!", true), ("", true), ("???", true),
        ("Who wrote Hamlet?", false),
    ])
    func saysWhetherARuleCovers(_ question: String, _ isCovered: Bool) {
        #expect(Retriever(sections).find(question).isCovered == isCovered)
    }

    @Test(
        arguments: [
            ("And for boots?", "How long is the warranty?", true), ("How long?", "Is shipping free?", true),
            ("Is it open on Sundays there?", "Where is the shop?", true), ("And for boots?", nil, false),
            ("What does standard shipping to Ohio cost today?", "How long is the warranty?", false),
        ] as [(String, String?, Bool)]
    )
    func takesAFollowUpWithItsContext(_ question: String, _ previous: String?, _ expected: Bool) {
        #expect(Retriever(sections).find(question, previous: previous).isFollowUp == expected)
        let text = Retriever.searchText(for: question, previous: previous)
        #expect(text == (expected ? "\(previous ?? "")\n\(question)" : question))
    }

    @Test func findsByMeaningWhatSharesNoWord() throws {
        let vectors = try vectors([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
        let found = Retriever(sections, vectors: vectors).find("zzz qqq", vector: [0.1, 0.2, 0.9, 0])
        #expect(ids(found).first == "c")
        #expect(found.isHybrid && found.hits.count == sections.count)
        #expect(found.hits[0].lexical == nil)
    }

    @Test func fusesWordsAndMeaning() throws {
        let vectors = try vectors([[1, 0], [0.9, 0.4], [0, 1], [0.1, 1]])
        let found = Retriever(sections, vectors: vectors).find("warranty", vector: [1, 0.1])
        #expect(ids(found).first == "b", "second by meaning, first by words")
    }

    @Test func goesByWordsWhereTheVectorDoesNotFit() throws {
        let retriever = Retriever(sections, vectors: try vectors([[1, 0], [0, 1], [1, 1], [1, 2]]))
        for vector in [[], [1], [0, 0], [.nan, 1], [1, 2, 3]] as [[Float]] {
            let found = retriever.find("warranty", vector: vector)
            #expect(!found.isHybrid && ids(found).first == "b")
        }
        #expect(!Retriever(sections).find("warranty", vector: [1, 0]).isHybrid)
    }

    @Test func quantisingKeepsDirections() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<50 {
            let list = (0..<3).map { _ in (0..<256).map { _ in Float.random(in: -1...1, using: &random) } }
            let cosines = try #require(try vectors(list).cosines(with: list[0]))
            for (vector, cosine) in zip(list, cosines) {
                let dot = zip(vector, list[0]).reduce(Float(0)) { $0 + $1.0 * $1.1 }
                func length(_ vector: [Float]) -> Float { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
                #expect(abs(Double(dot / (length(vector) * length(list[0]))) - cosine) < 0.01)
            }
        }
    }

    @Test func refusesVectorsThatDoNotFit() {
        let good = SectionVectors.quantised([[1, 0], [0, 1]], model: "m", dimensions: 2)
        #expect(SectionVectors(good, sections: 2) != nil)
        #expect(SectionVectors(good, sections: 3) == nil)
        for change in [{ $0.vectors = "!" }, { $0.vectors = "AAAA" }, { $0.dimensions = 0 }, { $0.scales = [] }]
            as [(inout BotConfiguration.Embeddings) -> Void]
        {
            var bad = good
            change(&bad)
            #expect(SectionVectors(bad, sections: 2) == nil)
        }
    }

    @Test func survivesAnyQuestion() throws {
        var random = SeededGenerator(seed: 6)
        let retriever = Retriever(sections, vectors: try vectors([[1, 0], [0, 1], [1, 1], [1, 2]]))
        for _ in 0..<2_000 {
            let text = String(decoding: random.bytes(40), as: UTF8.self)
            let found = retriever.find(text, previous: text, vector: [1, Float(random.pick([0, 1, -3]))])
            #expect(found.hits.count == sections.count)
        }
        #expect(Retriever([]).find("anything").hits.isEmpty)
    }
}

struct EmbeddingRequestTests {
    @Test func writesWhatTitanReads() throws {
        let model = try #require(EmbeddingModel(id: EmbeddingModel.titanId))
        let request = EmbeddingRequest(model, dimensions: 256, texts: ["hello"], purpose: .query)
        #expect(request.body == .object(["inputText": "hello", "dimensions": 256, "normalize": true]))
        let call = request.call(
            region: "us-east-2",
            endpoint: .aws(service: "bedrock-runtime", region: "us-east-2"),
            timeout: .seconds(1)
        )
        #expect(call.request.path == "/model/amazon.titan-embed-text-v2%3A0/invoke")
        #expect(call.service == "bedrock")
    }

    @Test func writesWhatCohereReads() throws {
        let model = try #require(EmbeddingModel(id: "cohere.embed-multilingual-v3"))
        let long = String(repeating: "x", count: 5_000)
        let body = EmbeddingRequest(model, dimensions: 1024, texts: ["a", long], purpose: .document).body
        #expect(body["input_type"] == "search_document")
        #expect(body["texts"]?.arrayValue?.map { $0.stringValue?.count } == [1, 2_048])
    }

    @Test(arguments: [
        (#"{"embedding":[1,0.5],"inputTextTokenCount":1}"#, true), (#"{"embedding":[1]}"#, false),
        (#"{"embedding":[1,"x"]}"#, false), (#"{"embedding":[1,1e300]}"#, false), ("[]", false), ("", false),
        (#"{"embeddings":[[1,2]]}"#, false),
    ])
    func readsTitansAnswer(_ answer: String, _ isRead: Bool) {
        let request = EmbeddingRequest(.titan(id: "t"), dimensions: 2, texts: ["a"], purpose: .query)
        #expect((request.vectors(in: Array(answer.utf8)) == [[1, 0.5]]) == isRead)
    }

    @Test(arguments: [
        (#"{"embeddings":[[1,2],[3,4]]}"#, true), (#"{"embeddings":{"float":[[1,2],[3,4]]}}"#, true),
        (#"{"embeddings":[[1,2]]}"#, false),
    ])
    func readsCoheresAnswer(_ answer: String, _ isRead: Bool) {
        let request = EmbeddingRequest(.cohere(id: "c"), dimensions: 2, texts: ["a", "b"], purpose: .document)
        #expect((request.vectors(in: Array(answer.utf8)) == [[1, 2], [3, 4]]) == isRead)
    }
}
