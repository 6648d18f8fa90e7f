import ArgumentParser
import Operations
import Synthesis

struct PolicyCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Print the IAM policy that deploying this bot needs.",
        discussion: """
            Least privilege for this spec and stage: names, account and region are in it, and only what the spec asks \
            for. Print it anew when the spec gets alarms, a guardrail or another stage. Needs the account: the spec's, \
            --account, or credentials.

            Examples:
              botctl policy --stage prod > policy.json
              botctl policy --stage prod --for diff --account 123456789012
              botctl policy --for preview
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("What is to be done: deploy, diff, teardown, preview.", valueName: "job")
    )
    var job = DeployerPolicy.Job.deploy

    @Option(help: ArgumentHelp("The account, instead of the spec's or the credentials'.", valueName: "id"))
    var account: String?

    func validate() throws {
        guard let account else { return }
        guard account.utf8.count == 12, account.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw ValidationError("--account takes the 12 digits of an account")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = PolicyView(
            result: try Policy.run(session.context, session.host, job: job, account: account)
        )
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text)
        session.console.error(view.warning(session.console.errorStyle))
        return .done
    }
}

extension DeployerPolicy.Job: ExpressibleByArgument {}
