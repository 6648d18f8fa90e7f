import BotContract
import Diagnostics

/// A merged tree as a `BotSpec`. Where a value is missing or wrong the spec holds a filler, and the findings say so.
struct SpecDecoder {
    let files: ProjectFiles
    let findings: Findings
    let stage: String
    let regionOverride: String?

    func spec(from root: YAMLNode) -> BotSpec? {
        guard let reader = MapReader(root, at: "", keys: SpecKeys.root, key: nil, findings: findings) else {
            return nil
        }
        checkVersion(reader)
        reader.require("name", example: "my-bot")
        if regionOverride == nil { reader.require("region", example: "us-east-2") }
        let limits = limits(reader)
        return BotSpec(
            name: reader.string("name") ?? "",
            stage: stage,
            region: regionOverride ?? reader.string("region") ?? "",
            account: reader.text("account"),
            prompt: prompt(reader),
            rules: rules(reader),
            model: model(reader),
            retrieval: reader.choice("retrieval", BotConfiguration.Retrieval.self) ?? .auto,
            embeddings: embeddings(reader),
            history: history(reader),
            table: table(reader),
            routes: routes(reader, limits: limits),
            authorizer: authorizer(reader),
            auth: auth(reader),
            limits: limits,
            handoff: handoff(reader),
            tools: tools(reader),
            guardrail: guardrail(reader),
            alarms: alarms(reader),
            observability: observability(reader),
            handlers: handlers(reader),
            throttling: throttling(reader),
            tags: reader.texts("tags"),
            protect: reader.bool("protect") ?? false,
            deployment: reader.choice("deployment", BotSpec.Deployment.self) ?? .auto
        )
    }

    private func checkVersion(_ reader: MapReader) {
        reader.require("version", example: "1")
        guard let version = reader.int("version"), version != BotSpec.schemaVersion else { return }
        findings.report(
            .unsupportedVersion,
            "schema version \(version) is unknown to this botctl",
            at: findings.sourceMap.range(of: "version"),
            fix: version > BotSpec.schemaVersion ? "update botctl, or write version: 1" : "write version: 1"
        )
    }

    private func model(_ reader: MapReader) -> BotConfiguration.Model {
        reader.require("model", example: "{ id: \(ModelCatalog.defaultId) }")
        let map = reader.map("model", keys: SpecKeys.model)
        map?.require("id", example: ModelCatalog.defaultId)
        return BotConfiguration.Model(
            id: map?.string("id") ?? "",
            fallback: map?.string("fallback"),
            maxTokens: map?.int("maxTokens") ?? 512,
            temperature: map?.double("temperature") ?? 0.2
        )
    }

    private func embeddings(_ reader: MapReader) -> BotSpec.Embeddings {
        let map = reader.map("embeddings", keys: SpecKeys.embeddings)
        var embeddings = BotSpec.Embeddings()
        if let model = map?.string("model") { embeddings.model = model }
        embeddings.dimensions =
            map?.int("dimensions") ?? EmbeddingModel(id: embeddings.model)?.defaultDimensions ?? embeddings.dimensions
        return embeddings
    }

    private func history(_ reader: MapReader) -> BotConfiguration.History {
        let map = reader.map("history", keys: SpecKeys.history)
        return BotConfiguration.History(
            turns: map?.int("turns") ?? 12,
            retentionDays: map?.int("retentionDays") ?? 30
        )
    }

    private func limits(_ reader: MapReader) -> BotSpec.Limits {
        let map = reader.map("limits", keys: SpecKeys.limits)
        return BotSpec.Limits(
            messageChars: map?.int("messageChars") ?? 4000,
            messagesPerMinute: map?.int("messagesPerMinute") ?? 20,
            tokensPerUserPerDay: map?.int("tokensPerUserPerDay") ?? 200_000,
            concurrency: map?.int("concurrency")
        )
    }

    private func table(_ reader: MapReader) -> BotSpec.Table {
        let map = reader.map("table", keys: SpecKeys.table)
        return BotSpec.Table(
            partitionKey: map?.string("partitionKey") ?? "userId",
            sortKey: map?.string("sortKey") ?? "sessionId",
            billing: map.map(billing) ?? .onDemand,
            onTeardown: map?.choice("onTeardown", BotSpec.Table.OnTeardown.self) ?? .retain,
            pointInTimeRecovery: map?.bool("pointInTimeRecovery") ?? false,
            deletionProtection: map?.bool("deletionProtection") ?? false,
            kmsKeyArn: map?.string("kmsKeyArn")
        )
    }

    private enum BillingName: String, CaseIterable {
        case onDemand = "on-demand"
        case provisioned
    }

    /// What `provisioned` alone means: two such tables fit the free tier's 25 units with room to spare.
    private static let defaultCapacity = 5

    private func billing(_ table: MapReader) -> BotSpec.Table.Billing {
        guard let node = table.node("billing") else { return .onDemand }
        if case .mapping = node.content, let map = table.map("billing", keys: SpecKeys.billing) {
            return .provisioned(
                read: map.int("read") ?? Self.defaultCapacity,
                write: map.int("write") ?? Self.defaultCapacity
            )
        }
        return switch table.choice("billing", BillingName.self) {
        case .provisioned: .provisioned(read: Self.defaultCapacity, write: Self.defaultCapacity)
        case .onDemand, nil: .onDemand
        }
    }

    private func observability(_ reader: MapReader) -> BotSpec.Observability {
        let map = reader.map("observability", keys: SpecKeys.observability)
        return BotSpec.Observability(
            logRetentionDays: map?.int("logRetentionDays") ?? 30,
            tracing: map?.bool("tracing") ?? false,
            dashboard: map?.bool("dashboard") ?? false,
            accessLogs: map?.bool("accessLogs") ?? false
        )
    }

    private func handlers(_ reader: MapReader) -> BotSpec.Handlers {
        let map = reader.map("handlers", keys: SpecKeys.handlers)
        let standard = BotSpec.Handlers.standard
        return BotSpec.Handlers(
            path: map?.string("path") ?? standard.path,
            build: map?.choice("build", BotSpec.Handlers.Build.self) ?? standard.build,
            architecture: map?.choice("architecture", BotSpec.Handlers.Architecture.self) ?? standard.architecture,
            sdk: map?.string("sdk"),
            image: map?.string("image")
        )
    }

    private func throttling(_ reader: MapReader) -> BotSpec.Throttling {
        let map = reader.map("throttling", keys: SpecKeys.throttling)
        return BotSpec.Throttling(rate: map?.int("rate") ?? 100, burst: map?.int("burst") ?? 50)
    }

    private func alarms(_ reader: MapReader) -> BotSpec.Alarms? {
        guard let map = reader.map("alarms", keys: SpecKeys.alarms), !map.isEmpty else { return nil }
        map.require("email", example: "ops@example.com")
        return BotSpec.Alarms(
            email: map.string("email") ?? "",
            latency: map.int("latency") ?? 10000,
            tokensPerDay: map.int("tokensPerDay")
        )
    }
}

extension BotSpec {
    /// The schema that this botctl reads.
    package static let schemaVersion = 1
}
