import AWSClients
import AWSCore
import Planning

/// One change set, from its making to the end of its execution or its removal.
struct ChangeSetRun {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    let desired: DesiredStack
    let template: TemplateSource
    let type: ChangeSetRequest.StackType
    /// `nil` is CloudFormation's own standard.
    var deployment: DeploymentConfig?
    /// Told why CloudFormation does not take `deployment`; the change set is made without.
    var onRefusal: (String) -> Void = { _ in }

    enum Outcome {
        case nothingToDo
        case done(StackWatch.Outcome)
    }

    /// Ours are recognised by this, also those that an interrupted run left behind.
    static let namePrefix = "botctl-"

    /// CloudFormation is eventually consistent.
    private static let patience = Duration.seconds(15)

    /// - Parameter approve: shows what will happen and says whether it may; `nil` changes nothing.
    func run(approve: (ChangeSet) throws(OperationError) -> Bool) throws(OperationError) -> Outcome {
        let name = "\(Self.namePrefix)\(context.effects.clock.now().milliseconds)"
        let changeSet: ChangeSet
        do throws(OperationError) {
            changeSet = try create(name)
            if changeSet.isEmpty {
                try discard(name)
                return .nothingToDo
            }
            guard changeSet.status == .createComplete else {
                throw OperationError(
                    .aws,
                    "CloudFormation could not plan the change of \(desired.name)",
                    details: [changeSet.statusReason ?? changeSet.status.word],
                    fix: "correct what it names, then deploy again"
                )
            }
            guard try approve(changeSet) else {
                throw OperationError(
                    .declined,
                    "nothing was changed",
                    fix: "run the command again when the plan is as you want it"
                )
            }
            try context.checkInterrupted()
        } catch {
            // What stopped the run must not stop the tidying: neither Ctrl-C nor a second error.
            try? quiet.discard(name)
            throw error
        }
        return .done(try execute(changeSet))
    }

    /// What CloudFormation would do. The change set is deleted again, and with it the empty stack that it needed.
    /// - Returns: `nil` when it would do nothing.
    func preview() throws(OperationError) -> ChangeSet? {
        var found: ChangeSet?
        do throws(OperationError) {
            let outcome = try run { changeSet in
                found = changeSet
                return false
            }
            if case .nothingToDo = outcome { return nil }
        } catch {
            guard error.code == .declined, found != nil else { throw error }
        }
        return found
    }

    private func create(_ name: String) throws(OperationError) -> ChangeSet {
        host.notify(.creatingChangeSet(stack: desired.name, name: name))
        let request = ChangeSetRequest(
            stackName: desired.name,
            name: name,
            type: type,
            template: template,
            parameters: desired.parameters.mapValues { .value($0) },
            capabilities: desired.template.capabilities,
            tags: desired.tags,
            description: context.effects.processes.owner.description,
            clientToken: name,
            deployment: deployment
        )
        let created = try cloud.attempt("create a change set for the stack \(desired.name)") { () throws(AWSError) in
            do throws(AWSError) {
                return try cloud.cloudFormation.createChangeSet(request)
            } catch {
                guard deployment != nil, error.refusesDeploymentConfig else { throw error }
                onRefusal(error.message)
                var request = request
                request.deployment = nil
                return try cloud.cloudFormation.createChangeSet(request)
            }
        }
        var schedule = PollingSchedule()
        let began = context.effects.clock.now()
        while true {
            let changeSet = try cloud.attempt("describe the change set \(name)") { () throws(AWSError) in
                try cloud.cloudFormation.describeChangeSet(created.id, stackName: desired.name)
            }
            if let changeSet, !changeSet.status.isPending { return changeSet }
            // It may not be seen yet; but one that another run took for a leftover never comes.
            guard changeSet != nil || began.duration(to: context.effects.clock.now()) < Self.patience else {
                throw OperationError(
                    .stackState,
                    "the change set \(name) has gone while it was being made",
                    fix: "see that nobody else deploys \(desired.name) at the moment, then deploy again"
                )
            }
            context.effects.clock.sleep(schedule.next(news: false))
            try context.checkInterrupted()
            host.notify(.stillWaiting(seconds: began.duration(to: context.effects.clock.now()).inSeconds))
        }
    }

    private func execute(_ changeSet: ChangeSet) throws(OperationError) -> StackWatch.Outcome {
        // From here on the stack may be at work: interrupts are the watch's to answer.
        try context.effects.signals.shielded { () throws(OperationError) in
            try cloud.attempt("execute the change set \(changeSet.name)") { () throws(AWSError) in
                try cloud.cloudFormation.executeChangeSet(
                    changeSet.id.isEmpty ? changeSet.name : changeSet.id,
                    stackName: desired.name,
                    clientToken: changeSet.name
                )
            }
        }
        let work = type == .create ? StackWork.create : .update
        host.notify(.watching(stack: desired.name, work: work))
        let outcome = try StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: changeSet.stackId.isEmpty ? desired.name : changeSet.stackId,
            name: desired.name,
            token: changeSet.name,
            changeSet: changeSet.id,
            since: changeSet.created,
            work: work,
            canCancel: work == .update
        ).run()
        host.notify(outcome.settled(desired.name))
        if outcome.wasCancelled, outcome.stack?.status.isRolledBack == true {
            throw OperationError(
                .interrupted,
                "the update of \(desired.name) was cancelled; the stack is as it was before",
                fix: "run the same command again when it is to change after all"
            )
        }
        return outcome
    }

    /// The same run, deaf to Ctrl-C.
    private var quiet: ChangeSetRun {
        get throws(OperationError) {
            var context = context
            context.effects.isInterrupted = { false }
            let cloud = try Cloud(context, region: cloud.session.region)
            return ChangeSetRun(
                cloud: cloud,
                context: context,
                host: host,
                desired: desired,
                template: template,
                type: type
            )
        }
    }

    private func discard(_ name: String) throws(OperationError) {
        try cloud.attempt("delete the change set \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.deleteChangeSet(name, stackName: desired.name)
        }
        guard type == .create else { return }
        try removeShell(token: "\(name)-shell")
    }

    /// A change set for a new stack leaves an empty stack in review behind: deleted unless it holds another's.
    /// - Parameter token: of this run: another run's deletion of an earlier shell is not this one.
    private func removeShell(token: String) throws(OperationError) {
        try cloud.attempt("delete the empty stack \(desired.name)") { () throws(AWSError) in
            guard try cloud.cloudFormation.describeStack(desired.name)?.status == .reviewInProgress,
                try cloud.cloudFormation.listChangeSets(stackName: desired.name).isEmpty
            else { return }
            try cloud.cloudFormation.deleteStack(desired.name, clientToken: token)
        }
    }
}
