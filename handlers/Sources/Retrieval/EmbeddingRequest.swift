public import AWSCore
public import BotContract

/// The wire of InvokeModel for embeddings
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html).
public struct EmbeddingRequest: Sendable {
    /// Cohere embeds what is searched otherwise than what it is searched by.
    public enum Purpose: String, Sendable {
        case document = "search_document"
        case query = "search_query"
    }

    private let model: EmbeddingModel
    private let dimensions: Int
    private let texts: [String]
    private let purpose: Purpose

    /// - Parameter texts: as many as the model takes; longer ones than it takes are cut.
    public init(_ model: EmbeddingModel, dimensions: Int, texts: [String], purpose: Purpose) {
        self.model = model
        self.dimensions = dimensions
        self.texts = texts.map { String($0.prefix(model.maximumCharacters)) }
        self.purpose = purpose
    }

    public func call(region: String, endpoint: Endpoint, timeout: Duration) -> AWSCall {
        AWSCall(
            service: "bedrock",
            region: region,
            operation: "bedrock-runtime.InvokeModel",
            request: HTTPRequest(
                method: "POST",
                endpoint: endpoint,
                path: "/model/\(percentEncode(model.id))/invoke",
                headers: ["Content-Type": "application/json", "Accept": "application/json"],
                body: body.encoded()
            ),
            timeout: timeout
        )
    }

    public var body: JSONValue {
        switch model {
        case .titan:
            .object([
                "inputText": .string(texts.first ?? ""), "dimensions": .int(Int64(dimensions)), "normalize": true,
            ])
        case .cohere:
            .object([
                "texts": .array(texts.map { .string($0) }), "input_type": .string(purpose.rawValue),
                "truncate": "END",
            ])
        }
    }

    /// A vector for each text; `nil` for what is not the model's answer to this request.
    public func vectors(in body: [UInt8]) -> [[Float]]? {
        guard let json = try? JSONValue.parse(body) else { return nil }
        let lists: [JSONValue]? =
            switch model {
            case .titan: json["embedding"].map { [$0] }
            // Answers by type where `embedding_types` were asked for.
            case .cohere: json["embeddings"]?.arrayValue ?? json["embeddings"]?["float"]?.arrayValue
            }
        guard let lists, lists.count == texts.count else { return nil }
        var vectors: [[Float]] = []
        for list in lists {
            guard let numbers = list.arrayValue, numbers.count == dimensions else { return nil }
            var vector: [Float] = []
            for number in numbers {
                guard let value = Self.number(number), value.isFinite else { return nil }
                vector.append(value)
            }
            vectors.append(vector)
        }
        return vectors
    }

    private static func number(_ json: JSONValue) -> Float? {
        switch json {
        case .double(let value): Float(value)
        case .int(let value): Float(value)
        default: nil
        }
    }
}
