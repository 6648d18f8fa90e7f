package import BotSpec
package import Diagnostics

/// `botctl validate`: is the spec right, for the chosen stage?
package struct Validate {
    package struct Result: Sendable {
        /// `nil` when there are errors.
        package var spec: BotSpec?
        package var diagnostics: [Diagnostic]
        package var stages: [String]
    }

    package static func run(_ context: ProjectContext) -> Result {
        let result = context.effects.loadSpec(
            context.directory,
            context.specFile,
            context.stage,
            context.overrides.region
        )
        return Result(spec: result.spec, diagnostics: result.diagnostics, stages: result.stages)
    }
}
