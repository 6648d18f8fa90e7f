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
    /// A word in a heading counts as so many in the text.
    private static let titleWeight = 3

    private var postings: [String: [(section: Int, count: Int)]] = [:]
    private var lengths: [Double] = []
    private var averageLength = 1.0

    init(_ sections: [BotConfiguration.RuleSection]) {
        for (number, section) in sections.enumerated() {
            var counts: [String: Int] = [:]
            var length = 0
            for word in Words.of(section.text) {
                counts[word, default: 0] += 1
                length += 1
            }
            for word in Words.of(section.path.joined(separator: " ") + " " + section.title) {
                counts[word, default: 0] += Self.titleWeight
                length += 1
            }
            for (word, count) in counts { postings[word, default: []].append((number, count)) }
            lengths.append(Double(length))
        }
        if !lengths.isEmpty { averageLength = max(1, lengths.reduce(0, +) / Double(lengths.count)) }
    }

    /// Section numbers with their scores, best first; sections that share no word are left out.
    func ranked(_ query: [(word: String, weight: Double)]) -> [(section: Int, score: Double)] {
        var weights: [String: Double] = [:]
        for (word, weight) in query { weights[word] = max(weights[word] ?? 0, weight) }
        var scores: [Int: Double] = [:]
        let total = Double(lengths.count)
        // Sorted, so that sums of floating-point numbers come out the same on every run.
        for (word, weight) in weights.sorted(by: { $0.key < $1.key }) {
            guard let found = postings[word] else { continue }
            let rarity = log(1 + (total - Double(found.count) + 0.5) / (Double(found.count) + 0.5))
            for (section, count) in found {
                let frequency = Double(count)
                let norm = 1 - Self.lengthWeight + Self.lengthWeight * lengths[section] / averageLength
                scores[section, default: 0] +=
                    weight * rarity * frequency * (Self.saturation + 1) / (frequency + Self.saturation * norm)
            }
        }
        return scores.map { ($0.key, $0.value) }
            .sorted { $0.score != $1.score ? $0.score > $1.score : $0.section < $1.section }
    }
}
