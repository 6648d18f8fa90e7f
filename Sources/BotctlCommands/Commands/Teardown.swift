import ArgumentParser
import Operations

struct TeardownCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "teardown",
        abstract: "Delete the stage's stack, and say what is left.",
        discussion: """
            Conversations are kept unless the spec or --delete-data says otherwise, and named with the command that \
            deletes them. What goes with the stack: the token key, the packages, the logs. Repeated, it finds nothing \
            to do. Nothing that is not this bot's is touched.

            Examples:
              botctl teardown
              botctl teardown --stage test --yes --delete-data
            """
    )

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Delete the stored conversations, too.")
    var deleteData = false

    @OptionGroup var protection: ProtectionOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = TeardownView(
            result: try Teardown.run(protection.apply(session.context), deleteData: deleteData, session.host)
        )
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
