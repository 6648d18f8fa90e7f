import AWSClients
import AWSCore

/// What other runs of botctl have left on a stack, or are doing to it.
struct OtherRuns {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let stack: String

    /// How long the plan of a run on another machine may be waited for: its process cannot be looked at. Nobody
    /// thinks for longer, and where nobody is asked the plan is executed at once.
    private static func patience(_ owner: RunOwner) -> Duration { owner.asks ? .seconds(900) : .seconds(120) }

    /// Waits for the runs that have a plan and may still execute it, and removes the plans of those that are over.
    func settle() throws(OperationError) {
        var schedule = PollingSchedule()
        var told: RunOwner?
        while true {
            try context.checkInterrupted()
            let open = try unexecuted()
            guard let live = open.compactMap(liveOwner).first else { return try remove(open) }
            if told != live {
                host.notify(
                    .waiting(stack: stack, why: "\(live.name) on \(live.host) was first, and has a plan for it")
                )
            }
            told = live
            context.effects.clock.sleep(schedule.next(news: false))
        }
    }

    private func unexecuted() throws(OperationError) -> [ChangeSetSummary] {
        try cloud.attempt("list the change sets of \(stack)") { () throws(AWSError) in
            try cloud.cloudFormation.listChangeSets(stackName: stack).filter {
                $0.name.hasPrefix(ChangeSetRun.namePrefix) && $0.executionStatus != .complete
                    && $0.executionStatus != .inProgress
            }
        }
    }

    private func remove(_ changeSets: [ChangeSetSummary]) throws(OperationError) {
        try cloud.attempt("delete the change sets that interrupted runs left on \(stack)") { () throws(AWSError) in
            for changeSet in changeSets {
                try cloud.cloudFormation.deleteChangeSet(
                    changeSet.id.isEmpty ? changeSet.name : changeSet.id,
                    stackName: stack
                )
            }
        }
    }

    /// Whose change set the stack executed last, or is executing; `nil` where no run of ours made it.
    func author(of stack: Stack?) throws(OperationError) -> RunOwner? {
        guard let id = stack?.changeSetId else { return nil }
        let changeSet = try cloud.attempt("describe the change set that was executed last") { () throws(AWSError) in
            try cloud.cloudFormation.describeChangeSet(id, includePropertyValues: false)
        }
        return changeSet?.description.flatMap(RunOwner.init)
    }

    /// `nil` when the run is over, or this one.
    private func liveOwner(_ changeSet: ChangeSetSummary) -> RunOwner? {
        // One that failed, or that another execution has made obsolete, is nobody's plan any more.
        guard changeSet.executionStatus == .available || changeSet.status.isPending,
            let owner = changeSet.description.flatMap(RunOwner.init)
        else { return nil }
        return Self.isLive(owner, since: changeSet.created, context) ? owner : nil
    }

    /// Whether another run, which wrote its name down then, may still be at it.
    static func isLive(_ owner: RunOwner, since began: Timestamp?, _ context: ProjectContext) -> Bool {
        let processes = context.effects.processes
        if owner.host == processes.owner.host {
            return owner.process != processes.owner.process && processes.isRunning(owner.process)
        }
        guard let began else { return false }
        return began.duration(to: context.effects.clock.now()) < patience(owner)
    }
}
