import ArgumentParser
import Operations

/// For commands that change what a protected stage holds.
struct ProtectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The stage's name, where the spec protects it: --yes alone is not enough there.",
            valueName: "stage"
        )
    )
    var confirm: String?

    func apply(_ context: ProjectContext) -> ProjectContext {
        var context = context
        context.confirmation = confirm
        return context
    }
}

extension Approval: ExpressibleByArgument {}
