import ArgumentParser
import Operations

struct ValidateCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check the spec, and say everything that is wrong with it at once.",
        discussion: """
            Every finding has a place, a code and a way out. Looks at all stages; needs no network.

            Examples:
              botctl validate
              botctl validate --stage prod --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = ValidateView(Validate.run(session.context), context: session.context)
        if session.isJSON {
            session.console.output(view.json)
        } else {
            session.console.error(view.findings(session.console.errorStyle))
            session.console.output(view.verdict(session.console.outputStyle))
        }
        return view.isValid ? .done : .specInvalid
    }
}
