import BotContract
import Retrieval

/// Chooses the rule sections that a turn's prompt contains.
final class RuleSelection {
    enum Mode: String { case full, lexical, hybrid }

    struct Choice {
        var sections: [PromptRule]
        /// Whether some rule seems to be about the message.
        var isCovered: Bool
        /// A greeting or thanks, which no rule needs to cover.
        var isSmallTalk: Bool
        var mode: Mode
    }

    private let sections: [BotConfiguration.RuleSection]
    /// Made when they are first chosen, not at the process's start.
    private var prepared: [Int: PromptRule] = [:]
    /// What replies may hold.
    let replyPolicy: ReplyPolicy
    private let selectedTokens: Int
    private let sizes: [Int]
    private let givesAll: Bool
    private let vectors: SectionVectors?
    /// Where all sections are given it only says whether one of them fits; then it is made when it is first asked.
    private lazy var retriever = Retriever(sections, vectors: vectors)

    /// The model that questions are embedded with; `nil` where rules are found by their words, or all given.
    let questionModel: (model: EmbeddingModel, dimensions: Int)?

    init(_ configuration: BotConfiguration) {
        sections = configuration.rules
        replyPolicy = ReplyPolicy(configuration)
        sizes = configuration.rules.map {
            TokenEstimate.of($0.text) + TokenEstimate.of($0.title) + RetrievalBudget.sectionOverhead
        }
        let budget = PromptBudget(configuration).rules
        selectedTokens = min(RetrievalBudget.selectedTokens, budget)
        let total = sizes.reduce(0, +)
        let embeddings = configuration.embeddings
        vectors = embeddings.flatMap { SectionVectors($0, sections: configuration.rules.count) }
        givesAll =
            switch configuration.retrieval {
            case .full: total <= min(RetrievalBudget.contextTokens, budget)
            case .auto: vectors == nil && total <= min(RetrievalBudget.fullTokens, budget)
            case .lexical, .hybrid: false
            }
        questionModel =
            givesAll || vectors == nil
            ? nil
            : embeddings.flatMap { embeddings in
                EmbeddingModel(id: embeddings.model).map { ($0, embeddings.dimensions) }
            }
        // At the process's start Lambda gives a whole processor.
        if !givesAll { _ = retriever }
    }

    /// The sections in the files' own order, whatever their rank, so that neighbouring rules stay neighbours.
    /// - Parameters:
    ///   - previous: the customer's message before this one.
    ///   - vector: of the message; `nil` goes by its words.
    func choice(for message: String, previous: String?, vector: [Float]? = nil) -> Choice {
        let found = retriever.find(message, previous: previous, vector: vector)
        if givesAll {
            return Choice(
                sections: sections.indices.map(rule),
                isCovered: found.isCovered,
                isSmallTalk: found.isSmallTalk,
                mode: .full
            )
        }
        var chosen: [Int] = []
        var tokens = 0
        for hit in found.hits {
            guard tokens + sizes[hit.section] <= selectedTokens || chosen.isEmpty else { continue }
            chosen.append(hit.section)
            tokens += sizes[hit.section]
        }
        return Choice(
            sections: chosen.sorted().map(rule),
            isCovered: found.isCovered,
            isSmallTalk: found.isSmallTalk,
            mode: found.isHybrid ? .hybrid : .lexical
        )
    }

    private func rule(_ number: Int) -> PromptRule {
        if let rule = prepared[number] { return rule }
        let rule = PromptRule(sections[number])
        prepared[number] = rule
        return rule
    }
}
