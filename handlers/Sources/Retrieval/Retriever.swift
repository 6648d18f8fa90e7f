public import BotContract

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds the rule sections that a question is about: by its words (BM25) and, where there are vectors, by its
/// meaning, fused by reciprocal rank (Cormack, Clarke & Büttcher, 2009).
public struct Retriever: Sendable {
    public struct Hit: Sendable, Equatable {
        /// The section's number.
        public var section: Int
        /// Comparable within one answer only.
        public var score: Double
        /// BM25; `nil` where no word is shared.
        public var lexical: Double?
        public var cosine: Double?
    }

    public struct Result: Sendable, Equatable {
        /// Best first.
        public var hits: [Hit]
        /// Whether some section seems to be about the question; greetings and thanks pass, too.
        public var isCovered: Bool
        public var isHybrid: Bool
        public var isFollowUp: Bool
        /// Nothing but a greeting or thanks, which no rule needs to cover.
        public var isSmallTalk: Bool
    }

    private let index: LexicalIndex
    private let vectors: SectionVectors?

    public init(_ sections: [BotConfiguration.RuleSection], vectors: SectionVectors? = nil) {
        index = LexicalIndex(sections)
        self.vectors = vectors
    }

    /// What a follow-up takes over from the question before, by words: less than its own, or it finds the same again.
    private static let contextWeight = 0.4

    /// - Parameters:
    ///   - previous: the customer's question before this one.
    ///   - vector: of `searchText(for:previous:)`; `nil` searches by words alone.
    public func find(_ question: String, previous: String? = nil, vector: [Float]? = nil) -> Result {
        let isFollowUp = FollowUp.needsContext(question, previous: previous)
        let query = index.query(
            question,
            context: isFollowUp ? previous : nil,
            contextWeight: Self.contextWeight
        )
        let lexical = index.ranked(query)
        let coverage = lexical.prefix(3).map { index.coverage(query, of: $0.section) }.max() ?? 0
        let isSmallTalk = Words.of(question).allSatisfy(StopWords.all.contains)
        guard let vector, let cosines = vectors?.cosines(with: vector) else {
            return Result(
                hits: lexical.map { Hit(section: $0.section, score: $0.score, lexical: $0.score, cosine: nil) },
                isCovered: isSmallTalk || coverage >= Coverage.lexical,
                isHybrid: false,
                isFollowUp: isFollowUp,
                isSmallTalk: isSmallTalk
            )
        }
        return Result(
            hits: Self.fused(lexical, cosines, coverage: coverage),
            isCovered: isSmallTalk || Coverage.isCovered(coverage, cosines),
            isHybrid: true,
            isFollowUp: isFollowUp,
            isSmallTalk: isSmallTalk
        )
    }

    /// What is embedded for a question: a follow-up together with what it follows.
    public static func searchText(for question: String, previous: String?) -> String {
        guard let previous, FollowUp.needsContext(question, previous: previous) else { return question }
        return previous + "\n" + question
    }

    /// The smaller, the more the first ranks count.
    private static let rankOffset = 10.0
    /// What words count beside meaning: the more, the more of the question's words the rules have.
    private static let lexicalWeight = 1.0

    private static func fused(
        _ lexical: [(section: Int, score: Double)],
        _ cosines: [Double],
        coverage: Double
    ) -> [Hit] {
        var hits = cosines.enumerated().map { Hit(section: $0.offset, score: 0, lexical: nil, cosine: $0.element) }
        for (rank, entry) in lexical.enumerated() {
            hits[entry.section].lexical = entry.score
            hits[entry.section].score += lexicalWeight * coverage / (rankOffset + Double(rank + 1))
        }
        let byCosine = hits.indices.sorted {
            cosines[$0] != cosines[$1] ? cosines[$0] > cosines[$1] : $0 < $1
        }
        for (rank, section) in byCosine.enumerated() {
            hits[section].score += 1 / (rankOffset + Double(rank + 1))
        }
        return hits.sorted { $0.score != $1.score ? $0.score > $1.score : $0.section < $1.section }
    }
}

/// When a question counts as covered by the rules; tuned on the labelled set.
enum Coverage {
    /// The share of the question's words, by rarity, that the best section has.
    static let lexical = 0.33
    /// How far the nearest section stands out from all, in standard deviations; a cosine's own size says
    /// different things with different models.
    static let deviations = 2.6

    static func isCovered(_ share: Double, _ cosines: [Double]) -> Bool {
        guard cosines.count >= 8 else { return share >= lexical || (cosines.max() ?? 0) >= 0.4 }
        let mean = cosines.reduce(0, +) / Double(cosines.count)
        let variance = cosines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(cosines.count)
        guard variance > 0, let best = cosines.max() else { return share >= lexical }
        return share >= 2 * lexical || (best - mean) / variance.squareRoot() >= deviations
    }
}

/// Recognises a question that says little without the one before it: "and for my phone?"
enum FollowUp {
    /// A question with so many words of its own stands alone unless it points back.
    private static let fewWords = 2
    private static let openings: Set<String> = Set(
        Words.of("and but or also then so what about how about y et und oder aber e ou mais pero")
    )
    private static let pointers: Set<String> = Set(Words.of("it its that this those these they them one ones there"))

    static func needsContext(_ question: String, previous: String?) -> Bool {
        guard let previous, !previous.isEmpty else { return false }
        let words = Words.of(question)
        guard let first = words.first else { return true }
        let content = words.filter { !StopWords.all.contains($0) }
        if content.count <= fewWords { return true }
        let pointsBack = words.contains(where: pointers.contains)
        return content.count <= 4 && (openings.contains(first) || pointsBack)
    }
}
