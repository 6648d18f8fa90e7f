package import BotSpec
package import Diagnostics
import HandlerBuild

/// `botctl validate`: is the spec right, for the chosen stage?
package struct Validate {
    package struct Result: Sendable {
        /// `nil` when there are errors.
        package var spec: BotSpec?
        package var diagnostics: [Diagnostic]
        package var stages: [String]

        /// What there is, when it is right.
        package var size: Size? { spec.map(Size.init) }
    }

    /// How much a spec asks for, to be seen at a glance.
    package struct Size: Sendable, Equatable {
        package var routes: Int
        /// Lambda functions: one for each route, and the authorizer.
        package var functions: Int
        package var rulesFiles: Int
        /// The pieces of the rules that a reply can quote.
        package var rulesSections: Int
        /// Of the prompt and of all rules, at four ASCII characters or one other character to the token.
        package var promptTokens: Int
        package var rulesTokens: Int

        package init(_ spec: BotSpec) {
            let sections = RulesIndex.sections(of: spec.rules)
            routes = spec.routes.count
            functions = spec.routes.count + 1
            rulesFiles = spec.rules.count
            rulesSections = sections.count
            promptTokens = Self.tokens(spec.prompt)
            rulesTokens = sections.reduce(0) { $0 + Self.tokens($1.text) }
        }

        private static func tokens(_ text: String) -> Int {
            let ascii = text.utf8.count { $0 < 0x80 }
            let others = text.utf8.count { $0 >= 0xC0 }
            return (ascii + 3) / 4 + others
        }
    }

    package static func run(_ context: ProjectContext) -> Result {
        let result = context.effects.loadSpec(
            context.directory,
            context.specFile,
            context.stage,
            context.overrides.region
        ).requiringListedStage
        return Result(spec: result.spec, diagnostics: result.diagnostics, stages: result.stages)
    }
}
