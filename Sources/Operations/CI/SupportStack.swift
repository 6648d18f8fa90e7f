import AWSClients
import AWSCore
import CloudFormation
import Planning

/// A stack beside the bots' own, by the way that theirs go: made ready, planned, consented to, executed, watched.
struct SupportStack {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let desired: DesiredStack

    /// The template that is deployed; `nil` where there is none that could be updated.
    static func deployedTemplate(_ name: String, _ cloud: Cloud) throws(OperationError) -> Template? {
        let text = try cloud.attempt("read the stack \(name)") { () throws(AWSError) -> String? in
            guard let stack = try cloud.cloudFormation.describeStack(name),
                StackDecision.toDeploy(stack.status) == .update
            else { return nil }
            return try cloud.cloudFormation.getTemplate(name)
        }
        return text.flatMap { try? Template.parse($0) }
    }

    /// - Parameter question: after the plan; it is asked whatever `--approve` says elsewhere.
    func apply(
        _ question: (_ plan: Plan, _ isNew: Bool) -> Question
    ) throws(OperationError) -> (outcome: Deploy.Outcome, stack: Stack) {
        let name = desired.name
        let readiness = StackReadiness(cloud: cloud, context: context, host: host, name: name)
        let stack = try readiness.makeReady()
        let deployed =
            try stack.map { _ throws(OperationError) in
                try cloud.attempt("read the deployed template of \(name)") { () throws(AWSError) in
                    try cloud.cloudFormation.getTemplate(name)
                }
            } ?? nil
        if let stack, let deployed, desired.matches(template: deployed) { return (.nothingToDo, stack) }
        if try readiness.shellExists || stack != nil {
            try OtherRuns(cloud: cloud, context: context, host: host, stack: name).settle()
        }
        let before = DeployedState(template: deployed, parameters: stack?.parameters ?? [:], manifest: nil)
        let changes = ChangeSetRun(
            cloud: cloud,
            context: context,
            host: host,
            desired: desired,
            template: .body(desired.text),
            type: stack == nil ? .create : .update
        )
        let outcome = try changes.run { changeSet throws(OperationError) in
            let plan = try before.plan(to: desired, manifest: nil).confirmed(by: changeSet)
            host.notify(.planned(plan))
            return try context.confirm(question(plan, stack == nil), host)
        }
        switch outcome {
        case .nothingToDo:
            guard let stack else { throw failure(nil) }
            return (.nothingToDo, stack)
        case .done(let end):
            guard let changed = end.stack, changed.status.isSuccess else { throw failure(end) }
            return (stack == nil ? .created : .updated, changed)
        }
    }

    private func failure(_ end: StackWatch.Outcome?) -> OperationError {
        let cause = end.flatMap { RootCause.find(in: $0.events) }
        let known = cause.flatMap { KnownCause.find(reason: $0.statusReason ?? "", type: $0.resourceType) }
        return OperationError(
            end?.stack?.status.isRolledBack ?? true ? .rolledBack : .stackState,
            "the stack \(desired.name) could not be deployed",
            details: cause.map { RootCause.details(of: $0) } ?? [],
            fix: known?.wayOut ?? "correct the cause, then run the command again"
        )
    }
}
