/// What an operation is told, and what it may touch.
package struct ProjectContext {
    /// Absolute path of the project's folder.
    package var directory: String
    /// Relative to the folder.
    package var specFile: String
    package var stage: String
    package var overrides: Overrides
    /// `--yes`: every question is answered with yes.
    package var assumeYes: Bool
    /// `--confirm`: what a protected stage wants typed.
    package var confirmation: String?
    package var effects: Effects

    /// What the command line says instead of the spec or the environment.
    package struct Overrides: Sendable, Equatable {
        package var region: String?
        package var profile: String?
        package var endpointURL: String?

        package init(region: String? = nil, profile: String? = nil, endpointURL: String? = nil) {
            self.region = region
            self.profile = profile
            self.endpointURL = endpointURL
        }
    }

    package init(
        directory: String,
        specFile: String = "botctl.yml",
        stage: String = "dev",
        overrides: Overrides = Overrides(),
        assumeYes: Bool = false,
        confirmation: String? = nil,
        effects: Effects
    ) {
        self.directory = directory
        self.specFile = specFile
        self.stage = stage
        self.overrides = overrides
        self.assumeYes = assumeYes
        self.confirmation = confirmation
        self.effects = effects
    }

    /// A path inside the project's folder.
    package func path(_ relative: String) -> String { "\(directory)/\(relative)" }

    /// Where this stage's build results are kept.
    package var workDirectory: String { path(".botctl/\(stage)") }

    package func checkInterrupted() throws(OperationError) {
        if effects.isInterrupted() { throw .interrupted }
    }

    /// Asks, unless `--yes` has answered; what is protected wants its name in `--confirm` besides.
    /// - Throws: `consentNeeded` when nobody can be asked.
    package func confirm(_ question: Question, _ host: any OperationHost) throws(OperationError) -> Bool {
        if let wanted = question.confirmation {
            if confirmation == wanted { return true }
            guard confirmation == nil, !assumeYes, effects.isTerminal else {
                throw OperationError(
                    .consentNeeded,
                    "what is protected wants its name: \(question.text)",
                    details: confirmation.map { ["--confirm says \($0)"] } ?? [],
                    fix: "look at what will happen, then run the command again with --confirm \(wanted)"
                )
            }
        }
        switch Consent.decide(assumeYes: assumeYes, isTerminal: effects.isTerminal) {
        case .given:
            return true
        case .nobodyToAsk:
            throw OperationError(
                .consentNeeded,
                "there is no terminal to ask: \(question.text)",
                fix: "look at the plan, then run the command again with --yes"
            )
        case .ask:
            let answer = host.ask(question)
            try checkInterrupted()
            return answer
        }
    }
}
