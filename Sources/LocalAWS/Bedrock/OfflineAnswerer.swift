/// Answers in a model's place by quoting the business rules that the bot put into its prompt. It understands
/// nothing, says so in each answer, and gives the same answer to the same conversation.
package struct OfflineAnswerer: Sendable {
    package static let disclaimer = "(Offline answer, quoted from your rules; no model was asked.)"
    package static let notCovered = "None of the rules covers this question."

    private static let maximumQuoteCharacters = 420
    private static let maximumSentences = 3

    package init() {}

    /// - Parameters:
    ///   - systemPrompt: all system blocks, joined by line ends.
    ///   - customerMessages: oldest first, the question last.
    package func answer(systemPrompt: String, customerMessages: [String]) -> String {
        let sections = RulesBlock(systemPrompt: systemPrompt).sections
        let ranking = RuleRanking(sections)
        let query = Self.query(customerMessages)
        guard let match = ranking.best(for: query), Self.isCovered(query, by: match) else {
            return "\(Self.notCovered) \(Self.disclaimer)"
        }
        let quote = Self.quote(match.section, query: query, ranking: ranking)
        return "“\(quote)” [\(match.section.id)]\n\n\(Self.disclaimer)"
    }

    /// A short question ("And to Canada?") leans on the one before it.
    private static func query(_ messages: [String]) -> RuleRanking.Query {
        var weights: [String: Double] = [:]
        for term in terms(of: messages.last ?? "") { weights[term] = 1 }
        if weights.count <= 2, let earlier = messages.dropLast().last {
            for term in terms(of: earlier) where weights[term] == nil { weights[term] = 0.3 }
        }
        return RuleRanking.Query(weights: weights)
    }

    /// One chance word ("What is the weather in Paris?") is no subject in common.
    private static func isCovered(_ query: RuleRanking.Query, by match: RuleRanking.Match) -> Bool {
        if match.coverage < 0.25 { return false }
        return match.matchedTerms >= 2 || match.isInHeading || match.coverage >= 0.6
    }

    private static func quote(
        _ section: RulesBlock.Section,
        query: RuleRanking.Query,
        ranking: RuleRanking
    ) -> String {
        let candidates = sentences(ofMarkdown: section.text)
        guard !candidates.isEmpty else { return section.path }
        let scores = candidates.map { score($0, query: query, ranking: ranking) }
        let top = scores.max() ?? 0
        let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
        var chosen: [Int] = []
        var characters = 0
        for index in order where scores[index] >= top * 0.5 && chosen.count < maximumSentences {
            guard chosen.isEmpty || characters + candidates[index].count <= maximumQuoteCharacters else { continue }
            chosen.append(index)
            characters += candidates[index].count
        }
        return joined(chosen.sorted(), of: candidates)
    }

    private static func score(_ sentence: String, query: RuleRanking.Query, ranking: RuleRanking) -> Double {
        let present = Set(terms(of: sentence))
        var score = 0.0
        for (term, weight) in query.weights.sorted(by: { $0.key < $1.key }) {
            if present.contains(term) {
                score += weight * ranking.rarity(term)
            } else if (synonyms[term] ?? []).contains(where: present.contains) {
                score += RuleRanking.synonymShare * weight * ranking.rarity(term)
            }
        }
        return score
    }

    /// `…` stands for what was left out between two quoted sentences.
    private static func joined(_ indices: [Int], of sentences: [String]) -> String {
        var text = ""
        for (position, index) in indices.enumerated() {
            if position > 0 { text += indices[position - 1] + 1 == index ? " " : " … " }
            text += sentences[index]
        }
        return text
    }
}
