import ArgumentParser
import Operations

struct OutputsCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "outputs",
        abstract: "Print the deployed bot's address and names.",
        discussion: """
            Examples:
              botctl outputs
              botctl outputs --json | jq -r .outputs.chatUrl
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = OutputsView(outputs: try Outputs.run(session.context, session.host))
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
