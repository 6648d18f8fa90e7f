import BotContract
package import BotSpec
import HandlerBuild
import Retrieval

/// `botctl retrieve`: which rules a question finds, by the code that the deployed bot runs.
package struct Retrieve {
    package enum Mode: String, Sendable, CaseIterable { case lexical, hybrid }

    package struct Answer: Sendable, Equatable {
        package struct Hit: Sendable, Equatable, Encodable {
            package var id: String
            package var file: String
            /// The headings down to the section's own.
            package var heading: String
            package var score: Double
            /// BM25; absent where no word is shared.
            package var lexical: Double?
            package var cosine: Double?
        }
        package var mode: Mode
        /// Whether some rule seems to be about the question.
        package var covered: Bool
        package var followUp: Bool
        /// Best first.
        package var hits: [Hit]
    }

    /// Sections that are shown.
    package static let shown = 5

    private let sections: [BotConfiguration.RuleSection]
    private let retriever: Retriever
    private let mode: Mode
    private let vectors: RuleVectors

    /// - Parameter mode: `nil` is what the spec makes of its rules; where all rules go into each prompt, by words.
    package init(_ spec: BotSpec, mode: Mode?, _ context: ProjectContext) throws(OperationError) {
        sections = RulesIndex.sections(of: spec.rules)
        guard !sections.isEmpty else {
            throw OperationError(
                .build,
                "the project has no rules",
                fix: "name a file or folder as `rules` in the spec"
            )
        }
        self.mode = mode ?? (spec.searchesByMeaning ? .hybrid : .lexical)
        vectors = RuleVectors(spec, context)
        var embedded: SectionVectors?
        if self.mode == .hybrid {
            embedded = SectionVectors(try vectors.required(), sections: sections.count)
        }
        retriever = Retriever(sections, vectors: embedded)
    }

    package static func open(
        _ context: ProjectContext,
        mode: Mode?,
        _ host: any OperationHost
    ) throws(OperationError) -> Retrieve {
        try Retrieve(try context.loadSpec(telling: host).spec, mode: mode, context)
    }

    package func answer(_ question: String, previous: String? = nil) throws(OperationError) -> Answer {
        var vector: [Float]?
        if mode == .hybrid {
            vector = try vectors.vector(ofQuestion: Retriever.searchText(for: question, previous: previous))
        }
        let found = retriever.find(question, previous: previous, vector: vector)
        return Answer(
            mode: mode,
            covered: found.isCovered,
            followUp: found.isFollowUp,
            hits: found.hits.map { hit in
                let section = sections[hit.section]
                return Answer.Hit(
                    id: section.id,
                    file: section.file,
                    heading: section.path.joined(separator: " › "),
                    score: hit.score,
                    lexical: hit.lexical,
                    cosine: hit.cosine
                )
            }
        )
    }
}
