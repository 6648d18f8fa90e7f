import ArgumentParser
import Operations

/// For commands that change a stack by a plan.
struct RolloutOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which plans need a yes: never, widening (lost data, replacements, more permissions), any.",
            valueName: "plans"
        )
    )
    var approve = Approval.any

    @Flag(help: "Do not try the bot after the deployment.")
    var noSmoke = false

    @OptionGroup var protection: ProtectionOptions

    var options: Deploy.Options { Deploy.Options(approval: approve, smokes: !noSmoke) }
}
