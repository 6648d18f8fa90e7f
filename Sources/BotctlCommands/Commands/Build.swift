import ArgumentParser
import Operations

struct BuildCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "build",
        abstract: "Compile the handlers and pack them with the prompt and the rules.",
        discussion: """
            Writes .botctl/<stage>/package.zip. Handlers whose sources, flags and toolchain are unchanged are not \
            compiled again. Needs no AWS account.

            Examples:
              botctl build
              botctl build --stage prod --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = BuildView(package: try Build.run(session.context, session.host))
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
