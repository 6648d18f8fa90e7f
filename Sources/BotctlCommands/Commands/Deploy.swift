import ArgumentParser
import Operations

struct DeployCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy",
        abstract: "Bring the bot to AWS: build, upload, plan, ask, execute.",
        discussion: """
            Shows the plan before anything changes, and asks. What is up to date is left alone. Ctrl-C before the \
            plan is executed changes nothing; after that it only stops watching. A run that was interrupted is \
            finished by the next.

            Examples:
              botctl deploy
              botctl deploy --stage prod --yes      (in CI)
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = DeployView(result: try Deploy.run(session.context, session.host))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
