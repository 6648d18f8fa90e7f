import AWSClients
import AWSCore
import BotSpec
import CloudFormation
import Planning

/// How the functions of a stack come back from a hotswap.
extension Rollout {
    /// The stack is as it should be, and its functions run something else: they get the stack's package again, with
    /// the plan and the question of a deployment.
    func bringBack(
        _ hotswap: HotswapRecord,
        _ running: DeployedState,
        _ desired: DesiredStack,
        _ manifest: String?,
        _ stack: Stack
    ) throws(OperationError) -> Stack {
        let plan = try running.plan(to: desired, manifest: manifest)
        host.notify(.planned(plan))
        let question = DeployQuestion.make(plan: plan, spec: spec, isNew: false, approval: approval)
        if let question, try !context.confirm(question, host) {
            throw OperationError(
                .declined,
                "nothing was changed",
                fix: "run the command again when the plan is as you want it"
            )
        }
        try reconcile(hotswap, with: stack, template: desired.text)
        _ = try protect(stack)
        return stack
    }

    /// Ends a hotswap. CloudFormation gives functions code only where their stack's package changes; where it did
    /// not, they get it here.
    func reconcile(_ hotswap: HotswapRecord?, with stack: Stack, template: String) throws(OperationError) {
        guard let hotswap else { return }
        if hotswap.isAhead(of: stack), let key = stack.parameters[ArtifactParameter.key],
            let bucket = stack.parameters[ArtifactParameter.bucket]
        {
            let code = try FunctionCode(cloud, context, stack: stack.name, template: template)
            host.notify(.swapping(stack: stack.name, functions: code.functions.count))
            try code.update(bucket: bucket, key: key)
            if let sha256 = FunctionCode.sha256(ofKey: key) { try code.settle(sha256: sha256) }
        }
        try artifacts.forget(hotswap)
    }
}

extension DeployedState {
    /// What runs is what a plan compares with; but where that is wanted already, what the stack says.
    /// - Parameter stacks: the manifest of the stack's own package.
    mutating func run(
        _ hotswap: HotswapRecord,
        insteadOf stacks: () throws(OperationError) -> String?,
        _ desired: DesiredStack
    ) throws(OperationError) {
        if hotswap.isPackage(of: desired) {
            manifest = try stacks()
        } else {
            parameters[ArtifactParameter.key] = hotswap.package.key
            manifest = hotswap.manifest
        }
    }
}

extension HotswapRecord {
    /// Whether it is the package that a stack is to have; the keys are in different folders.
    func isPackage(of desired: DesiredStack) -> Bool {
        guard let wanted = desired.parameters[ArtifactParameter.key] else { return false }
        return FunctionCode.sha256(ofKey: wanted) == FunctionCode.sha256(ofKey: package.key)
    }
}

extension DesiredStack {
    /// A stack as it is; `nil` where its template cannot be read.
    init?(_ stack: Stack, _ template: String?) {
        guard let template = template.flatMap({ try? Template.parse($0) }) else { return nil }
        self.init(name: stack.name, template: template, parameters: stack.parameters, tags: stack.tags)
    }

    /// Whether a stack is this already.
    func isState(of stack: Stack, _ template: String) -> Bool {
        stack.parameters == parameters && stack.tags == tags && matches(template: template)
    }
}
