import AWSClients
import AWSCore

/// Deletes a stack and follows the deletion to its end:
///
///     delete ──▶ gone
///       │ DELETE_FAILED: once more, for what was only slow or throttled
///       │ DELETE_FAILED: name what is stuck, ask
///       └──▶ delete, leaving exactly that behind ──▶ gone
struct StackDeletion {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let stack: Stack

    /// Resources that are left behind can uncover others that are stuck behind them.
    private static let rounds = 5

    /// - Returns: what was left behind, on consent, since it could not be deleted.
    /// - Throws: `stackState` when the stack stays; `declined` when what is stuck must not be left.
    func finish() throws(OperationError) -> [StuckResource] {
        var outcome = try run(leaving: [])
        if outcome.stack?.status == .deleteFailed, stack.status != .deleteFailed { outcome = try run(leaving: []) }
        var left: [StuckResource] = []
        for _ in 0..<Self.rounds {
            guard let remains = outcome.stack else { return left }
            let stuck = try StuckResource.find("DELETE_FAILED", in: remains, cloud)
            guard remains.status == .deleteFailed, !stuck.isEmpty else { break }
            try askToLeave(stuck)
            outcome = try run(leaving: stuck.map(\.logicalId))
            left.removeAll { old in stuck.contains { $0.logicalId == old.logicalId } }
            left += stuck
        }
        if outcome.stack == nil { return left }
        throw failure(outcome)
    }

    private func askToLeave(_ stuck: [StuckResource]) throws(OperationError) {
        for resource in stuck { host.notify(.note("cannot be deleted: \(resource.description)")) }
        let names = stuck.map(\.logicalId).joined(separator: ", ")
        let question = Question(
            "Delete the stack \(stack.name) all the same, and leave \(names) behind in the account?",
            defaultAnswer: false
        )
        guard try context.confirm(question, host) else {
            throw OperationError(
                .declined,
                "the stack \(stack.name) is deleted but for what could not be",
                details: stuck.map(\.description),
                fix: stuck.lazy.compactMap { KnownCause.find(reason: $0.reason, type: $0.type)?.wayOut }.first
                    ?? "remove what stands in the way, then run the command again"
            )
        }
    }

    private func run(leaving left: [String]) throws(OperationError) -> StackWatch.Outcome {
        // Events of the deletion begin after the newest one that is there: the machine's clock may be off.
        let newest = try cloud.attempt("read the events of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack.id, notBefore: stack.lastUpdated ?? stack.created).last
        }
        let token = "\(ChangeSetRun.namePrefix)\(context.effects.clock.now().milliseconds)"
        try context.effects.signals.shielded { () throws(OperationError) in
            try cloud.attempt("delete the stack \(stack.name)") { () throws(AWSError) in
                try cloud.cloudFormation.deleteStack(
                    stack.id,
                    retainResources: left,
                    deployment: DeploymentConfig(leftoverOf: stack),
                    clientToken: token
                )
            }
        }
        host.notify(.watching(stack: stack.name, work: .delete))
        var watch = StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: stack.id,
            name: stack.name,
            token: token,
            since: nil,
            work: .delete
        )
        watch.after = newest?.id
        let outcome = try watch.run()
        host.notify(outcome.settled(stack.name))
        return outcome
    }

    private func failure(_ outcome: StackWatch.Outcome) -> OperationError {
        let cause = RootCause.find(in: outcome.events)
        return OperationError(
            .stackState,
            "the stack \(stack.name) could not be deleted",
            details: cause.map(RootCause.details) ?? outcome.stack?.statusReason.map { [$0] } ?? [],
            fix: cause.flatMap { KnownCause.find(reason: $0.statusReason ?? "", type: $0.resourceType)?.wayOut }
                ?? "remove what stands in the way, then run the command again"
        )
    }
}
