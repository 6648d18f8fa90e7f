import BotContract

@testable import BotSpec

extension BotSpec {
    /// A spec in which nothing but the required keys is given, changed as a test wants it.
    static func fixture(_ change: (inout BotSpec) -> Void = { _ in }) -> BotSpec {
        var spec = BotSpec(
            name: "acme-support",
            stage: "dev",
            region: "us-east-2",
            account: nil,
            prompt: "You are the support agent of Acme.",
            rules: [],
            model: BotConfiguration.Model(
                id: "meta.llama3-3-70b-instruct-v1:0",
                fallback: nil,
                maxTokens: 512,
                temperature: 0.2
            ),
            retrieval: .auto,
            history: BotConfiguration.History(turns: 12, retentionDays: 30),
            table: Table(
                partitionKey: "userId",
                sortKey: "sessionId",
                billing: .onDemand,
                onTeardown: .retain,
                pointInTimeRecovery: false,
                deletionProtection: false,
                kmsKeyArn: nil
            ),
            routes: HandlerName.builtInRoutes.map { .fixture($0.key, $0.handler) },
            authorizer: FunctionSettings(memory: 256, timeout: 10, concurrency: nil),
            auth: Auth(mode: .visitor, allowedOrigins: [], issuer: nil, audience: nil, jwksUrl: nil),
            limits: Limits(messageChars: 4000, messagesPerMinute: 20, tokensPerUserPerDay: 50000, concurrency: nil),
            handoff: nil,
            tools: [],
            guardrail: nil,
            alarms: nil,
            observability: Observability(logRetentionDays: 30, tracing: false, dashboard: false, accessLogs: false),
            handlers: Handlers(path: "handlers", build: .auto, architecture: .auto, sdk: nil, image: nil),
            throttling: Throttling(rate: 100, burst: 50),
            tags: [:],
            protect: false
        )
        change(&spec)
        return spec
    }
}

extension BotSpec.Route {
    static func fixture(_ key: String, _ handler: HandlerName) -> BotSpec.Route {
        BotSpec.Route(
            key: key,
            handler: handler,
            settings: BotSpec.FunctionSettings(
                memory: 256,
                timeout: handler == .sendMessage ? 29 : 10,
                concurrency: nil
            ),
            environment: [:]
        )
    }
}

extension BotSpec.Guardrail {
    /// With one of everything.
    static let fixture = BotSpec.Guardrail(
        deniedTopics: [
            Topic(name: "Legal advice", definition: "Advice on laws, contracts or claims", examples: ["May I sue?"]),
            Topic(name: "Competitors", definition: "Comparisons with other shops", examples: []),
        ],
        blockedWords: ["damn"],
        profanity: true,
        pii: [PII(type: "EMAIL", action: .anonymize), PII(type: "CREDIT_DEBIT_CARD_NUMBER", action: .block)],
        grounding: 0.7,
        relevance: 0.5,
        blockedMessage: "I can’t help with that."
    )

    static let empty = BotSpec.Guardrail(
        deniedTopics: [],
        blockedWords: [],
        profanity: false,
        pii: [],
        grounding: nil,
        relevance: nil,
        blockedMessage: "No."
    )
}
