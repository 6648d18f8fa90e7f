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

    /// - Parameter recreates: whether a stack that can only be deleted may be, on consent.
    /// - Returns: the stack to update; `nil` when it is to be created.
    func makeReady(recreates: Bool = true) throws(OperationError) -> Stack? {
        for _ in 0..<Self.attempts {
            let stack = try describe(name)
            switch StackDecision.toDeploy(stack?.status) {
            case .create: return nil
            case .update: return stack
            case .wait(let why): try wait(stack, why)
            case .recreate(let why):
                guard recreates else {
                    throw OperationError(
                        .stackState,
                        "the stack \(name) has nothing to go back to: \(why)",
                        fix: "run `botctl deploy`: it deletes what is left of the stack and creates it anew"
                    )
                }
                try delete(stack, why)
            case .continueRollback(let why): try recovery(of: stack)?.finish(why)
            case .rollBack(let why): try recovery(of: stack)?.begin(why)
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

    private func recovery(of stack: Stack?) -> RollbackRecovery? {
        stack.map { RollbackRecovery(cloud: cloud, context: context, host: host, stack: $0) }
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
        if stack.hasTerminationProtection {
            throw OperationError(
                .protected,
                "the stack \(name) cannot be updated, and is protected against deletion: \(why)",
                fix: "see that nobody needs it; then `aws cloudformation update-termination-protection "
                    + "--no-enable-termination-protection --stack-name \(name)`, and deploy again"
            )
        }
        let data = try StackData.read(stack, cloud)
        let sentences = data.map(\.sentence).map { " " + $0 }.joined()
        let question = Question(
            "The stack \(name) cannot be updated: \(why).\(sentences) Delete what is left of it and create it anew?",
            defaultAnswer: stack.status == .rollbackComplete && !data.contains(where: \.isLoss),
            // What customers have written goes only where somebody says so by name.
            confirmation: data.contains(where: \.isLoss) ? context.stage : nil
        )
        guard try context.confirm(question, host) else {
            throw OperationError(.declined, "nothing was changed", fix: "delete the stack \(name), then deploy again")
        }
        let deletion = StackDeletion(cloud: cloud, context: context, host: host, stack: stack)
        for left in try deletion.finish() { host.notify(.note(left.isLeft(in: cloud.session.region))) }
    }

    private func describe(_ name: String) throws(OperationError) -> Stack? {
        try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.describeStack(name)
        }
    }
}
