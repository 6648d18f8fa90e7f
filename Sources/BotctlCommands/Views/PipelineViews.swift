import CloudFormation
import HandlerBuild
import Operations
import Synthesis

struct PolicyView {
    let result: Policy.Result

    /// The document alone, so that a shell can write it into a file.
    var text: String { result.document.encodedPretty() }

    func warning(_ style: Style) -> String {
        guard result.size > DeployerPolicy.managedLimit else { return "" }
        return """
            \(style.yellow("warning")): the policy has \(result.size) characters; a managed policy has at most \
            \(DeployerPolicy.managedLimit), a role's own policies \(DeployerPolicy.inlineLimit)
                \(style.faint("fix:")) attach it to the role as an inline policy

            """
    }

    /// The document as it is, in an envelope: its keys keep their order.
    var json: String {
        let document: TemplateValue = [
            "account": .string(result.account), "document": result.document, "formatVersion": 1,
            "job": .string(result.job.rawValue), "region": .string(result.region), "size": .int(result.size),
            "stage": .string(result.stage),
        ]
        return document.encodedPretty()
    }
}

struct BootstrapView {
    let result: BootstrapAccount.Result

    func text(_ style: Style) -> String {
        var lines = "\(style.bold(result.bucket)) \(verb(result.bucketOutcome)): packages of \(result.region)\n"
        guard let roles = result.roles else { return lines }
        lines += "\(style.bold(roles.stack)) \(verb(roles.outcome)): roles of \(roles.trust.repository)\n"
        lines += "\n" + instructions(roles) + "\n"
        return lines
    }

    private func instructions(_ roles: BootstrapAccount.Roles) -> String {
        switch roles.trust.host {
        case .github:
            """
            Tell the repository, once:
              gh variable set AWS_ROLE_ARN --repo \(roles.trust.repository) --body \(roles.deployRole)
              gh variable set AWS_PULL_REQUEST_ROLE_ARN --repo \(roles.trust.repository) --body \(roles.pullRequestRole)
              gh variable set BOTCTL_STAGE --repo \(roles.trust.repository) --body \(roles.stage)
            and have the workflow written: botctl init --ci github
            """
        case .gitlab:
            """
            Tell the project, once:
              glab variable set AWS_ROLE_ARN \(roles.deployRole) --repo \(roles.trust.repository)
              glab variable set AWS_PULL_REQUEST_ROLE_ARN \(roles.pullRequestRole) --repo \(roles.trust.repository)
              glab variable set BOTCTL_STAGE \(roles.stage) --repo \(roles.trust.repository)
            and have the pipeline written: botctl init --ci gitlab
            """
        }
    }

    private func verb(_ outcome: Deploy.Outcome) -> String {
        switch outcome {
        case .nothingToDo: "is there"
        case .created: "created"
        case .updated: "updated"
        }
    }

    var json: String {
        BotctlCommands.json(
            Document(
                account: result.account,
                region: result.region,
                bucket: result.bucket,
                bucketOutcome: result.bucketOutcome.rawValue,
                ci: result.roles.map {
                    Document.CI(
                        stack: $0.stack,
                        outcome: $0.outcome.rawValue,
                        host: $0.trust.host.rawValue,
                        repository: $0.trust.repository,
                        deployRole: $0.deployRole,
                        pullRequestRole: $0.pullRequestRole,
                        stage: $0.stage,
                        previews: $0.previews
                    )
                }
            )
        )
    }

    private struct Document: Encodable {
        struct CI: Encodable {
            var stack: String
            var outcome: String
            var host: String
            var repository: String
            var deployRole: String
            var pullRequestRole: String
            var stage: String
            var previews: [String]
        }
        var formatVersion = 1
        var account: String
        var region: String
        var bucket: String
        var bucketOutcome: String
        var ci: CI?
    }
}

struct InitCIView {
    let result: InitializeCI.Result

    func text(_ style: Style) -> String {
        let lines =
            result.written.map { "\(style.green("wrote")) \($0)\n" }
            + result.unchanged.map { "\(style.faint("as it is")) \($0)\n" }
        return lines.joined() + """

            Next: `botctl bootstrap --oidc \(result.ci.rawValue):…` makes the roles that it takes; what else to set is at \
            the top of \(result.ci == .github ? ".github/workflows/botctl.yml" : ".gitlab-ci.yml").

            """
    }

    func warning(_ style: Style) -> String {
        guard result.lacksPreviews else { return "" }
        return """
            \(style.yellow("warning")): the spec lists no pattern of stages for previews
                \(style.faint("fix:")) add `"pr-*": {}` under stages, or set the variable BOTCTL_PREVIEWS to off

            """
    }

    var json: String {
        BotctlCommands.json(
            Document(
                ci: result.ci.rawValue,
                written: result.written,
                unchanged: result.unchanged,
                lacksPreviews: result.lacksPreviews
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var ci: String
        var written: [String]
        var unchanged: [String]
        var lacksPreviews: Bool
    }
}
