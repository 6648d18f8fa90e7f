import AWSClients
import AWSCore

/// Deletes a stack and follows the deletion to its end.
struct StackDeletion {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let stack: Stack

    func run() throws(OperationError) -> StackWatch.Outcome {
        let now = context.effects.clock.now()
        let token = "\(ChangeSetRun.namePrefix)\(now.milliseconds)"
        // Events of the deletion begin after the newest one that is there: the machine's clock may be off.
        let newest = try cloud.attempt("read the events of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack.id, notBefore: stack.lastUpdated ?? stack.created).last
        }
        try cloud.attempt("delete the stack \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.deleteStack(
                stack.id,
                deployment: DeploymentConfig(leftoverOf: stack),
                clientToken: token
            )
        }
        host.notify(.watching(stack: stack.name, work: .delete))
        var watch = StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: stack.id,
            name: stack.name,
            token: token,
            since: nil
        )
        watch.after = newest?.id
        let outcome: StackWatch.Outcome
        do throws(OperationError) {
            outcome = try watch.run()
        } catch {
            guard error.code == .interrupted else { throw error }
            throw OperationError(
                .interrupted,
                "stopped watching; CloudFormation goes on deleting \(stack.name)",
                fix: "run the same command again to see how it ended"
            )
        }
        host.notify(outcome.settled(stack.name))
        return outcome
    }

    static func failure(_ outcome: StackWatch.Outcome, name: String) -> OperationError {
        let cause = RootCause.find(in: outcome.events)
        return OperationError(
            .stackState,
            "the stack \(name) could not be deleted",
            details: cause.map(RootCause.details) ?? outcome.stack?.statusReason.map { [$0] } ?? [],
            fix: cause.flatMap { KnownCause.find(reason: $0.statusReason ?? "", type: $0.resourceType)?.wayOut }
                ?? "remove what stands in the way, then run the command again"
        )
    }
}
