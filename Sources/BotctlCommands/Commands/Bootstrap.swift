import ArgumentParser
import Operations
import Synthesis

struct BootstrapCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootstrap",
        abstract: "Prepare an account: the bucket of packages, the roles of CI.",
        discussion: """
            The bucket is made by the first deploy, too, for whoever may. With --oidc it also makes two roles that the \
            CI jobs of one repository take by their own tokens, so that no key is stored: one deploys --stage from one \
            branch or environment, one shows pull requests what would change and deploys their previews. Shows each \
            plan, and asks. Repeated, it brings the roles up to the spec.

            Examples:
              botctl bootstrap
              botctl bootstrap --stage prod --oidc github:acme/support-bot
              botctl bootstrap --stage prod --oidc github:acme/support-bot@environment:production
              botctl bootstrap --stage prod --oidc gitlab:acme/bots/support@main
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(
        help: ArgumentHelp(
            "github:ORG/REPO or gitlab:GROUP/PROJECT, with @branch (default: main) or @environment:NAME.",
            valueName: "repository"
        )
    )
    var oidc: RepositoryTrust?

    @Option(help: ArgumentHelp("The managed policy that the roles of CI cannot go beyond.", valueName: "arn"))
    var permissionsBoundary: String?

    func validate() throws {
        guard permissionsBoundary == nil || oidc != nil else {
            throw ValidationError("--permissions-boundary is for the roles that --oidc makes")
        }
        if let arn = permissionsBoundary, !arn.hasPrefix("arn:") || !arn.contains(":policy/") {
            throw ValidationError("--permissions-boundary takes the ARN of a managed policy")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let options = BootstrapAccount.Options(trust: oidc, permissionsBoundary: permissionsBoundary)
        let view = BootstrapView(result: try BootstrapAccount.run(session.context, session.host, options: options))
        session.host.finish()
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        return .done
    }
}

extension RepositoryTrust: ExpressibleByArgument {
    package init?(argument: String) {
        guard let trust = try? RepositoryTrust(parsing: argument) else { return nil }
        self = trust
    }
}
