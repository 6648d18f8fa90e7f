import AWSClients
import AWSCore
import BotSpec
import CloudFormation
import Synthesis

/// The roles of a repository's CI jobs, and the provider by which IAM believes their tokens.
struct CISetup {
    let context: ProjectContext
    let host: any OperationHost
    let cloud: Cloud
    let loaded: LoadedSpec
    let account: String
    let trust: RepositoryTrust
    let permissionsBoundary: String?

    func run() throws(OperationError) -> BootstrapAccount.Roles {
        let name = CIStack.name(of: loaded.spec)
        let stack = CIStack(
            trust: trust,
            spec: loaded.spec,
            previews: try previews(),
            account: account,
            ownsProvider: try ownsProvider(name),
            permissionsBoundary: permissionsBoundary
        )
        let oversized = stack.oversized
        guard oversized.isEmpty else {
            throw OperationError(
                .ci,
                "the roles would be allowed more than fits into one: \(DeployerPolicy.inlineLimit) characters",
                details: oversized,
                fix: "list fewer patterns of stages, or give a role the managed policies that `botctl policy` prints"
            )
        }
        let desired = DesiredStack(
            name: name,
            template: stack.template,
            parameters: [:],
            tags: ["botctl:stack": "ci"]
        )
        let place =
            switch trust.deploysFrom {
            case .branch(let name): "the branch \(name)"
            case .environment(let name): "the environment \(name)"
            }
        let question =
            "Let jobs of \(trust.repository) on \(place) deploy \(loaded.spec.stackName), and those of its pull "
            + "requests \(stack.previews.isEmpty ? "see" : "deploy previews and see") what would change?"
        let applied = try SupportStack(cloud: cloud, context: context, host: host, desired: desired)
            .apply { plan, isNew in
                // Making the roles is what was asked for; widening them later may not be.
                Question(question, defaultAnswer: isNew || plan.summary.widerPermissions == 0)
            }
        return BootstrapAccount.Roles(
            trust: trust,
            stack: name,
            outcome: applied.outcome,
            deployRole: applied.stack.outputs[CIStack.deployRoleOutput.text] ?? "",
            pullRequestRole: applied.stack.outputs[CIStack.pullRequestRoleOutput.text] ?? "",
            stage: loaded.spec.stage,
            previews: stack.previews.compactMap { $0.pattern?.text }
        )
    }

    /// The spec as each pattern's stages see it. Those of another account need roles there.
    private func previews() throws(OperationError) -> [BotSpec] {
        var previews: [BotSpec] = []
        for pattern in loaded.stages.compactMap(StagePattern.init) {
            let spec = try Policy.spec(of: pattern, context)
            if let other = spec.account, other != account {
                host.notify(
                    .note("previews \(pattern.text) are of account \(other): run the command with its credentials, too")
                )
            } else {
                previews.append(spec)
            }
        }
        return previews
    }

    /// Whether the stack is to have the provider: it has it already, or nobody does.
    private func ownsProvider(_ name: String) throws(OperationError) -> Bool {
        let deployed = try SupportStack.deployedTemplate(name, cloud)
        if deployed?.resource(CIStack.provider.text) != nil { return true }
        let scope = DeployerScope(loaded.spec, account: account, previews: false)
        let arn = CIStack.providerARN(trust, account: account, partition: scope.partition)
        let provider = try cloud.attempt("look for the identity provider \(trust.issuer)") { () throws(AWSError) in
            try IAMClient(session: cloud.session).openIDConnectProvider(arn)
        }
        guard let provider else { return true }
        guard provider.clientIds.contains(trust.audience) else {
            throw OperationError(
                .ci,
                "the account has the identity provider \(trust.issuer), but not for the audience \(trust.audience)",
                details: provider.clientIds.map { "it has \($0)" },
                fix: "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn \(arn) "
                    + "--client-id \(trust.audience)"
            )
        }
        return false
    }
}
