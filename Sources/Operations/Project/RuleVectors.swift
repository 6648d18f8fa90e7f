import AWSClients
import AWSCore
import BotContract
import BotSpec
import HandlerBuild
import Retrieval

/// The vectors of a spec's rules, from Bedrock or from what it said before.
struct RuleVectors {
    private let spec: BotSpec
    private let context: ProjectContext

    /// Requests under way at a time: far below Bedrock's quotas, and enough to hide its latency.
    private static let width = 8
    private static let timeout: Duration = .seconds(20)

    init(_ spec: BotSpec, _ context: ProjectContext) {
        self.spec = spec
        self.context = context
    }

    /// `nil` where rules are not searched by meaning, or `auto` cannot have it and says so.
    func embeddings(_ events: (OperationEvent) -> Void) throws(OperationError) -> BotConfiguration.Embeddings? {
        guard spec.searchesByMeaning else { return nil }
        do throws(OperationError) {
            return try required()
        } catch {
            guard spec.retrieval == .auto, error != .interrupted else { throw error }
            events(
                .note(
                    "the rules are searched by their words only: \(error.message). They are searched by meaning, too, "
                        + "when Bedrock can embed them; `retrieval: lexical` says that words are enough"
                )
            )
            return nil
        }
    }

    /// The vectors, or why there are none.
    func required() throws(OperationError) -> BotConfiguration.Embeddings {
        guard let model = EmbeddingModel(id: spec.embeddings.model) else {
            throw OperationError(.build, "'\(spec.embeddings.model)' is no embeddings model", fix: "correct the spec")
        }
        let texts = RulesIndex.sections(of: spec.rules).map(Self.text)
        let cloud = try Cloud(context, region: spec.region)
        let endpoint = cloud.session.endpoint("bedrock-runtime")
        // A stand-in's vectors must not end up in a package for AWS.
        let cache =
            endpoint.isLoopback ? nil : VectorCache(context, model: model, dimensions: spec.embeddings.dimensions)
        var vectors: [[Float]?] = try texts.map { text throws(OperationError) in try cache?.vector(of: text) }
        let missing = vectors.indices.filter { vectors[$0] == nil }
        let batches = stride(from: 0, to: missing.count, by: model.textsPerRequest).map { start in
            Array(missing[start..<min(start + model.textsPerRequest, missing.count)])
        }
        for start in stride(from: 0, to: batches.count, by: Self.width) {
            try context.checkInterrupted()
            let group = batches[start..<min(start + Self.width, batches.count)]
            for (batch, found) in try zip(group, ask(group.map { $0.map { texts[$0] } }, model, endpoint, cloud)) {
                for (index, vector) in zip(batch, found) {
                    vectors[index] = vector
                    try cache?.store(vector, of: texts[index])
                }
            }
        }
        return SectionVectors.quantised(
            vectors.compactMap { $0 },
            model: model.id,
            dimensions: spec.embeddings.dimensions
        )
    }

    /// A question's vector, for trying out what it finds.
    func vector(ofQuestion question: String) throws(OperationError) -> [Float]? {
        guard let model = EmbeddingModel(id: spec.embeddings.model) else { return nil }
        let cloud = try Cloud(context, region: spec.region)
        return try ask([[question]], model, cloud.session.endpoint("bedrock-runtime"), cloud, .query).first?.first
    }

    /// Headings say what a section is about better than its text does.
    static func text(of section: BotConfiguration.RuleSection) -> String {
        var headings = section.path
        if headings.last != section.title { headings.append(section.title) }
        return headings.joined(separator: " › ") + "\n" + section.text
    }

    private func ask(
        _ batches: [[String]],
        _ model: EmbeddingModel,
        _ endpoint: Endpoint,
        _ cloud: Cloud,
        _ purpose: EmbeddingRequest.Purpose = .document
    ) throws(OperationError) -> [[[Float]]] {
        let doing = "embed the rules with \(model.id)"
        let client = cloud.session.client()
        let requests = batches.map {
            EmbeddingRequest(model, dimensions: spec.embeddings.dimensions, texts: $0, purpose: purpose)
        }
        var calls: [PendingAWSCall] = []
        defer { for call in calls { call.cancel() } }
        for request in requests {
            calls.append(
                try cloud.attempt(doing) { () throws(AWSError) in
                    try client.begin(
                        request.call(region: spec.region, endpoint: endpoint, timeout: Self.timeout)
                    )
                }
            )
        }
        var answers: [[[Float]]] = []
        for (request, call) in zip(requests, calls) {
            let response = try cloud.attempt(doing) { () throws(AWSError) in try call.response() }
            guard let vectors = request.vectors(in: response.body) else {
                throw OperationError(
                    .aws,
                    "the answer of \(model.id) holds no vectors of \(spec.embeddings.dimensions) numbers",
                    fix: "check embeddings.model and embeddings.dimensions in the spec"
                )
            }
            answers.append(vectors)
        }
        return answers
    }
}

extension Endpoint {
    /// This machine's own: a stand-in.
    fileprivate var isLoopback: Bool {
        host.hasPrefix("127.") || host == "localhost" || host == "::1" || host == "[::1]"
    }
}
