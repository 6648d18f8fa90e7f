import AWSClients
import AWSCore
import BotSpec
import Planning
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

    /// Whether somebody may be asked about the plan.
    var mayAsk: Bool {
        if spec.protect, context.confirmation != spec.stage { return true }
        return approval != .never && !context.assumeYes
    }

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
        let work = stack == nil ? StackWork.create : .update
        var (timings, changed): ([DeploymentTiming], Int) = ([], 0)
        let expected = try planning.plan(to: desired, manifest: manifest)
        let (outcome, plan) = try execute(changes, expected, stack) { plan throws(OperationError) in
            host.notify(.planned(plan))
            let question = DeployQuestion.make(
                plan: plan,
                spec: spec,
                isNew: stack == nil,
                isProtected: spec.protect || stack?.hasTerminationProtection == true,
                approval: approval
            )
            if let question, try !context.confirm(question, host) { return false }
            timings = try keepWhatIsThere(stack, deployedTemplate)
            if let stack, !desired.template.hostsWidget { try HostedWidget(stack, cloud, host)?.remove() }
            try prepare()
            changed = plan.changes.count
            if let estimate = timings.estimate(work, changes: changed) { host.notify(estimate) }
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
            _ = try protect(deployed, isConsented: true)
            let record = DeploymentRecord(
                desired,
                time: context.effects.clock.now(),
                author: context.effects.processes.owner,
                timings: [DeploymentTiming(work: work, seconds: end.seconds, changes: changed)] + timings
            )
            try artifacts.record(record, template: desired.text)
            try reconcile(hotswap, with: deployed, template: desired.text)
            try settle(plan, desired)
            return (stack == nil ? .created : .updated, deployed)
        }
    }

    /// Runs the change set in the mode that suits its plan. CloudFormation may see more in it than the templates show:
    /// then the mode is chosen anew, and with it the change set.
    private func execute(
        _ changes: ChangeSetRun,
        _ expected: Plan,
        _ stack: Stack?,
        approve: (Plan) throws(OperationError) -> Bool
    ) throws(OperationError) -> (ChangeSetRun.Outcome, Plan) {
        var plan = expected
        var execution = Execution.choose(for: expected, spec, stack)
        while true {
            var changes = changes
            changes.deployment = DeploymentConfig(execution)
            changes.onRefusal = {
                execution = Execution(.standard, because: "CloudFormation refuses express mode: \($0)")
            }
            var isUnsuited = false
            do throws(OperationError) {
                let outcome = try changes.run { changeSet throws(OperationError) in
                    plan = expected.confirmed(by: changeSet)
                    let suited = Execution.choose(for: plan, spec, stack)
                    if execution.mode == .express, suited.mode == .standard {
                        (execution, isUnsuited) = (suited, true)
                        return false
                    }
                    plan.execution = execution
                    return try approve(plan)
                }
                return (outcome, plan)
            } catch {
                guard isUnsuited, error.code == .declined else { throw error }
            }
        }
    }

    /// Express mode ends before Lambda is done with the functions: until then they serve the old code.
    private func settle(_ plan: Plan, _ desired: DesiredStack) throws(OperationError) {
        guard plan.execution?.mode == .express,
            plan.changes.contains(where: { $0.type == "AWS::Lambda::Function" && $0.action != .remove }),
            let sha256 = desired.parameters[ArtifactParameter.key].flatMap(FunctionCode.sha256(ofKey:))
        else { return }
        try FunctionCode(cloud, context, stack: desired.name, template: desired.text).settle(sha256: sha256)
    }

    /// A run that was killed before it wrote its record leaves a deployment that could not be gone back to.
    /// - Returns: how long the deployments before this one took.
    private func keepWhatIsThere(
        _ stack: Stack?,
        _ template: String?
    ) throws(OperationError) -> [DeploymentTiming] {
        guard let stack, let template, stack.parameters[ArtifactParameter.key] != nil else { return [] }
        let newest = try artifacts.records(limit: 1).first
        let timings = newest?.timings ?? []
        if newest?.isState(of: stack, template) == true { return timings }
        let record = DeploymentRecord(
            time: stack.lastUpdated ?? stack.created ?? context.effects.clock.now(),
            author: try OtherRuns(cloud: cloud, context: context, host: host, stack: stack.name).author(of: stack),
            parameters: stack.parameters,
            tags: stack.tags,
            template: template,
            timings: timings
        )
        try artifacts.record(record, template: template)
        return timings
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
    /// - Parameter isConsented: the stage's name was asked for already.
    /// - Returns: whether it had to be changed.
    func protect(_ stack: Stack, isConsented: Bool = false) throws(OperationError) -> Bool {
        guard stack.hasTerminationProtection != spec.protect else { return false }
        if !spec.protect, !isConsented {
            let question = Question(
                "Take the termination protection of \(stack.name) away?",
                defaultAnswer: false,
                confirmation: spec.stage
            )
            guard try context.confirm(question, host) else {
                throw OperationError(
                    .declined,
                    "\(stack.name) is still protected",
                    fix: "write protect: true for the stage, or deploy again and type its name"
                )
            }
        }
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
