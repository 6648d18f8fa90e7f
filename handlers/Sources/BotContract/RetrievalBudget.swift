/// How many tokens of rules a prompt may carry: botctl decides by it whether rules need embeddings, the bot
/// which of them it gives.
public enum RetrievalBudget {
    /// Up to here `auto` gives every rule to every prompt: nothing can be missed, and a stable prefix is cheap.
    public static let fullTokens = 6_000
    /// `full` is honoured up to what a 128 K context holds beside the rest.
    public static let contextTokens = 100_000
    /// What the chosen sections may take together when not all are given.
    public static let selectedTokens = 3_000
    /// A section's id and its brackets.
    public static let sectionOverhead = 8
}

/// A rough count, on the high side, without the model's tokenizer.
public enum TokenEstimate {
    /// Four ASCII characters, or one other character, to the token.
    public static func of(_ text: String) -> Int {
        var ascii = 0
        var other = 0
        // Straight over the bytes: the whole rulebook is counted at every cold start.
        var text = text
        text.withUTF8 { bytes in
            for byte in bytes {
                ascii &+= byte < 0x80 ? 1 : 0
                other &+= byte >= 0xC0 ? 1 : 0
            }
        }
        return (ascii + 3) / 4 + other
    }
}
