import ArgumentParser
import Operations

struct RollbackCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Go back to an earlier deployment.",
        discussion: """
            Takes the template and the package that were deployed then, shows the plan, and asks as deploy does. \
            Without a name it goes to the newest deployment that differs from what is there, so that a second \
            rollback undoes the first. The project's files stay as they are: the next deploy goes forward again. \
            Stored conversations are never rolled back.

            Examples:
              botctl rollback
              botctl rollback 20261122T211500123Z --stage prod --confirm prod
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "As `botctl history` names it.")
    var deployment: String?

    @OptionGroup var rollout: RolloutOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = DeployView(
            result: try Rollback.run(
                rollout.protection.apply(session.context),
                session.host,
                to: deployment,
                options: rollout.options
            )
        )
        session.host.finish()
        if !session.isJSON { session.console.error(view.headline(session.console.errorStyle)) }
        session.console.output(session.isJSON ? view.json : view.address)
        return .done
    }
}
