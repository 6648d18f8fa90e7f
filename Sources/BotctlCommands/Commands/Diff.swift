import ArgumentParser
import Operations

struct DiffCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what a deployment would change.",
        discussion: """
            Compares spec, rules, prompt and handlers with what is deployed; changes nothing. The gravest changes \
            come first: lost data, replacements, wider permissions, exposure, cost. Exits with 0 when nothing \
            differs, with 2 when something does, with 1 when it could not be found out.

            Examples:
              botctl diff
              botctl diff --stage prod --json
              botctl diff --change-set --drift
              botctl diff --markdown > comment.md      (for a pull request)
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Have CloudFormation compute the change too; its change set is deleted again.")
    var changeSet = false

    @Flag(help: "Also find what was changed behind the stack's back.")
    var drift = false

    @Flag(help: "Print Markdown that fits into a comment on GitHub.")
    var markdown = false

    func validate() throws {
        guard !(markdown && global.json) else { throw ValidationError("--markdown and --json: choose one") }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let options = Diff.Options(usesChangeSet: changeSet, detectsDrift: drift)
        let view = DiffView(result: try Diff.run(session.context, session.host, options: options))
        session.host.finish()
        let console = session.console
        let text = { view.text(console.outputStyle, columns: console.outputColumns) }
        console.output(session.isJSON ? view.json : markdown ? view.markdown : text())
        return view.hasChanges ? .changes : .done
    }
}
