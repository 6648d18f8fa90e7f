import AWSClients
import AWSCore
import BotSpec
package import Planning

/// `botctl diff`: what a deployment would change. Changes nothing itself.
package struct Diff {
    package struct Result: Sendable, Equatable {
        package var plan: Plan
        package var stack: String
        /// The stack's status, in CloudFormation's word; `nil` when there is none.
        package var status: String?
    }

    package static func run(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> Result {
        let spec = try context.loadSpec(telling: host).spec
        let package = try context.buildPackage(spec, host)
        let cloud = try Cloud(context, region: spec.region)
        let identity = try cloud.signIn(spec, host)
        let artifacts = ArtifactStore(cloud, account: identity.account, bot: spec.name, stage: spec.stage)
        let desired = DesiredStack(
            spec,
            bucket: artifacts.bucket,
            key: artifacts.key(of: package),
            architecture: package.architecture.rawValue
        )
        var deployed = DeployedState(template: nil, parameters: [:], manifest: nil)
        let stack = try cloud.attempt("describe the stack \(desired.name)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(desired.name)
        }
        if let stack, stack.status != .reviewInProgress, stack.status != .deleteComplete {
            deployed.template = try cloud.attempt("read the deployed template") { () throws(AWSError) in
                try cloud.cloudFormation.getTemplate(desired.name)
            }
            deployed.parameters = stack.parameters
            if stack.parameters[ArtifactParameter.key] != desired.parameters[ArtifactParameter.key],
                let bucket = stack.parameters[ArtifactParameter.bucket],
                let key = stack.parameters[ArtifactParameter.key]
            {
                deployed.manifest = try artifacts.manifest(forKey: key, in: bucket)
            }
        }
        return Result(
            plan: try deployed.plan(to: desired, package: package),
            stack: desired.name,
            status: stack?.status.word
        )
    }
}
