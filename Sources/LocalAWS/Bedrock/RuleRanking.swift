#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Ranks rule sections against a question by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework", 2009). A heading counts as often as its words being said three times in the text.
struct RuleRanking {
    struct Query {
        /// Weight by term; a term of the question itself weighs 1.
        var weights: [String: Double]
    }

    struct Match {
        var section: RulesBlock.Section
        var score: Double
        /// How much of the question the section speaks of: 0 to 1, by the rarity of the terms.
        var coverage: Double
        /// Terms of the question that the section has, synonyms included.
        var matchedTerms: Int
        var isInHeading: Bool
    }

    private static let saturation = 1.2
    private static let lengthInfluence = 0.75
    private static let headingWeight = 3.0
    /// What a synonym counts against the word itself.
    static let synonymShare = 0.85

    private let sections: [RulesBlock.Section]
    private let frequencies: [[String: Double]]
    private let headings: [Set<String>]
    private let lengths: [Double]
    private let documentFrequency: [String: Int]

    init(_ sections: [RulesBlock.Section]) {
        self.sections = sections
        var documentFrequency: [String: Int] = [:]
        var frequencies: [[String: Double]] = []
        var headings: [Set<String>] = []
        for section in sections {
            var counts: [String: Double] = [:]
            let heading = terms(of: section.path)
            for term in terms(of: section.text) { counts[term, default: 0] += 1 }
            for term in heading { counts[term, default: 0] += Self.headingWeight }
            for term in counts.keys { documentFrequency[term, default: 0] += 1 }
            frequencies.append(counts)
            headings.append(Set(heading))
        }
        self.frequencies = frequencies
        self.headings = headings
        self.documentFrequency = documentFrequency
        lengths = frequencies.map { $0.values.reduce(0, +) }
    }

    /// Always positive, highest for a term that no section has.
    func rarity(_ term: String) -> Double {
        let count = Double(sections.count)
        let with = Double(documentFrequency[term] ?? 0)
        return log(1 + (count - with + 0.5) / (with + 0.5))
    }

    /// The best section; of equals the first. `nil` when no section has a term of the question.
    func best(for query: Query) -> Match? {
        let average = max(1, lengths.reduce(0, +) / Double(max(1, lengths.count)))
        var best: Match?
        // Sorted, because sums of doubles depend on their order and the answer must not.
        let weights = query.weights.sorted { $0.key < $1.key }
        for (index, section) in sections.enumerated() {
            var match = Match(section: section, score: 0, coverage: 0, matchedTerms: 0, isInHeading: false)
            var asked = 0.0
            for (term, weight) in weights {
                asked += weight * rarity(term)
                guard let (found, share) = occurrence(of: term, in: index) else { continue }
                let frequency = frequencies[index][found] ?? 0
                let norm = 1 - Self.lengthInfluence + Self.lengthInfluence * lengths[index] / average
                let saturated = frequency * (Self.saturation + 1) / (frequency + Self.saturation * norm)
                match.score += weight * share * rarity(found) * saturated
                match.coverage += weight * share * rarity(term)
                match.matchedTerms += 1
                if headings[index].contains(found) { match.isInHeading = true }
            }
            guard match.matchedTerms > 0 else { continue }
            match.coverage /= max(asked, .leastNonzeroMagnitude)
            if match.score > best?.score ?? 0 { best = match }
        }
        return best
    }

    /// The term itself, or a synonym of it at a lower weight.
    private func occurrence(of term: String, in index: Int) -> (term: String, share: Double)? {
        if frequencies[index][term] != nil { return (term, 1) }
        for synonym in synonyms[term] ?? [] where frequencies[index][synonym] != nil {
            return (synonym, Self.synonymShare)
        }
        return nil
    }
}
