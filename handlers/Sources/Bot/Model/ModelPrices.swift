import BotContract

/// List prices of on-demand inference in US regions, for an estimate of what a turn costs
/// (https://aws.amazon.com/bedrock/pricing/). Cross-region profiles cost what the model costs; other regions,
/// discounts and taxes are the bill's.
enum ModelPrices {
    /// US dollars for a million tokens.
    private static let perMillion: [(prefix: String, input: Double, output: Double)] = [
        ("meta.llama3-3-70b-instruct", 0.72, 0.72),
        ("meta.llama3-1-70b-instruct", 0.72, 0.72),
        ("meta.llama3-1-8b-instruct", 0.22, 0.22),
        ("meta.llama3-70b-instruct", 2.65, 3.50),
        ("meta.llama3-8b-instruct", 0.30, 0.60),
    ]

    /// US dollars; `nil` for a model whose price is not known.
    static func cost(of usage: TokenUsage, model: String) -> Double? {
        let id = ModelFamily.foundationId(model)
        guard let price = perMillion.first(where: { id.hasPrefix($0.prefix) }) else { return nil }
        return (Double(usage.inputTokens) * price.input + Double(usage.outputTokens) * price.output) / 1_000_000
    }
}
