package import AWSClients
package import BotSpec
package import Planning

extension Execution {
    /// Express where nothing is at stake and nothing has to settle before a customer can be answered.
    /// - Parameter stack: `nil` when it is to be created.
    package static func choose(for plan: Plan, _ spec: BotSpec, _ stack: Stack?) -> Execution {
        if let stack, stack.isFailed {
            return stack.deploymentMode == .express
                ? Execution(.express, because: "the last operation failed in this mode, and is to be finished in it")
                : Execution(.standard, because: "the last operation failed in this mode, and is to be finished in it")
        }
        switch spec.deployment {
        case .express: return Execution(.express, because: "the spec says so")
        case .standard: return Execution(.standard, because: "the spec says so")
        case .auto: break
        }
        let summary = plan.summary
        if spec.protect { return Execution(.standard, because: "the stage is protected") }
        if summary.dataLoss > 0 { return Execution(.standard, because: "data would be lost") }
        if summary.replace > 0 { return Execution(.standard, because: "something would be replaced") }
        guard stack != nil else { return Execution(.standard, because: "everything in it is new and has to get ready") }
        if let change = plan.changes.first(where: { $0.action != .remove && settles.contains($0.type) }) {
            return Execution(.standard, because: "\(change.logicalId) has to be ready before the bot is tried")
        }
        return Execution(.express, because: "nothing has to get ready but the functions, which botctl waits for")
    }

    /// What a turn uses, and works only some time after it is made or changed: roles and their policies reach every
    /// server within seconds, tables and guardrails are built.
    private static let settles: Set = [
        "AWS::IAM::Role", "AWS::IAM::Policy", "AWS::DynamoDB::Table", "AWS::Bedrock::Guardrail",
        "AWS::Bedrock::GuardrailVersion",
    ]
}

extension DeploymentConfig {
    /// - Returns: `nil` for CloudFormation's own standard, which older endpoints know only.
    init?(_ execution: Execution) {
        guard execution.mode == .express else { return nil }
        self.init(.express)
    }

    /// For deleting or rolling back what an express operation has left.
    init?(leftoverOf stack: Stack) {
        guard stack.isFailed, stack.deploymentMode == .express else { return nil }
        self.init(.express)
    }
}

extension Stack {
    /// The last operation failed and was not undone.
    fileprivate var isFailed: Bool {
        switch status {
        case .createFailed, .rollbackFailed, .updateFailed, .updateRollbackFailed, .deleteFailed: true
        default: false
        }
    }
}
