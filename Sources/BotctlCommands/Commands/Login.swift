import ArgumentParser
import Operations

struct LoginCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in through IAM Identity Center, for botctl and the AWS CLI.",
        discussion: """
            Prints an address and a code: open the address in a browser, on any device, and confirm the code. The \
            profile needs an sso_session (`aws configure sso`). The sign-in is kept where the AWS CLI keeps its own \
            (~/.aws/sso/cache), readable by you alone.

            Examples:
              botctl login --profile deployer
              AWS_PROFILE=deployer botctl login --json
            """
    )

    @OptionGroup var global: GlobalOptions

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = LoginView(result: try Login.run(session.context, session.host))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}
