import AWSClients
import AWSCore
import BotSpec
import Synthesis

/// Brings one stack to what it should be: plan, consent, execution, and the record of it. Deploy and rollback differ
/// in where the desired stack comes from.
struct Rollout {
    let context: ProjectContext
    let host: any OperationHost
    let cloud: Cloud
    let loaded: LoadedSpec
    let approval: Approval
    let artifacts: ArtifactStore

    init(_ stage: Stage, _ context: ProjectContext, _ host: any OperationHost, approval: Approval) {
        self.context = context
        self.host = host
        self.approval = approval
        cloud = stage.cloud
        loaded = stage.loaded
        artifacts = stage.artifacts
    }

    var spec: BotSpec { loaded.spec }

    /// - Parameters:
    ///   - manifest: what is in the desired package; `nil` where nobody knows.
    ///   - hotswap: the last one, whether it still counts or not.
    ///   - prepare: makes what the functions need besides the stack, once the plan is consented to.
    func apply(
        _ desired: DesiredStack,
        manifest: String?,
        to stack: Stack?,
        _ deployedTemplate: String?,
        hotswap: HotswapRecord?,
        prepare: () throws(OperationError) -> Void
    ) throws(OperationError) -> (Deploy.Outcome, Stack) {
        let ahead = stack.flatMap { stack in hotswap.flatMap { $0.isAhead(of: stack) ? $0 : nil } }
        var planning = DeployedState(
            template: deployedTemplate,
            parameters: stack?.parameters ?? [:],
            manifest: try ahead == nil ? deployedManifest(stack) : nil
        )
        if let ahead {
            try planning.run(ahead, insteadOf: { () throws(OperationError) in try deployedManifest(stack) }, desired)
        }
        if let stack, let ahead, deployedTemplate.map({ desired.isState(of: stack, $0) }) == true {
            try prepare()
            return (.updated, try bringBack(ahead, planning, desired, manifest, stack))
        }
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
            let plan = try planning.plan(to: desired, manifest: manifest).confirmed(by: changeSet)
            host.notify(.planned(plan))
            let question = DeployQuestion.make(plan: plan, spec: spec, isNew: stack == nil, approval: approval)
            if let question, try !context.confirm(question, host) { return false }
            try keepWhatIsThere(stack, deployedTemplate)
            try prepare()
            return true
        }
        switch outcome {
        case .nothingToDo:
            // The stack is right; what it needs besides may have been taken away.
            try prepare()
            let current = try describe(desired.name)
            if let ahead { return (.updated, try bringBack(ahead, planning, desired, manifest, current)) }
            return (try protect(current) ? .updated : .nothingToDo, current)
        case .done(let end):
            let deployed = try DeployFailure.check(end, desired: desired, loaded: loaded)
            _ = try protect(deployed)
            let record = DeploymentRecord(
                desired,
                time: context.effects.clock.now(),
                author: context.effects.processes.owner
            )
            try artifacts.record(record, template: desired.text)
            try reconcile(hotswap, with: deployed, template: desired.text)
            return (stack == nil ? .created : .updated, deployed)
        }
    }

    /// A run that was killed before it wrote its record leaves a deployment that could not be gone back to.
    private func keepWhatIsThere(_ stack: Stack?, _ template: String?) throws(OperationError) {
        guard let stack, let template, stack.parameters[ArtifactParameter.key] != nil,
            try artifacts.records(limit: 1).first?.isState(of: stack, template) != true
        else { return }
        let record = DeploymentRecord(
            time: stack.lastUpdated ?? stack.created ?? context.effects.clock.now(),
            author: try OtherRuns(cloud: cloud, context: context, host: host, stack: stack.name).author(of: stack),
            parameters: stack.parameters,
            tags: stack.tags,
            template: template
        )
        try artifacts.record(record, template: template)
    }

    func template(of stack: String) throws(OperationError) -> String? {
        try cloud.attempt("read the deployed template") { () throws(AWSError) in
            try cloud.cloudFormation.getTemplate(stack)
        }
    }

    func deployedManifest(_ stack: Stack?) throws(OperationError) -> String? {
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
    func protect(_ stack: Stack) throws(OperationError) -> Bool {
        guard stack.hasTerminationProtection != spec.protect else { return false }
        try cloud.attempt("set the termination protection of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.updateTerminationProtection(stack.name, enabled: spec.protect)
        }
        host.notify(.note("termination protection of \(stack.name) is \(spec.protect ? "on" : "off") now"))
        return true
    }

    func ensureTokenKey() throws(OperationError) {
        guard TokenKeyStore.isNeeded(spec) else { return }
        if try TokenKeyStore.ensure(spec, cloud, randomBytes: context.effects.randomBytes) {
            host.notify(.tokenKeyCreated(parameter: TokenKeyStore.parameter(of: spec)))
        }
    }
}
