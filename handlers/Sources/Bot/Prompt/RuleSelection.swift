import BotContract

/// Chooses the rule sections that a turn's prompt contains.
final class RuleSelection {
    /// Up to here every rule goes into every prompt: nothing can be missed, and a stable prefix is cheap.
    static let fullTokens = 6_000
    /// `retrieval: full` is honoured up to what a 128 K context holds beside the rest.
    static let contextTokens = 100_000
    /// What the chosen sections may take together when not all are given.
    static let selectedTokens = 3_000
    /// The previous question gives a follow-up ("and abroad?") its subject, but must not outweigh it.
    private static let previousWeight = 0.5

    private let sections: [BotConfiguration.RuleSection]
    private let sizes: [Int]
    /// `nil` where all sections are given. Made at the process's start, when Lambda gives a whole processor.
    private let index: LexicalIndex?

    init(_ configuration: BotConfiguration) {
        sections = configuration.rules
        sizes = sections.map { TokenEstimate.of($0.text) + TokenEstimate.of($0.title) + 8 }
        let total = sizes.reduce(0, +)
        let givesAll =
            switch configuration.retrieval {
            case .full: total <= Self.contextTokens
            // Embeddings come with a later version of bot.json; until then `hybrid` is what `auto` is.
            case .auto, .hybrid: total <= Self.fullTokens
            case .lexical: false
            }
        index = givesAll ? nil : LexicalIndex(sections)
    }

    /// In the files' own order, whatever their rank, so that neighbouring rules stay neighbours.
    func sections(for message: String, previous: String?) -> [BotConfiguration.RuleSection] {
        guard let index else { return sections }
        let query =
            Words.of(message).map { (word: $0, weight: 1.0) }
            + Words.of(previous ?? "").map { (word: $0, weight: Self.previousWeight) }
        var chosen: [Int] = []
        var tokens = 0
        for (section, _) in index.ranked(query) {
            guard tokens + sizes[section] <= Self.selectedTokens || chosen.isEmpty else { continue }
            chosen.append(section)
            tokens += sizes[section]
        }
        return chosen.sorted().map { sections[$0] }
    }
}

/// A rough count, on the high side, without the model's tokenizer.
enum TokenEstimate {
    /// Four ASCII characters, or one other character, to the token.
    static func of(_ text: String) -> Int {
        var ascii = 0
        var other = 0
        for byte in text.utf8 {
            if byte < 0x80 { ascii += 1 } else if byte >= 0xC0 { other += 1 }
        }
        return (ascii + 3) / 4 + other
    }
}
