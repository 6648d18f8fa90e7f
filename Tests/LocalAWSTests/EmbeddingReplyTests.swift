import AWSCore
import BotContract
import Testing

@testable import LocalAWS

struct EmbeddingReplyTests {
    private func reply(_ model: String, _ body: String) throws(BedrockFailure) -> EmbeddingReply {
        try EmbeddingReply(modelId: model, body: Array(body.utf8))
    }

    @Test(arguments: [
        (EmbeddingModel.titanId, #"{"inputText":"a"}"#, 1024),
        (EmbeddingModel.titanId, #"{"inputText":"a","dimensions":256,"normalize":true}"#, 256),
        ("cohere.embed-multilingual-v3", #"{"texts":["a","b"],"input_type":"search_query","truncate":"END"}"#, 1024),
        ("cohere.embed-english-v3", #"{"texts":["a"],"input_type":"search_document"}"#, 1024),
    ])
    func takesWhatBedrockTakes(_ model: String, _ body: String, _ dimensions: Int) throws {
        let reply = try reply(model, body)
        #expect(reply.dimensions == dimensions)
        let answer = try JSONValue.parse(reply.body(reply.texts.map { _ in [1, 2] }))
        let vector = answer["embedding"] ?? answer["embeddings"]?[0]
        #expect(vector?.arrayValue?.count == dimensions)
    }

    @Test(arguments: [
        (EmbeddingModel.titanId, "{}"), (EmbeddingModel.titanId, "x"), (EmbeddingModel.titanId, #"{"inputText":""}"#),
        (EmbeddingModel.titanId, #"{"inputText":"a","dimensions":300}"#),
        (EmbeddingModel.titanId, #"{"inputText":"a","texts":["b"]}"#),
        ("cohere.embed-english-v3", #"{"texts":["a"]}"#),
        ("cohere.embed-english-v3", #"{"texts":[],"input_type":"search_query"}"#),
        ("meta.llama3-3-70b-instruct-v1:0", #"{"prompt":"a"}"#),
    ])
    func refusesWhatBedrockRefuses(_ model: String, _ body: String) {
        #expect(throws: BedrockFailure.self) { try reply(model, body) }
    }

    @Test func textsThatSharePartsOfWordsAreNear() {
        func cosine(_ left: String, _ right: String) -> Float {
            let vectors = [left, right].map { OfflineEmbedder.vector(of: $0, dimensions: 512) }
            return zip(vectors[0], vectors[1]).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(abs(cosine("return window", "return window") - 1) < 0.001)
        #expect(cosine("returning items", "Items returned") > 0.4)
        #expect(abs(cosine("returning items", "gas canister")) < 0.25)
        #expect(OfflineEmbedder.vector(of: "?!", dimensions: 256).allSatisfy { $0 == 0 })
    }
}
