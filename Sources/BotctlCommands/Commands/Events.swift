import ArgumentParser
import Operations

struct EventsCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show what CloudFormation did to the stage's stack, or is doing.",
        discussion: """
            --follow joins an operation that is running, whoever started it, shows it from its beginning, and ends \
            with it: 0 when it worked, 3 when it was rolled back, 1 when it failed. When nothing is running it shows \
            the past and ends.

            Examples:
              botctl events
              botctl events --since 7d
              botctl events --follow --stage prod
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(name: [.short, .long], help: "Stay until the running operation ends.")
    var follow = false

    @Option(help: ArgumentHelp("How far back to look: 30m, 12h, 7d.", valueName: "time"))
    var since = TimeSpan(seconds: 86_400)

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let result = try StageEvents.run(session.context, session.host, age: .seconds(since.seconds), follow: follow)
        session.host.finish()
        let view = EventsView(result: result)
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        guard follow else { return .done }
        return result.isRolledBack ? .rolledBack : result.hasFailed ? .failed : .done
    }
}
