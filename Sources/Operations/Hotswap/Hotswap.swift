package import AWSClients
import AWSCore
import BotSpec
import Planning

/// `botctl deploy --hotswap`: other code, prompt, rules and settings for the functions of a deployed bot, within a
/// moment, behind CloudFormation's back. The next deployment brings stack and functions together again.
package struct Hotswap {
    package enum Outcome: String, Sendable {
        case nothingToDo
        /// The functions run a package that the stack does not know.
        case swapped
        /// The functions run the stack's own package again.
        case restored
    }

    package struct Result: Sendable, Equatable {
        package var outcome: Outcome
        /// Of the package that runs now, lower-case hex.
        package var sha256: String
        /// Names on AWS.
        package var functions: [String]
        package var outputs: BotOutputs
        /// Of the whole operation, without the smoke turn.
        package var seconds: Double
        /// Of these, how long Lambda was waited for after it had taken all the code.
        package var settling: Double
        package var smoke: SmokeTurn.Report?
    }

    package struct Options: Sendable, Equatable {
        /// Which plans are asked about.
        package var approval: Approval
        package var smokes: Bool
        /// Return when every function serves the new code, not as soon as Lambda has taken it.
        package var waits: Bool

        package init(approval: Approval = .any, smokes: Bool = false, waits: Bool = true) {
            self.approval = approval
            self.smokes = smokes
            self.waits = waits
        }
    }

    package enum End: Sendable, Equatable {
        case hotswap(Result)
        /// Only CloudFormation could make the change, and somebody has said yes to that.
        case deployment(Deploy.Result)
    }

    /// Builds, and swaps; a change that needs CloudFormation is offered as a normal deployment where somebody can be
    /// asked.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options
    ) throws(OperationError) -> End {
        let loaded = try context.loadSpec(telling: host)
        let package = try context.buildPackage(loaded.spec, host)
        do throws(OperationError) {
            return .hotswap(try run(package, of: loaded, context, host, options: options))
        } catch {
            let consent = Consent.decide(assumeYes: context.assumeYes, isTerminal: context.effects.isTerminal)
            guard error.code == .needsDeployment, consent != .nobodyToAsk else { throw error }
            let text =
                error.details.isEmpty ? error.message : "\(error.message): \(error.details.joined(separator: ", "))"
            guard try context.confirm(Question("\(text). Deploy normally?", defaultAnswer: true), host) else {
                throw error
            }
        }
        let deployment = Deploy.Options(approval: options.approval, smokes: options.smokes)
        return .deployment(try Deploy.run(package, of: loaded, context, host, options: deployment))
    }

    /// - Throws: `needsDeployment` for what only CloudFormation can change, `hotswapFailed` when a function did not
    ///   take its code.
    package static func run(
        _ package: BuiltPackage,
        of loaded: LoadedSpec,
        _ context: ProjectContext,
        _ host: any OperationHost,
        options: Options = Options(approval: .never)
    ) throws(OperationError) -> Result {
        let began = context.effects.clock.now()
        let stage = try Stage.open(loaded, context, host)
        let rollout = Rollout(stage, context, host, approval: options.approval)
        var result = try HotswapRun(rollout: rollout, package: package, waits: options.waits).run()
        result.seconds = began.duration(to: context.effects.clock.now()).inSeconds
        if options.smokes, result.outcome != .nothingToDo {
            host.notify(.smoking(stack: result.outputs.stack))
            result.smoke = try SmokeTurn(context: context, spec: loaded.spec, outputs: result.outputs).run(stage.cloud)
        }
        return result
    }
}

/// One hotswap. Killed anywhere, it is finished by the next, or undone by a deployment.
private struct HotswapRun {
    let rollout: Rollout
    let package: BuiltPackage
    let waits: Bool

    private var context: ProjectContext { rollout.context }
    private var artifacts: ArtifactStore { rollout.artifacts }

    func run() throws(OperationError) -> Hotswap.Result {
        let stack = try HotswapTarget(rollout: rollout).stack()
        let desired = DesiredStack(
            rollout.spec,
            bucket: artifacts.bucket,
            key: artifacts.key(of: package),
            architecture: package.architecture.rawValue
        )
        guard let template = try rollout.template(of: stack.name) else { throw HotswapTarget.gone(stack.name) }
        try HotswapTarget.check(stack, template, desired, rollout.spec, manifest: package.manifest)
        let code = try FunctionCode(rollout.cloud, context, stack: stack.name, template: template)
        let last = try artifacts.hotswap()
        let ahead = last.flatMap { $0.isAhead(of: stack) ? $0 : nil }
        if let ahead, !ahead.isFinished, let owner = ahead.owner, OtherRuns.isLive(owner, since: ahead.time, context) {
            throw OperationError(
                .stackState,
                "\(ahead.author) is hotswapping \(stack.name) at the moment",
                fix: "run the command again when that has ended"
            )
        }
        let isOwn = stack.parameters[ArtifactParameter.key] == desired.parameters[ArtifactParameter.key]
        var result = Hotswap.Result(
            outcome: .nothingToDo,
            sha256: package.sha256,
            functions: code.functions.map(\.name),
            outputs: BotOutputs(stack, rollout.cloud),
            seconds: 0,
            settling: 0
        )
        if let ahead {
            if ahead.isPackage(of: desired), ahead.isFinished { return result }
        } else if isOwn {
            if let last { try artifacts.forget(last) }
            return result
        }
        try ask(stack, template, desired, ahead)
        if let ahead, isOwn {
            result.outcome = .restored
            try rollout.reconcile(ahead, with: stack, template: template)
        } else {
            result.outcome = .swapped
            result.settling = try swap(code, over: stack, last)
        }
        return result
    }

    private func ask(
        _ stack: Stack,
        _ template: String,
        _ desired: DesiredStack,
        _ ahead: HotswapRecord?
    ) throws(OperationError) {
        var running = DeployedState(template: template, parameters: stack.parameters, manifest: nil)
        let own = { () throws(OperationError) in try rollout.deployedManifest(stack) }
        if let ahead { try running.run(ahead, insteadOf: own, desired) } else { running.manifest = try own() }
        let plan = try running.plan(to: desired, manifest: package.manifest)
        rollout.host.notify(.planned(plan))
        let question = DeployQuestion.make(plan: plan, spec: rollout.spec, isNew: false, approval: rollout.approval)
        if let question, try !context.confirm(question, rollout.host) {
            throw OperationError(
                .declined,
                "nothing was changed",
                fix: "run the command again when the plan is as you want it"
            )
        }
        try context.checkInterrupted()
    }

    /// - Returns: how long Lambda was waited for, in seconds.
    private func swap(_ code: FunctionCode, over stack: Stack, _ last: HotswapRecord?) throws(OperationError) -> Double
    {
        let clock = context.effects.clock
        rollout.host.notify(
            .uploading(bucket: artifacts.bucket, key: artifacts.key(of: package), bytes: package.zip.count)
        )
        let stored = try artifacts.uploadHotswap(package)
        var record = HotswapRecord(
            package: stored,
            manifest: package.manifest,
            over: stack.parameters[ArtifactParameter.key] ?? "",
            time: clock.now(),
            owner: context.effects.processes.owner,
            superseded: (last.map { $0.superseded + [$0.package] } ?? []).filter { $0 != stored }
        )
        // From here on others know of it, whatever happens to this run.
        try artifacts.keep(record)
        rollout.host.notify(.swapping(stack: stack.name, functions: code.functions.count))
        try code.update(bucket: artifacts.bucket, key: stored.key)
        let taken = clock.now()
        if waits { try code.settle(sha256: package.sha256) }
        let settling = taken.duration(to: clock.now()).inSeconds
        try artifacts.delete(record.superseded)
        (record.superseded, record.isFinished) = ([], true)
        try artifacts.keep(record)
        return settling
    }
}

/// Whether a stack can be hotswapped.
private struct HotswapTarget {
    let rollout: Rollout

    /// - Throws: `notDeployed` without a stack, `stackState` while CloudFormation is at it or after it has failed.
    func stack() throws(OperationError) -> Stack {
        let stack = try rollout.cloud.deployedStack(of: rollout.spec)
        switch StackDecision.toDeploy(stack.status) {
        case .update: return stack
        case .wait(let why):
            throw OperationError(
                .stackState,
                "\(stack.name) cannot be hotswapped at the moment: \(why)",
                fix: "wait for its end (`botctl events --follow`), then run the command again"
            )
        default:
            throw OperationError(
                .stackState,
                "\(stack.name) cannot be hotswapped: it is in \(stack.status.word)",
                fix: "deploy without --hotswap: that takes the stack out of this state"
            )
        }
    }

    static func gone(_ stack: String) -> OperationError {
        OperationError(.stackState, "the stack \(stack) has gone meanwhile", fix: "deploy without --hotswap")
    }

    /// - Throws: `needsDeployment` with everything but the package that differs.
    static func check(
        _ stack: Stack,
        _ template: String,
        _ desired: DesiredStack,
        _ spec: BotSpec,
        manifest: String
    ) throws(OperationError) {
        var parameters = stack.parameters
        parameters[ArtifactParameter.key] = desired.parameters[ArtifactParameter.key]
        let plan = try DeployedState(template: template, parameters: parameters, manifest: manifest)
            .plan(to: desired, manifest: manifest)
        var differences = plan.changes.map { "\($0.action.rawValue) \($0.logicalId) (\($0.type))" }
        differences += plan.parameters.map { "the parameter \($0.name)" } + plan.outputs.map { "the output \($0.name)" }
        if stack.tags != desired.tags { differences.append("the stack's tags") }
        if stack.hasTerminationProtection != spec.protect { differences.append("the stack's protection") }
        if differences.isEmpty, !desired.matches(template: template) { differences.append("the template") }
        guard !differences.isEmpty else { return }
        let shown = differences.prefix(8)
        let rest = differences.count - shown.count
        throw OperationError(
            .needsDeployment,
            "more than the package differs, which only CloudFormation can change",
            details: shown + (rest > 0 ? ["and \(rest) more"] : []),
            fix: "deploy without --hotswap: `botctl deploy --stage \(spec.stage)`"
        )
    }
}
