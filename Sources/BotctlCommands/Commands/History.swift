import ArgumentParser
import Operations

struct HistoryCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List the deployments that a rollback can go back to.",
        discussion: """
            Examples:
              botctl history
              botctl history --stage prod --limit 3 --json
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("At most so many, the newest.", valueName: "count"))
    var limit = 20

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000") }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = HistoryView(result: try History.run(session.context, session.host, limit: limit))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
