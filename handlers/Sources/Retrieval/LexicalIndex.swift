import BotContract

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Okapi BM25 over the rule sections (Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009).
struct LexicalIndex {
    private static let saturation = 1.2
    private static let lengthWeight = 0.75
    /// A word in the section's own heading counts as so many in the text, one in a heading above it as one.
    private static let titleWeight = 3
    /// What a word counts that was misspelt, by its distance from what is in the rules.
    private static let typoWeights = [1.0, 0.7, 0.5]

    private var postings: [String: [(section: Int, count: Int)]] = [:]
    private var lengths: [Double] = []
    private var averageLength = 1.0
    private let spelling: Spelling

    init(_ sections: [BotConfiguration.RuleSection]) {
        for (number, section) in sections.enumerated() {
            var counts: [String: Int] = [:]
            var length = 0
            func add(_ text: String, _ weight: Int) {
                for word in Words.of(text) {
                    counts[word, default: 0] += weight
                    length += 1
                }
            }
            add(section.text, 1)
            add(section.title, Self.titleWeight)
            for heading in section.path where heading != section.title { add(heading, 1) }
            for (word, count) in counts { postings[word, default: []].append((number, count)) }
            lengths.append(Double(length))
        }
        if !lengths.isEmpty { averageLength = max(1, lengths.reduce(0, +) / Double(lengths.count)) }
        spelling = Spelling(postings.keys)
    }

    /// A question's words, each with the words of the rules that stand for it.
    struct Query {
        struct Term {
            var word: String
            var weight: Double
            /// The word itself where the rules have it, else what it may be misspelt from, with a share of 1.
            var matches: [(word: String, share: Double)]
        }
        var terms: [Term] = []
    }

    func query(_ question: String, context: String?, contextWeight: Double) -> Query {
        var weights: [(word: String, weight: Double)] = []
        var seen: Set<String> = []
        for (text, weight) in [(question, 1.0), (context ?? "", contextWeight)] where weight > 0 {
            for word in Self.content(Words.of(text)) where seen.insert(word).inserted {
                weights.append((word, weight))
            }
        }
        return Query(
            terms: weights.map { word, weight in
                let matches: [(word: String, share: Double)] =
                    postings[word] != nil
                    ? [(word, 1)]
                    : spelling.near(word).map { ($0.word, Self.typoWeights[$0.distance]) }
                return Query.Term(word: word, weight: weight, matches: matches)
            }
        )
    }

    /// Without stop words, unless nothing else is there.
    static func content(_ words: [String]) -> [String] {
        let content = words.filter { !StopWords.all.contains($0) }
        return content.isEmpty ? words : content
    }

    /// Section numbers with their scores, best first; sections that share no word are left out.
    func ranked(_ query: Query) -> [(section: Int, score: Double)] {
        var scores: [Int: Double] = [:]
        for term in query.terms {
            // The words that one misspelt word may be compete; their scores do not add up.
            var best: [Int: Double] = [:]
            for (word, share) in term.matches {
                let rarity = rarity(of: word)
                for (section, count) in postings[word] ?? [] {
                    let frequency = Double(count)
                    let norm = 1 - Self.lengthWeight + Self.lengthWeight * lengths[section] / averageLength
                    let score = rarity * frequency * (Self.saturation + 1) / (frequency + Self.saturation * norm)
                    best[section] = max(best[section] ?? 0, share * score)
                }
            }
            for (section, score) in best { scores[section, default: 0] += term.weight * score }
        }
        return scores.map { ($0.key, $0.value) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.section < $1.section }
    }

    /// How much of what the question is about occurs in a section: 0 to 1, its rare words counting most.
    func coverage(_ query: Query, of section: Int) -> Double {
        var all = 0.0
        var covered = 0.0
        for term in query.terms {
            let rarity =
                term.weight * (term.matches.map { self.rarity(of: $0.word) }.min() ?? self.rarity(of: term.word))
            all += rarity
            let share = term.matches.filter { postings[$0.word]?.contains { $0.section == section } ?? false }
                .map(\.share).max()
            covered += rarity * (share ?? 0)
        }
        return all > 0 ? covered / all : 0
    }

    private func rarity(of word: String) -> Double {
        let found = Double(postings[word]?.count ?? 0)
        return log(1 + (Double(lengths.count) - found + 0.5) / (found + 0.5))
    }
}
