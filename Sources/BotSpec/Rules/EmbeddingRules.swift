import BotContract

/// What rules and questions are embedded with.
enum EmbeddingRules {
    static let all = [model, dimensions, unused]

    static let model = Rule(.embeddingModel) { context in
        let id = context.spec.embeddings.model
        guard EmbeddingModel(id: id) == nil else { return }
        context.report(
            .embeddingModel,
            "embeddings.model must be one of \(EmbeddingModel.ids.joined(separator: ", ")), not '\(id)'",
            at: "embeddings.model",
            fix: "write \(EmbeddingModel.defaultId), or delete the key"
        )
    }

    static let dimensions = Rule(.embeddingDimensions) { context in
        let embeddings = context.spec.embeddings
        guard let model = EmbeddingModel(id: embeddings.model), !model.dimensions.contains(embeddings.dimensions)
        else { return }
        let offered = model.dimensions.map(String.init).joined(separator: ", ")
        context.report(
            .embeddingDimensions,
            "\(model.id) makes vectors of \(offered) numbers, not \(embeddings.dimensions)",
            at: "embeddings.dimensions",
            fix: "write \(model.defaultDimensions), or delete the key",
            related: ["embeddings.model"]
        )
    }

    static let unused = Rule(.embeddingsUnused) { context in
        let retrieval = context.spec.retrieval
        guard context.wrote("embeddings"), retrieval == .full || retrieval == .lexical else { return }
        context.report(
            .warning,
            .embeddingsUnused,
            "retrieval: \(retrieval.rawValue) embeds nothing, so `embeddings` has no effect",
            at: "embeddings",
            fix: "write retrieval: hybrid, or delete `embeddings`",
            related: ["retrieval"],
            onKey: true
        )
    }
}
