import AWSClients
import AWSCore
import BotSpec

/// A stage to work on: its spec, the session of whoever works, and where its packages are.
struct Stage {
    let loaded: LoadedSpec
    let cloud: Cloud
    let artifacts: ArtifactStore

    var spec: BotSpec { loaded.spec }

    /// Loads the spec and signs in.
    static func open(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> Stage {
        try open(try context.loadSpec(telling: host), context, host)
    }

    /// - Throws: `wrongAccount` when the spec names another account than the credentials'.
    static func open(
        _ loaded: LoadedSpec,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> Stage {
        let spec = loaded.spec
        let cloud = try Cloud(context, region: spec.region)
        let identity = try cloud.signIn(spec, host)
        return Stage(
            loaded: loaded,
            cloud: cloud,
            artifacts: ArtifactStore(cloud, account: identity.account, bot: spec.name, stage: spec.stage)
        )
    }

    /// `nil` when there is none.
    func stack() throws(OperationError) -> Stack? {
        try cloud.attempt("describe the stack \(spec.stackName)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(spec.stackName)
        }
    }
}
