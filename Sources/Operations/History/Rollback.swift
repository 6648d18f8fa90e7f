import AWSClients
import AWSCore
import BotSpec
import CloudFormation

/// `botctl rollback`: back to an earlier deployment's template and package, with the same plan and consent as a
/// deployment. The project's files stay as they are: the next deploy goes forward again.
package struct Rollback {
    /// - Parameters:
    ///   - id: of a record; `nil` means the newest that is not what the stack is now.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        to id: String?,
        options: Deploy.Options = Deploy.Options()
    ) throws(OperationError) -> Deploy.Result {
        let clock = context.effects.clock
        let began = clock.now()
        let stage = try Stage.open(context, host)
        let (spec, cloud, artifacts) = (stage.spec, stage.cloud, stage.artifacts)
        let readiness = StackReadiness(cloud: cloud, context: context, host: host, name: spec.stackName)
        _ = try readiness.makeReady()
        let stack = try cloud.deployedStack(of: spec)
        let rollout = Rollout(stage, context, host, approval: options.approval)
        let deployedTemplate = try rollout.template(of: stack.name)
        let hotswap = try artifacts.hotswap()
        let desired: DesiredStack
        if id == nil, hotswap?.isAhead(of: stack) == true, let own = DesiredStack(stack, deployedTemplate) {
            // What runs is no deployment; the newest that differs from it is the stack's own.
            desired = own
        } else {
            desired = try Self.desired(
                try choose(id, artifacts, stack, deployedTemplate, spec),
                artifacts,
                spec
            )
        }
        try OtherRuns(cloud: cloud, context: context, host: host, stack: stack.name).settle()
        let manifest = try desired.parameters[ArtifactParameter.key].map { key throws(OperationError) in
            try artifacts.manifest(forKey: key, in: artifacts.bucket)
        }
        let (outcome, end) = try rollout.apply(
            desired,
            manifest: manifest ?? nil,
            to: stack,
            deployedTemplate,
            hotswap: hotswap,
            prepare: rollout.ensureTokenKey
        )
        let outputs = BotOutputs(end, cloud)
        let seconds = began.duration(to: clock.now()).inSeconds
        return Deploy.Result(
            outcome: outcome,
            outputs: outputs,
            seconds: seconds,
            smoke: try SmokeTurn.run(options, outcome, context, spec, outputs, cloud, host)
        )
    }

    private static func choose(
        _ id: String?,
        _ artifacts: ArtifactStore,
        _ stack: Stack,
        _ template: String?,
        _ spec: BotSpec
    ) throws(OperationError) -> DeploymentRecord {
        let records = try artifacts.records()
        let found = records.first { record in id.map { record.id == $0 } ?? !record.isState(of: stack, template) }
        if let found { return found }
        throw OperationError(
            .noSuchDeployment,
            id.map { "\(stack.name) has no deployment \($0)" }
                ?? "\(stack.name) has no earlier deployment to go back to",
            fix: "`botctl history --stage \(spec.stage)` lists them"
        )
    }

    private static func desired(
        _ record: DeploymentRecord,
        _ artifacts: ArtifactStore,
        _ spec: BotSpec
    ) throws(OperationError) -> DesiredStack {
        let isThere = try record.package.map { key throws(OperationError) in try artifacts.contains(key) } ?? true
        guard isThere, let text = try artifacts.template(record), let template = try? Template.parse(text) else {
            throw OperationError(
                .noSuchDeployment,
                "the package or the template of the deployment \(record.id) is gone from \(artifacts.bucket)",
                fix: "choose another of `botctl history --stage \(spec.stage)`"
            )
        }
        return DesiredStack(name: spec.stackName, template: template, parameters: record.parameters, tags: record.tags)
    }
}
