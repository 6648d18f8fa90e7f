/// The keys of schema version 1, map by map. Decoding refuses every other key.
enum SpecKeys {
    static let root = [
        "version", "name", "region", "account", "prompt", "promptFile", "rules", "protect", "deployment", "tags",
        "retrieval",
        "embeddings", "model", "history", "table", "routes", "authorizer", "auth", "limits", "handoff", "tools",
        "guardrail",
        "alarms", "observability", "handlers", "throttling", "stages",
    ]
    /// What a stage cannot change: they are the spec's, not the stage's.
    static let notInStage = ["version", "name", "stages"]
    static let stage = root.filter { !notInStage.contains($0) }
    static let model = ["id", "fallback", "maxTokens", "temperature"]
    static let embeddings = ["model", "dimensions"]
    static let history = ["turns", "retentionDays"]
    static let table = [
        "partitionKey", "sortKey", "billing", "onTeardown", "pointInTimeRecovery", "deletionProtection", "kmsKeyArn",
    ]
    static let billing = ["read", "write"]
    static let route = ["handler", "memory", "timeout", "concurrency", "environment"]
    static let authorizer = ["memory", "timeout", "concurrency"]
    static let auth = ["mode", "allowedOrigins", "issuer", "audience", "jwksUrl"]
    static let limits = ["messageChars", "messagesPerMinute", "tokensPerUserPerDay", "concurrency"]
    static let handoff = ["message", "notify", "triggers"]
    static let handoffTriggers = ["unanswered", "model"]
    static let tool = ["name", "description", "input", "target", "timeout", "confirm"]
    static let toolTarget = ["lambda", "https", "headers"]
    static let toolHeader = ["ssm"]
    static let guardrail = [
        "deniedTopics", "blockedWords", "profanity", "pii", "grounding", "relevance", "blockedMessage",
    ]
    static let topic = ["name", "definition", "examples"]
    static let pii = ["type", "action"]
    static let alarms = ["email", "latency", "tokensPerDay"]
    static let observability = ["logRetentionDays", "tracing", "dashboard", "accessLogs"]
    static let handlers = ["path", "build", "architecture", "sdk", "image"]
    static let throttling = ["rate", "burst"]

    /// In which map a key that stands in the wrong one belongs, if that is clear: `under \`model\``.
    static func home(of key: String, excluding path: String) -> String? {
        if !path.isEmpty, root.contains(key) { return "at the top level" }
        let maps = [
            ("model", model), ("history", history), ("table", table), ("auth", auth), ("limits", limits),
            ("guardrail", guardrail), ("alarms", alarms), ("observability", observability), ("handlers", handlers),
            ("throttling", throttling),
        ]
        let homes = maps.filter { $0.0 != path && $0.1.contains(key) }
        return homes.count == 1 ? "under `\(homes[0].0)`" : nil
    }
}
