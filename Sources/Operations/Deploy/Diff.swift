import AWSClients
import AWSCore
import BotSpec
package import Planning

/// `botctl diff`: what a deployment would change. Changes nothing itself.
package struct Diff {
    package struct Options: Sendable, Equatable {
        /// Have CloudFormation compute the change too, by a change set that is deleted again.
        package var usesChangeSet: Bool
        /// Look for what was changed behind the stack's back.
        package var detectsDrift: Bool

        package init(usesChangeSet: Bool = false, detectsDrift: Bool = false) {
            self.usesChangeSet = usesChangeSet
            self.detectsDrift = detectsDrift
        }
    }

    package struct Result: Sendable, Equatable {
        package var plan: Plan
        package var stack: String
        /// The stack's status, in CloudFormation's word; `nil` when there is none.
        package var status: String?
        /// `nil` when it was not looked for.
        package var drift: [DriftedResource]?
        /// What the functions run that the stack does not know.
        package var hotswap: HotswapState?
    }

    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options = Options()
    ) throws(OperationError) -> Result {
        let loaded = try context.loadSpec(telling: host)
        let package = try context.buildPackage(loaded.spec, host)
        let stage = try Stage.open(loaded, context, host)
        let (spec, cloud, artifacts) = (stage.spec, stage.cloud, stage.artifacts)
        let desired = DesiredStack(
            spec,
            bucket: artifacts.bucket,
            key: artifacts.key(of: package),
            architecture: package.architecture.rawValue
        )
        var deployed = DeployedState(template: nil, parameters: [:], manifest: nil)
        var hotswap: HotswapState?
        let stack = try stage.stack()
        if let stack, stack.status != .reviewInProgress, stack.status != .deleteComplete {
            deployed.template = try cloud.attempt("read the deployed template") { () throws(AWSError) in
                try cloud.cloudFormation.getTemplate(desired.name)
            }
            deployed.parameters = stack.parameters
            let own = { () throws(OperationError) -> String? in
                guard stack.parameters[ArtifactParameter.key] != desired.parameters[ArtifactParameter.key],
                    let bucket = stack.parameters[ArtifactParameter.bucket],
                    let key = stack.parameters[ArtifactParameter.key]
                else { return nil }
                return try artifacts.manifest(forKey: key, in: bucket)
            }
            if let record = try artifacts.hotswap(aheadOf: stack) {
                hotswap = HotswapState(record, context.effects.clock.now())
                try deployed.run(record, insteadOf: own, desired)
            } else {
                deployed.manifest = try own()
            }
        }
        var plan = try deployed.plan(to: desired, manifest: package.manifest)
        let exists = deployed.template != nil
        if options.usesChangeSet { plan = try confirm(plan, desired, exists, artifacts, cloud, context, host) }
        if !plan.isEmpty { plan.execution = Execution.choose(for: plan, spec, exists ? stack : nil) }
        return Result(
            plan: plan,
            stack: desired.name,
            status: stack?.status.word,
            drift: options.detectsDrift && exists
                ? try drift(stack, deployed.template ?? "", desired, cloud, context, host)
                : options.detectsDrift ? [] : nil,
            hotswap: hotswap
        )
    }

    private static func drift(
        _ stack: Stack?,
        _ template: String,
        _ desired: DesiredStack,
        _ cloud: Cloud,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> [DriftedResource] {
        let found = try Drift(cloud: cloud, context: context, host: host, stack: desired.name).detect()
        guard let stack else { return found }
        return try CodeDrift(cloud: cloud, context: context, stack: stack, template: template).added(to: found)
    }

    private static func confirm(
        _ plan: Plan,
        _ desired: DesiredStack,
        _ exists: Bool,
        _ artifacts: ArtifactStore,
        _ cloud: Cloud,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> Plan {
        // Its key is its content's hash: the deployment that follows uses the same object.
        let template: TemplateSource =
            desired.fitsIntoRequest ? .body(desired.text) : .url(try artifacts.upload(template: desired.text))
        let preview = try ChangeSetRun(
            cloud: cloud,
            context: context,
            host: host,
            desired: desired,
            template: template,
            type: exists ? .update : .create
        ).preview()
        return preview.map { plan.confirmed(by: $0) } ?? plan
    }
}
