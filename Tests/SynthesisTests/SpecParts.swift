import BotContract

@testable import BotSpec

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
