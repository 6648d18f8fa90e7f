import ArgumentParser
import Operations

struct SynthCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth",
        abstract: "Write the stage's CloudFormation template to stacks/.",
        discussion: """
            The same spec gives the same bytes, on every machine: commit the template, and a pull request shows what \
            it changes. Files that are right already are not touched. Needs no network.

            Examples:
              botctl synth
              botctl synth --stage prod --stdout > template.json
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Print the template instead of writing it.")
    var stdout = false

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        if stdout {
            session.console.output(try Synth.text(session.context, session.host))
            return .done
        }
        let view = SynthView(files: try Synth.write(session.context, session.host))
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
