/// A yes-or-no question of an operation to whoever runs it.
package struct Question: Sendable, Equatable {
    /// One sentence with its question mark.
    package var text: String
    /// What Enter means: yes where nothing is lost, no where something is.
    package var defaultAnswer: Bool
    /// The text to type instead of `y`, where a stage is protected.
    package var confirmation: String?

    package init(_ text: String, defaultAnswer: Bool, confirmation: String? = nil) {
        self.text = text
        self.defaultAnswer = defaultAnswer
        self.confirmation = confirmation
    }

    /// What an answer of the user means; `nil` asks again.
    package func meaning(of answer: String) -> Bool? {
        let trimmed = answer.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0.isWhitespace }.reversed()
        let word = String(trimmed)
        if let confirmation { return word == confirmation }
        switch word.lowercased() {
        case "": return defaultAnswer
        case "y", "yes": return true
        case "n", "no": return false
        default: return nil
        }
    }
}

/// Which plans need somebody's yes (`deploy --approve`).
package enum Approval: String, Sendable, CaseIterable {
    /// None: the plan is executed as it is.
    case never
    /// Those that lose data, replace something, allow somebody more, or expose something.
    case widening
    /// All.
    case any
}

/// Who answers a question.
package enum Consent: Sendable, Equatable {
    /// `--yes` has answered it.
    case given
    case ask
    /// Nobody can be asked: there is no terminal.
    case nobodyToAsk

    package static func decide(assumeYes: Bool, isTerminal: Bool) -> Consent {
        if assumeYes { return .given }
        return isTerminal ? .ask : .nobodyToAsk
    }
}
