import AWSClients
import AWSCore

/// Leads a stack back to where it was before an update that failed:
///
///     UPDATE_FAILED ──roll back──┐
///                                ▼
///     UPDATE_ROLLBACK_FAILED ──continue──▶ UPDATE_ROLLBACK_COMPLETE
///            ▲     │ fails again: name what is stuck, ask
///            └─────┴──continue, skipping exactly that──▶ UPDATE_ROLLBACK_COMPLETE
struct RollbackRecovery {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let stack: Stack

    /// Resources that are skipped can uncover others that are stuck behind them.
    private static let rounds = 5

    private var name: String { stack.name }

    /// Takes back what failed half way. A rollback that gets stuck in its turn is the next state to be led out of.
    func begin(_ why: String) throws(OperationError) {
        let question = Question(
            "The stack \(name) is stuck: \(why). Roll it back to how it was before?",
            defaultAnswer: true
        )
        guard try context.confirm(question, host) else { throw declined }
        _ = try watch("roll back \(name)") { token throws(AWSError) in
            try cloud.cloudFormation.rollbackStack(
                stack.id,
                deployment: DeploymentConfig(leftoverOf: stack),
                clientToken: token
            )
        }
    }

    /// Finishes a rollback that got stuck: first as it is, then without what cannot be rolled back.
    func finish(_ why: String) throws(OperationError) {
        let names = try stuck().map(\.logicalId).joined(separator: ", ")
        let question = Question(
            "The stack \(name) is stuck: \(why)\(names.isEmpty ? "" : " at \(names)"). Try to finish the rollback?",
            defaultAnswer: true
        )
        guard try context.confirm(question, host) else { throw declined }
        var skipped: [String] = []
        for _ in 0..<Self.rounds {
            let outcome = try watch("continue the rollback of \(name)") { [skipped] token throws(AWSError) in
                try cloud.cloudFormation.continueUpdateRollback(stack.id, resourcesToSkip: skipped, clientToken: token)
            }
            guard outcome.stack?.status == .updateRollbackFailed else {
                if !skipped.isEmpty { host.notify(.note(Self.differs(skipped))) }
                return
            }
            let stuck = try stuck()
            guard !stuck.isEmpty else { throw stillStuck(outcome) }
            try askToSkip(stuck)
            skipped = stuck.map(\.logicalId)
        }
        throw stillStuck(nil)
    }

    private func askToSkip(_ stuck: [StuckResource]) throws(OperationError) {
        for resource in stuck { host.notify(.note("cannot be rolled back: \(resource.description)")) }
        let names = stuck.map(\.logicalId).joined(separator: ", ")
        let (it, stays) = stuck.count == 1 ? ("it", "stays as it is") : ("them", "stay as they are")
        let question = Question(
            "Finish the rollback of \(name) without \(names)? CloudFormation takes \(it) for rolled back, but what is "
                + "there \(stays), and may differ from the template.",
            defaultAnswer: false
        )
        guard try context.confirm(question, host) else {
            throw OperationError(
                .declined,
                "the rollback of \(name) is still stuck",
                details: stuck.map(\.description),
                fix: "repair what is named, then run the command again"
            )
        }
    }

    private static func differs(_ skipped: [String]) -> String {
        "\(skipped.joined(separator: ", ")) may differ from the template now: `botctl diff --drift` says how"
    }

    private func stuck() throws(OperationError) -> [StuckResource] {
        try StuckResource.find("UPDATE_FAILED", in: stack, cloud)
    }

    private func watch(
        _ doing: String,
        _ call: (_ token: String) throws(AWSError) -> Void
    ) throws(OperationError) -> StackWatch.Outcome {
        // Events of the work begin after the newest one that is there: the machine's clock may be off.
        let newest = try cloud.attempt("read the events of \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack.id, notBefore: stack.lastUpdated ?? stack.created).last
        }
        let token = "\(ChangeSetRun.namePrefix)\(context.effects.clock.now().milliseconds)"
        try context.effects.signals.shielded { () throws(OperationError) in
            try cloud.attempt(doing) { () throws(AWSError) in try call(token) }
        }
        host.notify(.watching(stack: name, work: .rollback))
        var watch = StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: stack.id,
            name: name,
            token: token,
            since: nil,
            work: .rollback
        )
        watch.after = newest?.id
        let outcome = try watch.run()
        host.notify(outcome.settled(name))
        return outcome
    }

    private var declined: OperationError {
        OperationError(
            .declined,
            "nothing was changed, and the stack \(name) is still in \(stack.status.word)",
            fix: "run the command again to lead it out of that state"
        )
    }

    private func stillStuck(_ outcome: StackWatch.Outcome?) -> OperationError {
        let cause = outcome.flatMap { RootCause.find(in: $0.events) }
        return OperationError(
            .stackState,
            "the rollback of \(name) is still stuck",
            details: cause.map(RootCause.details) ?? [],
            fix: "repair what `botctl status` names, then run the command again"
        )
    }
}
