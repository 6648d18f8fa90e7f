import ArgumentParser
import Operations

struct ExplainCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what an error's code means, and what to do.",
        discussion: """
            Codes of the spec's diagnostics (BOT…), of AWS's refusals (AWS…) and of botctl's own errors. Without a \
            code, all of them.

            Examples:
              botctl explain BOT609
              botctl explain AWS201 --json
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "As it stands in the brackets after error or warning.")
    var code: String?

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view: ExplainView
        if let code {
            view = ExplainView(one: try Explain.run(code))
        } else {
            view = ExplainView(all: Explain.all)
        }
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
