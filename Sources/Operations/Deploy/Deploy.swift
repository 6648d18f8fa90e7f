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
        let clock = context.effects.clock
        let began = clock.now()
        let loaded = try context.loadSpec(telling: host)
        let package = try context.buildPackage(loaded.spec, host)
        let cloud = try Cloud(context, region: loaded.spec.region)
        let identity = try cloud.signIn(loaded.spec, host)
        let run = DeployRun(
            context: context,
            host: host,
            cloud: cloud,
            loaded: loaded,
            package: package,
            approval: options.approval,
            artifacts: ArtifactStore(
                cloud,
                account: identity.account,
                bot: loaded.spec.name,
                stage: loaded.spec.stage
            )
        )
        let (outcome, stack) = try run.converge()
        let outputs = BotOutputs(stack, cloud)
        let seconds = began.duration(to: clock.now()).inSeconds
        var smoke: SmokeTurn.Report?
        if options.smokes, outcome != .nothingToDo {
            host.notify(.smoking(stack: stack.name))
            smoke = try SmokeTurn(context: context, spec: loaded.spec, outputs: outputs).run(cloud)
        }
        return Result(outcome: outcome, outputs: outputs, seconds: seconds, smoke: smoke)
    }
}

/// One deployment with everything it needs at hand. Every step can be repeated: a run that was killed is
/// finished by the next.
struct DeployRun {
    let context: ProjectContext
    let host: any OperationHost
    let cloud: Cloud
    let loaded: LoadedSpec
    let package: BuiltPackage
    let approval: Approval
    let artifacts: ArtifactStore

    var spec: BotSpec { loaded.spec }

    func converge() throws(OperationError) -> (Deploy.Outcome, Stack) {
        let desired = DesiredStack(
            spec,
            bucket: artifacts.bucket,
            key: artifacts.key(of: package),
            architecture: package.architecture.rawValue
        )
        let readiness = StackReadiness(cloud: cloud, context: context, host: host, name: desired.name)
        let stack = try readiness.makeReady()
        let deployedTemplate = try stack == nil ? nil : template(of: desired.name)
        if let stack, let deployedTemplate, try isUpToDate(stack, deployedTemplate, desired) {
            return (try protect(stack) ? .updated : .nothingToDo, stack)
        }
        let bootstrap = Bootstrap(cloud: cloud, context: context, host: host, artifacts: artifacts)
        let isUploaded = try bootstrap.ensureBucket(for: package)
        if try readiness.shellExists || stack != nil {
            try OtherRuns(cloud: cloud, context: context, host: host, stack: desired.name).settle()
        }
        return try apply(desired, to: stack, deployedTemplate) { () throws(OperationError) in
            // A plan that is declined leaves nothing behind.
            if !isUploaded { try bootstrap.upload(package) }
            try ensureTokenKey()
        }
    }

    /// - Parameter prepare: makes what the functions need besides the stack, once the plan is consented to.
    private func apply(
        _ desired: DesiredStack,
        to stack: Stack?,
        _ deployedTemplate: String?,
        prepare: () throws(OperationError) -> Void
    ) throws(OperationError) -> (Deploy.Outcome, Stack) {
        let planning = DeployedState(
            template: deployedTemplate,
            parameters: stack?.parameters ?? [:],
            manifest: try deployedManifest(stack)
        )
        let changes = ChangeSetRun(
            cloud: cloud,
            context: context,
            host: host,
            desired: desired,
            template: desired.fitsIntoRequest
                ? .body(desired.text) : .url(try artifacts.upload(template: desired.text)),
            type: stack == nil ? .create : .update
        )
        let outcome = try changes.run { changeSet throws(OperationError) in
            let plan = try planning.plan(to: desired, package: package).confirmed(by: changeSet)
            host.notify(.planned(plan))
            let question = DeployQuestion.make(plan: plan, spec: spec, isNew: stack == nil, approval: approval)
            if let question, try !context.confirm(question, host) { return false }
            try prepare()
            return true
        }
        switch outcome {
        case .nothingToDo:
            // The stack is right; what it needs besides may have been taken away.
            try prepare()
            let current = try describe(desired.name)
            return (try protect(current) ? .updated : .nothingToDo, current)
        case .done(let end):
            let deployed = try DeployFailure.check(end, desired: desired, loaded: loaded)
            _ = try protect(deployed)
            return (stack == nil ? .created : .updated, deployed)
        }
    }

    private func isUpToDate(
        _ stack: Stack,
        _ deployedTemplate: String,
        _ desired: DesiredStack
    ) throws(OperationError) -> Bool {
        guard stack.parameters == desired.parameters, stack.tags == desired.tags,
            desired.matches(template: deployedTemplate)
        else { return false }
        guard TokenKeyStore.isNeeded(spec) else { return true }
        return try TokenKeyStore.exists(spec, cloud)
    }

    private func ensureTokenKey() throws(OperationError) {
        guard TokenKeyStore.isNeeded(spec) else { return }
        if try TokenKeyStore.ensure(spec, cloud, randomBytes: context.effects.randomBytes) {
            host.notify(.tokenKeyCreated(parameter: TokenKeyStore.parameter(of: spec)))
        }
    }

    private func template(of stack: String) throws(OperationError) -> String? {
        try cloud.attempt("read the deployed template") { () throws(AWSError) in
            try cloud.cloudFormation.getTemplate(stack)
        }
    }

    private func deployedManifest(_ stack: Stack?) throws(OperationError) -> String? {
        guard let bucket = stack?.parameters[ArtifactParameter.bucket],
            let key = stack?.parameters[ArtifactParameter.key]
        else { return nil }
        return try artifacts.manifest(forKey: key, in: bucket)
    }

    private func describe(_ name: String) throws(OperationError) -> Stack {
        let stack = try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(name)
        }
        guard let stack else {
            throw OperationError(
                .stackState,
                "the stack \(name) has gone while it was being deployed",
                fix: "find out who deletes it, then deploy again"
            )
        }
        return stack
    }

    /// Termination protection is no part of a change set.
    /// - Returns: whether it had to be changed.
    private func protect(_ stack: Stack) throws(OperationError) -> Bool {
        guard stack.hasTerminationProtection != spec.protect else { return false }
        try cloud.attempt("set the termination protection of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.updateTerminationProtection(stack.name, enabled: spec.protect)
        }
        host.notify(.note("termination protection of \(stack.name) is \(spec.protect ? "on" : "off") now"))
        return true
    }
}
