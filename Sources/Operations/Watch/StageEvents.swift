import AWSClients
import AWSCore
import BotSpec

/// `botctl events`: what happened to the stage's stack, and with `--follow` what is happening.
package struct StageEvents {
    package struct Result: Sendable, Equatable {
        package var stack: String
        /// In CloudFormation's word; that of a deleted stack is `DELETE_COMPLETE`.
        package var status: String
        /// Oldest first; empty when they were followed: the host has been told of them.
        package var events: [ResourceEvent]
        /// The last work has failed, and the stack is as it was before.
        package var isRolledBack: Bool
        package var hasFailed: Bool
    }

    /// - Parameters:
    ///   - age: events older than this are left out.
    ///   - follow: goes on until CloudFormation is done with what it is at.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        age: Duration,
        follow: Bool
    ) throws(OperationError) -> Result {
        let spec = try context.loadSpec(telling: host).spec
        let cloud = try Cloud(context, region: spec.region)
        if spec.account != nil { _ = try cloud.signIn(spec, host) }
        let stack = try cloud.deployedStack(of: spec)
        if follow, stack.status.isInProgress {
            return try join(stack, cloud, context, host)
        }
        let since = context.effects.clock.now().advanced(by: .zero - age)
        let events = try cloud.attempt("read the events of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack.id, notBefore: since)
        }
        return Result(
            stack: stack.name,
            status: stack.status.word,
            events: events.map(ResourceEvent.init),
            isRolledBack: stack.status.isRolledBack,
            hasFailed: stack.status.word.hasSuffix("_FAILED")
        )
    }

    /// Watches the work from its beginning: the last event in which the stack itself went to work.
    private static func join(
        _ stack: Stack,
        _ cloud: Cloud,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> Result {
        let recent = try cloud.attempt("read the events of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack.id, notBefore: stack.lastUpdated ?? stack.created)
        }
        let begin = recent.last {
            $0.isOfStack && ["CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"].contains($0.status)
        }
        let work = StackWork(stack.status)
        host.notify(.watching(stack: stack.name, work: work))
        let outcome = try StackWatch(
            cloud: cloud,
            context: context,
            host: host,
            stack: stack.id,
            name: stack.name,
            token: begin?.clientToken ?? "",
            changeSet: stack.changeSetId,
            since: begin?.time ?? stack.lastUpdated ?? stack.created,
            work: work,
            began: begin?.time
        ).run()
        host.notify(outcome.settled(stack.name))
        let status = outcome.stack?.status ?? .deleteComplete
        return Result(
            stack: stack.name,
            status: status.word,
            events: [],
            isRolledBack: status.isRolledBack,
            hasFailed: status.word.hasSuffix("_FAILED")
        )
    }
}

extension StackWork {
    /// Of a stack that CloudFormation is working at.
    init(_ status: StackStatus) {
        switch status {
        case .createInProgress: self = .create
        case .deleteInProgress: self = .delete
        case .rollbackInProgress, .updateRollbackInProgress, .importRollbackInProgress,
            .updateRollbackCompleteCleanupInProgress:
            self = .rollback
        default: self = .update
        }
    }
}
