import BotContract

extension BotSpec {
    /// Whether the rules are to be searched by meaning, too, which needs vectors of them: `hybrid` says so, `auto`
    /// when they do not fit into every prompt.
    package var searchesByMeaning: Bool {
        guard !rules.isEmpty else { return false }
        return switch retrieval {
        case .hybrid: true
        case .auto: rules.map(Self.tokens).reduce(0, +) > RetrievalBudget.fullTokens
        case .full, .lexical: false
        }
    }

    /// Of a file's sections, as the bot counts them: each heading begins one.
    private static func tokens(of document: RuleDocument) -> Int {
        let headings = document.text.split(separator: "\n").count { $0.hasPrefix("#") }
        return TokenEstimate.of(document.text) + headings * RetrievalBudget.sectionOverhead
    }
}
