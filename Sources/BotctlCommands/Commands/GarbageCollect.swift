import ArgumentParser
import Operations

struct GarbageCollectCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc",
        abstract: "Remove packages and templates that nothing needs.",
        discussion: """
            What the stack runs and what the kept deployments need stays, and so does everything younger than an hour. \
            It lists what would go, and asks. Other stages and other bots are not touched. The bucket keeps deleted \
            objects for 30 more days as old versions.

            Examples:
              botctl gc --dry-run
              botctl gc --keep 3 --yes
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("How many deployments a rollback can still go back to.", valueName: "count"))
    var keep = 10

    @Flag(help: "Only list what would go.")
    var dryRun = false

    func validate() throws {
        guard (0...1000).contains(keep) else { throw ValidationError("--keep takes 0 to 1000") }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let result = try GarbageCollection.run(session.context, session.host, keep: keep, isDryRun: dryRun)
        session.host.finish()
        let view = GarbageCollectView(result: result)
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
