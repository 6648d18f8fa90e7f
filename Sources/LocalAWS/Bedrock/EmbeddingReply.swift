import AWSCore
import BotContract

/// An InvokeModel request for embeddings, checked as Bedrock checks it, and its answer.
struct EmbeddingReply {
    let model: EmbeddingModel
    let texts: [String]
    let dimensions: Int

    init(modelId: String, body: [UInt8]) throws(BedrockFailure) {
        guard let model = EmbeddingModel(id: modelId) else {
            throw .validation("The provided model identifier is invalid.")
        }
        guard let json = try? JSONValue.parse(body), case .object(let members) = json else {
            throw .validation("Malformed input request, please reformat your input and try again.")
        }
        self.model = model
        switch model {
        case .titan:
            try Self.refuseUnknown(members, ["inputText", "dimensions", "normalize", "embeddingTypes"])
            guard let text = members["inputText"]?.stringValue, !text.isEmpty else {
                throw .validation("Malformed input request: expected minLength: 1, actual: 0")
            }
            texts = [text]
            dimensions = Int(clamping: members["dimensions"]?.intValue ?? 1024)
        case .cohere:
            try Self.refuseUnknown(members, ["texts", "input_type", "truncate", "embedding_types"])
            texts = (members["texts"]?.arrayValue ?? []).compactMap(\.stringValue)
            guard (1...model.textsPerRequest).contains(texts.count) else {
                throw .validation("Malformed input request: #/texts: expected 1 to 96 items")
            }
            let types = ["search_document", "search_query", "classification", "clustering"]
            guard let type = members["input_type"]?.stringValue, types.contains(type) else {
                throw .validation("Malformed input request: #: required key [input_type] not found")
            }
            dimensions = 1024
        }
        guard model.dimensions.contains(dimensions) else {
            throw .validation("Malformed input request: #/dimensions: \(dimensions) is not a valid enum value")
        }
        guard texts.allSatisfy({ $0.count <= model.maximumCharacters }) else {
            throw .validation("Malformed input request: expected maxLength: \(model.maximumCharacters)")
        }
    }

    private static func refuseUnknown(
        _ members: [String: JSONValue],
        _ known: Set<String>
    ) throws(BedrockFailure) {
        guard let unknown = members.keys.filter({ !known.contains($0) }).sorted().first else { return }
        throw .validation(
            "Malformed input request: #: extraneous key [\(unknown)] is not permitted, "
                + "please reformat your input and try again."
        )
    }

    /// - Parameter vectors: one for each text, of any length; made as long as was asked.
    func body(_ vectors: [[Float]]) -> [UInt8] {
        let lists = vectors.map { vector in
            JSONValue.array(
                (0..<dimensions).map { .double($0 < vector.count ? Double(vector[$0]) : 0) }
            )
        }
        switch model {
        case .titan:
            return JSONValue.object([
                "embedding": lists.first ?? .array([]), "inputTextTokenCount": .int(tokens),
                "embeddingsByType": .object(["float": lists.first ?? .array([])]),
            ]).encoded()
        case .cohere:
            return JSONValue.object([
                "embeddings": .array(lists), "id": "00000000-0000-4000-8000-000000000000",
                "response_type": "embeddings_floats", "texts": .array(texts.map { .string($0) }),
            ]).encoded()
        }
    }

    var tokens: Int64 { Int64(texts.reduce(0) { $0 + TokenEstimate.of($1) }) }
}
