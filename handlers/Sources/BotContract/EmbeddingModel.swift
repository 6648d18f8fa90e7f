/// A Bedrock model that turns text into a vector, and what its requests look like.
public enum EmbeddingModel: Sendable, Equatable {
    /// One text a request (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html).
    case titan(id: String)
    /// Many texts a request (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed.html).
    case cohere(id: String)

    public static let titanId = "amazon.titan-embed-text-v2:0"
    public static let defaultId = titanId
    public static let ids = [titanId, "cohere.embed-multilingual-v3", "cohere.embed-english-v3"]

    /// `nil` for a model whose wire is unknown.
    public init?(id: String) {
        guard Self.ids.contains(id) else { return nil }
        self = id == Self.titanId ? .titan(id: id) : .cohere(id: id)
    }

    public var id: String {
        switch self {
        case .titan(let id), .cohere(let id): id
        }
    }

    /// The lengths of vectors that the model offers.
    public var dimensions: [Int] {
        switch self {
        case .titan: [256, 512, 1024]
        case .cohere: [1024]
        }
    }

    /// Titan keeps 99 % of its retrieval quality at 512 (its model card), for half the bytes of `bot.json`.
    public var defaultDimensions: Int {
        switch self {
        case .titan: 512
        case .cohere: 1024
        }
    }

    /// Texts that one request carries.
    public var textsPerRequest: Int {
        switch self {
        case .titan: 1
        case .cohere: 96
        }
    }

    /// Characters that one text may have: Cohere refuses more than 2,048, Titan more than 50,000.
    public var maximumCharacters: Int {
        switch self {
        case .titan: 50_000
        case .cohere: 2_048
        }
    }
}
