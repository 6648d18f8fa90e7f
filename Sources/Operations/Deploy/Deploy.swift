import AWSClients
import AWSCore
import BotSpec

/// `botctl deploy`: from the spec to a bot that runs, or to the news that it runs already.
package struct Deploy {
    package enum Outcome: String, Sendable { case nothingToDo, created, updated }

    package struct Result: Sendable, Equatable {
        package var outcome: Outcome
        package var outputs: BotOutputs
        /// Of the whole operation.
        package var seconds: Double
        /// `nil` when nothing was changed, it was not wanted, or nobody could be let in.
        package var smoke: SmokeTurn.Report?
    }

    package struct Options: Sendable, Equatable {
        /// Which plans are asked about.
        package var approval: Approval
        /// Talk to the bot before calling it deployed.
        package var smokes: Bool

        package init(approval: Approval = .any, smokes: Bool = true) {
            self.approval = approval
            self.smokes = smokes
        }
    }

    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options = Options()
    ) throws(OperationError) -> Result {
        let began = context.effects.clock.now()
        let loaded = try context.loadSpec(telling: host)
        let package = try context.buildPackage(loaded.spec, host)
        return try run(package, of: loaded, context, host, options: options, since: began)
    }

    static func run(
        _ package: BuiltPackage,
        of loaded: LoadedSpec,
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options,
        since began: Timestamp? = nil
    ) throws(OperationError) -> Result {
        let clock = context.effects.clock
        let began = began ?? clock.now()
        let stage = try Stage.open(loaded, context, host)
        let cloud = stage.cloud
        let rollout = Rollout(stage, context, host, approval: options.approval)
        let (outcome, stack) = try DeployRun(rollout: rollout, package: package).converge()
        let outputs = BotOutputs(stack, cloud)
        let seconds = began.duration(to: clock.now()).inSeconds
        let smoke = try SmokeTurn.run(options, outcome, context, loaded.spec, outputs, cloud, host)
        return Result(outcome: outcome, outputs: outputs, seconds: seconds, smoke: smoke)
    }
}

/// One deployment with everything it needs at hand. Every step can be repeated: a run that was killed is
/// finished by the next.
struct DeployRun {
    let rollout: Rollout
    let package: BuiltPackage

    private var spec: BotSpec { rollout.spec }
    private var cloud: Cloud { rollout.cloud }
    private var artifacts: ArtifactStore { rollout.artifacts }

    func converge() throws(OperationError) -> (Deploy.Outcome, Stack) {
        let (context, host) = (rollout.context, rollout.host)
        let desired = DesiredStack(
            spec,
            bucket: artifacts.bucket,
            key: artifacts.key(of: package),
            architecture: package.architecture.rawValue
        )
        let readiness = StackReadiness(cloud: cloud, context: context, host: host, name: desired.name)
        let stack = try readiness.makeReady()
        let deployedTemplate = try stack == nil ? nil : rollout.template(of: desired.name)
        let hotswap = try stack == nil ? nil : artifacts.hotswap()
        if let stack, let deployedTemplate, hotswap?.isAhead(of: stack) != true,
            try isUpToDate(stack, deployedTemplate, desired)
        {
            if let hotswap { try artifacts.forget(hotswap) }
            return (try rollout.protect(stack) ? .updated : .nothingToDo, stack)
        }
        let bootstrap = Bootstrap(cloud: cloud, context: context, host: host, artifacts: artifacts)
        let isUploaded = try bootstrap.ensureBucket(for: package)
        if try readiness.shellExists || stack != nil {
            try OtherRuns(cloud: cloud, context: context, host: host, stack: desired.name).settle()
        }
        // A plan that is declined leaves nothing behind; where nobody can decline it, CloudFormation plans meanwhile.
        let early = try isUploaded || rollout.mayAsk ? nil : bootstrap.beginUpload(package)
        defer { early?.cancel() }
        return try rollout.apply(
            desired,
            manifest: package.manifest,
            to: stack,
            deployedTemplate,
            hotswap: hotswap
        ) { () throws(OperationError) in
            if let early {
                try early.finish()
            } else if !isUploaded {
                try bootstrap.beginUpload(package).finish()
            }
            try rollout.ensureTokenKey()
        }
    }

    private func isUpToDate(
        _ stack: Stack,
        _ deployedTemplate: String,
        _ desired: DesiredStack
    ) throws(OperationError) -> Bool {
        guard desired.isState(of: stack, deployedTemplate) else { return false }
        guard TokenKeyStore.isNeeded(spec) else { return true }
        return try TokenKeyStore.exists(spec, cloud)
    }
}
