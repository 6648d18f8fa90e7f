import ArgumentParser
import Operations

struct ForgetCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Delete everything that is stored of one customer.",
        discussion: """
            Messages, sessions, feedback and counters of the user, and a second reading that finds nothing. Without \
            --yes it asks first. Backups of the table (point-in-time recovery) keep them until they expire.

            Examples:
              botctl forget --user v_2vC9MHBm7cVpBGVDzpVw5Q --dry-run
              botctl forget --user v_2vC9MHBm7cVpBGVDzpVw5Q --yes
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The user's id: the partition key of the user's items.", valueName: "id"))
    var user: String

    @Flag(help: "Only count the items.")
    var dryRun = false

    @OptionGroup var protection: ProtectionOptions

    func validate() throws {
        // DynamoDB's limit for a partition key
        // (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
        guard (1...2048).contains(user.utf8.count) else {
            throw ValidationError("--user takes an id of 1 to 2048 bytes")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = ForgetView(
            result: try Forget.run(protection.apply(session.context), user: user, isDryRun: dryRun, session.host)
        )
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
