import AWSClients
import AWSCore

/// Leads a stack from whatever state it was left in to one that a change set can be made for.
struct StackReadiness {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let name: String

    /// A state that comes back after this many attempts is not left by trying again.
    private static let attempts = 4

    /// - Returns: the stack to update; `nil` when it is to be created.
    func makeReady() throws(OperationError) -> Stack? {
        for _ in 0..<Self.attempts {
            let stack = try describe(name)
            switch StackDecision.toDeploy(stack?.status) {
            case .create: return nil
            case .update: return stack
            case .wait(let why): try wait(stack, why)
            case .recreate(let why): try delete(stack, why)
            case .continueRollback(let why): try continueRollback(stack, why)
            case .refuse(let why, let fix):
                throw OperationError(.stackState, "the stack \(name) cannot be deployed to: \(why)", fix: fix)
            }
        }
        let status = try describe(name)?.status
        throw OperationError(
            .stackState,
            "the stack \(name) stays in \(status?.word ?? "an unknown state")",
            fix: "look at its events in the CloudFormation console, then deploy again"
        )
    }

    /// An empty stack that an unexecuted change set left behind.
    var shellExists: Bool {
        get throws(OperationError) { try describe(name)?.status == .reviewInProgress }
    }

    private func wait(_ stack: Stack?, _ why: String) throws(OperationError) {
        let others = OtherRuns(cloud: cloud, context: context, host: host, stack: name)
        let author = try others.author(of: stack).map { " by \($0.name) on \($0.host)" }
        host.notify(.waiting(stack: name, why: why + (author ?? "")))
        let id = stack?.id ?? name
        var schedule = PollingSchedule()
        let began = context.effects.clock.now()
        while let current = try describe(id), current.status.isInProgress {
            context.effects.clock.sleep(schedule.next(news: false))
            try context.checkInterrupted()
            host.notify(.stillWaiting(seconds: began.duration(to: context.effects.clock.now()).inSeconds))
        }
    }

    private func delete(_ stack: Stack?, _ why: String) throws(OperationError) {
        guard let stack else { return }
        let question = Question(
            "The stack \(name) cannot be updated: \(why). Delete what is left of it and create it anew?",
            defaultAnswer: stack.status == .rollbackComplete
        )
        guard try context.confirm(question, host) else {
            throw OperationError(.declined, "nothing was changed", fix: "delete the stack \(name), then deploy again")
        }
        let outcome = try StackDeletion(cloud: cloud, context: context, host: host, stack: stack).run()
        guard outcome.stack == nil else { throw StackDeletion.failure(outcome, name: name) }
    }

    private func continueRollback(_ stack: Stack?, _ why: String) throws(OperationError) {
        guard let stack else { return }
        let stuck = try cloud.attempt("read the resources of \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackResources(name).filter { $0.status == "UPDATE_FAILED" }
        }
        let names = stuck.map(\.logicalId).joined(separator: ", ")
        let question = Question(
            "The stack \(name) is stuck: \(why)\(names.isEmpty ? "" : " at \(names)"). Try to finish the rollback?",
            defaultAnswer: true
        )
        guard try context.confirm(question, host) else {
            throw OperationError(
                .declined,
                "nothing was changed",
                fix: "finish the rollback with `aws cloudformation continue-update-rollback --stack-name \(name)`"
            )
        }
        let now = context.effects.clock.now()
        let token = "\(ChangeSetRun.namePrefix)\(now.milliseconds)"
        try cloud.attempt("continue the rollback of \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.continueUpdateRollback(name, clientToken: token)
        }
        host.notify(.watching(stack: name, work: .rollback))
        let outcome = try StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: stack.id,
            name: name,
            token: token,
            since: now,
            work: .rollback
        ).run()
        guard outcome.stack?.status == .updateRollbackFailed else { return }
        let cause = RootCause.find(in: outcome.events)
        throw OperationError(
            .stackState,
            "the rollback of \(name) is still stuck",
            details: cause.map { ["\($0.logicalId) (\($0.resourceType)): \($0.statusReason ?? $0.status)"] } ?? [],
            fix: "repair what it names, or skip it: `aws cloudformation continue-update-rollback --stack-name "
                + "\(name) --resources-to-skip \(cause?.logicalId ?? "<logical id>")`"
        )
    }

    private func describe(_ name: String) throws(OperationError) -> Stack? {
        try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(name)
        }
    }
}
