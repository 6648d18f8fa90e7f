import BotContract

/// How many tokens prompt and answer of a model may have together
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html and the providers' model cards).
enum ModelContext {
    /// Longest prefix wins; where models of one family differ, the smallest counts.
    private static let table: [(prefix: String, tokens: Int)] = [
        ("meta.llama", 128_000), ("meta.llama2", 4_096), ("meta.llama3-8b", 8_192), ("meta.llama3-70b", 8_192),
        ("anthropic.claude", 100_000), ("anthropic.claude-3", 200_000), ("amazon.nova", 128_000),
        ("amazon.titan-text-lite", 4_096), ("amazon.titan-text-express", 8_192),
        ("amazon.titan-text-premier", 32_000), ("mistral.", 32_000), ("mistral.mistral-large-2407", 128_000),
        ("cohere.command-r", 128_000), ("cohere.command", 4_096), ("ai21.jamba", 128_000),
        ("openai.gpt-oss", 128_000), ("deepseek.", 128_000),
    ]
    /// Of a model that is not in the table, and of an inference profile whose ARN does not name its model.
    private static let unknown = 32_000

    static func tokens(_ modelId: String) -> Int {
        let id = ModelFamily.foundationId(modelId)
        let matches = table.filter { id.hasPrefix($0.prefix) }
        return matches.max { $0.prefix.utf8.count < $1.prefix.utf8.count }?.tokens ?? unknown
    }
}

/// What of a model's context is left for what.
struct PromptBudget {
    /// Tokens are estimated, not counted.
    private static let margin = 0.95
    /// Our own words around rules and history.
    private static let instructions = 700
    /// However small the context: rules without which there is no answer.
    private static let leastRules = 500

    /// Of prompt, rules, history and message together.
    let input: Int
    /// Of all rules in one prompt.
    let rules: Int

    /// The fallback model gets the same prompt, so the smaller context counts.
    init(_ configuration: BotConfiguration) {
        let model = configuration.model
        let context = [model.id, model.fallback].compactMap { $0 }.map(ModelContext.tokens).min() ?? 0
        input = max(0, Int(Double(context) * Self.margin) - model.maxTokens)
        let message = min(configuration.limits.messageChars, input / 4)
        let rest = input - TokenEstimate.of(configuration.prompt) - Self.instructions - message
        rules = max(Self.leastRules, rest)
    }

    /// Of the history beside a system text and a message.
    func history(system: String, message: String) -> Int {
        min(Prompt.historyTokens, max(0, input - TokenEstimate.of(system) - TokenEstimate.of(message)))
    }
}
