import AWSCore

/// How well questions find the rules that answer them, by kind of question.
package struct RetrievalQuality: Sendable, Equatable {
    /// One line of a labelled set: `{"kind":…,"question":…,"previous":…,"expected":[…]}`.
    package struct Question: Sendable, Equatable {
        package var kind: String
        package var question: String
        package var previous: String?
        /// Ids of sections, any of which answers; empty where no rule does.
        package var expected: [String]
    }

    package struct Score: Sendable, Equatable, Encodable {
        package var kind: String
        package var questions: Int
        /// The share whose first section, or one of whose first three, answers; absent for unanswerable ones.
        package var recallAt1: Double?
        package var recallAt3: Double?
        /// The mean of 1 / rank of the first section that answers.
        package var mrr: Double?
        /// The share that was rightly recognised as covered by the rules, or as not.
        package var recognised: Double
    }

    /// In the order in which the kinds first occur, then all answerable ones as `answerable`.
    package var scores: [Score]

    package static func questions(in text: String, file: String) throws(OperationError) -> [Question] {
        var questions: [Question] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            guard let json = try? JSONValue.parse(Array(line.utf8)), let question = json["question"]?.stringValue,
                let expected = json["expected"]?.arrayValue
            else {
                throw OperationError(
                    .file,
                    "\(file):\(number + 1) is not a labelled question",
                    fix: #"write {"kind": "direct", "question": "…", "expected": ["returns-1"]}"#
                )
            }
            questions.append(
                Question(
                    kind: json["kind"]?.stringValue ?? "question",
                    question: question,
                    previous: json["previous"]?.stringValue,
                    expected: expected.compactMap(\.stringValue)
                )
            )
        }
        return questions
    }

    package init(
        _ questions: [Question],
        answer: (Question) throws(OperationError) -> Retrieve.Answer
    ) throws(OperationError) {
        var kinds: [String] = []
        var results: [(question: Question, rank: Int?, covered: Bool)] = []
        for question in questions {
            if !kinds.contains(question.kind) { kinds.append(question.kind) }
            let answer = try answer(question)
            let rank = answer.hits.firstIndex { question.expected.contains($0.id) }.map { $0 + 1 }
            results.append((question, rank, answer.covered))
        }
        func score(_ kind: String, _ results: [(question: Question, rank: Int?, covered: Bool)]) -> Score {
            let count = Double(results.count)
            let answerable = results.contains { !$0.question.expected.isEmpty }
            func share(_ holds: (Int) -> Bool) -> Double? {
                answerable ? Double(results.count { $0.rank.map(holds) ?? false }) / count : nil
            }
            return Score(
                kind: kind,
                questions: results.count,
                recallAt1: share { $0 == 1 },
                recallAt3: share { $0 <= 3 },
                mrr: answerable ? results.reduce(0) { $0 + ($1.rank.map { 1 / Double($0) } ?? 0) } / count : nil,
                recognised: Double(results.count { $0.covered == !$0.question.expected.isEmpty }) / count
            )
        }
        scores = kinds.map { kind in score(kind, results.filter { $0.question.kind == kind }) }
        let answerable = results.filter { !$0.question.expected.isEmpty }
        if !answerable.isEmpty { scores.append(score("answerable", answerable)) }
    }
}
