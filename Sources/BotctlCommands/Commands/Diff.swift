import ArgumentParser
import Operations

struct DiffCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what a deployment would change.",
        discussion: """
            Compares spec, rules, prompt and handlers with what is deployed; changes nothing. Exits with 0 when \
            nothing differs, with 2 when something does.

            Examples:
              botctl diff
              botctl diff --stage prod --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = DiffView(result: try Diff.run(session.context, session.host))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return view.hasChanges ? .changes : .done
    }
}
