import ArgumentParser
import Operations

struct StatusCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say how the stage's stack is, and what is being done to it.",
        discussion: """
            Exits with 1 when the stage is not deployed.

            Examples:
              botctl status
              botctl status --stage prod --json | jq -r .status
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = StatusView(status: try StageStatus.run(session.context, session.host))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
