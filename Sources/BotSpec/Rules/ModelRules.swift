import Diagnostics

/// The model and its settings.
enum ModelRules {
    static let all = [modelSyntax, modelUnknown, modelNotInRegion, maxTokens, temperature, fallbackSame]

    private static func ids(_ spec: BotSpec) -> [(path: String, id: String)] {
        [("model.id", spec.model.id)] + (spec.model.fallback.map { [("model.fallback", $0)] } ?? [])
    }

    static let modelSyntax = Rule(.modelSyntax) { context in
        for (path, id) in ids(context.spec) where !isModelId(id) {
            context.report(
                .modelSyntax,
                "`\(MapReader.shortened(id))` is not a Bedrock model id, inference profile id or ARN",
                at: path,
                fix: Suggestion.nearest(to: id, among: ModelCatalog.allIds).map { "write `\($0)`" }
                    ?? "write an id like `\(ModelCatalog.defaultId)`"
            )
        }
    }

    static let modelUnknown = Rule(.modelUnknown) { context in
        for (path, id) in ids(context.spec)
        where isModelId(id) && !id.hasPrefix("arn:") && ModelCatalog.find(id) == nil {
            context.report(
                .warning,
                .modelUnknown,
                "this botctl knows nothing of the model `\(MapReader.shortened(id))`: its region and limits are not checked",
                at: path,
                fix: Suggestion.nearest(to: id, among: ModelCatalog.allIds).map { "did you mean `\($0)`?" }
                    ?? "check in the Bedrock console that the region has it"
            )
        }
    }

    static let modelNotInRegion = Rule(.modelNotInRegion) { context in
        let region = context.spec.region
        guard Regions.known.contains(region) else { return }
        for (path, id) in ids(context.spec) {
            guard let (entry, profile) = ModelCatalog.find(id) else { continue }
            let regions = profile.flatMap { entry.profiles[$0] } ?? entry.onDemand
            guard !regions.contains(region) else { continue }
            let other =
                entry.onDemand.contains(region)
                ? entry.id
                : entry.profiles.keys.sorted().first { entry.profiles[$0]?.contains(region) == true }
                    .map { "\($0).\(entry.id)" }
            let places = "choose a region that has it: \(MapReader.list(regions))"
            context.report(
                .modelNotInRegion,
                "`\(id)` cannot be called in \(region)",
                at: path,
                fix: other.map { "write `\($0)`, or \(places)" } ?? places,
                related: ["region"]
            )
        }
    }

    static let maxTokens = Rule(.maxTokens) { context in
        let tokens = context.spec.model.maxTokens
        let limit = ids(context.spec).compactMap { ModelCatalog.find($0.id)?.entry.maximumTokens }.min()
        guard tokens < 1 || tokens > limit ?? Int(Int32.max) else { return }
        context.report(
            .maxTokens,
            "maxTokens must be 1 to \(limit ?? Int(Int32.max)) with this model, not \(tokens)",
            at: "model.maxTokens",
            fix: tokens < 1 ? "write 512" : "write \(limit ?? Int(Int32.max)) or less",
            related: tokens < 1 ? [] : ["model.id", "model.fallback"]
        )
    }

    static let temperature = Rule(.temperature) { context in
        context.require(
            context.spec.model.temperature,
            in: AWSLimit.temperature,
            .temperature,
            "the temperature",
            at: "model.temperature"
        )
    }

    static let fallbackSame = Rule(.fallbackSame) { context in
        guard let fallback = context.spec.model.fallback, fallback == context.spec.model.id else { return }
        context.report(
            .warning,
            .fallbackSame,
            "the fallback is the model itself, and is throttled when it is",
            at: "model.fallback",
            fix: "name another model, or an inference profile, or delete the key",
            related: ["model.id"]
        )
    }

    /// The pattern of Converse's modelId, without the forms that no customer types
    /// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
    private static func isModelId(_ id: String) -> Bool {
        guard id.utf8.count <= 2048, id.utf8.contains(0x2E) || id.hasPrefix("arn:") else { return false }
        let extra: Set<UInt8> = id.hasPrefix("arn:") ? [0x2D, 0x2E, 0x3A, 0x2F, 0x5F] : [0x2D, 0x2E, 0x3A]
        guard id.utf8.allSatisfy({ ASCII.isLetterOrDigit($0) || extra.contains($0) }) else { return false }
        if id.hasPrefix("arn:") {
            let parts = id.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
            return parts.count == 6 && parts[1].hasPrefix("aws") && parts[2] == "bedrock" && !parts[5].isEmpty
        }
        return ASCII.isLetterOrDigit(id.utf8.first ?? 0) && id.utf8.last != 0x2E
    }
}
