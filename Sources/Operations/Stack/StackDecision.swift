package import AWSClients

/// What a deployment has to do with a stack, by the state that it finds the stack in.
package enum StackDecision: Sendable, Equatable {
    /// There is none, or only the empty shell of a change set that was never executed.
    case create
    case update
    /// Somebody is at work on it: look again when they are done.
    case wait(why: String)
    /// It can only be deleted. `why` says what happened, for the question.
    case recreate(why: String)
    /// Going back got stuck; it must be finished first.
    case continueRollback(why: String)
    /// A change failed half way and was left so; it must be taken back first.
    case rollBack(why: String)
    case refuse(why: String, fix: String)

    /// - Parameter status: `nil` when there is no stack.
    package static func toDeploy(_ status: StackStatus?) -> StackDecision {
        switch status {
        case nil, .deleteComplete, .reviewInProgress:
            .create
        case .createComplete, .updateComplete, .updateRollbackComplete, .importComplete, .importRollbackComplete:
            .update
        case .createInProgress:
            .wait(why: "it is being created")
        case .updateInProgress, .updateCompleteCleanupInProgress:
            .wait(why: "it is being updated")
        case .rollbackInProgress, .updateRollbackInProgress, .updateRollbackCompleteCleanupInProgress,
            .importRollbackInProgress:
            .wait(why: "a change failed and is being rolled back")
        case .deleteInProgress:
            .wait(why: "it is being deleted")
        case .importInProgress:
            .wait(why: "resources are being imported into it")
        case .createFailed:
            .recreate(why: "its creation failed and was not rolled back")
        case .rollbackComplete:
            .recreate(why: "its creation failed and everything in it was rolled back")
        case .rollbackFailed:
            .recreate(why: "its creation failed, and so did rolling it back")
        case .deleteFailed:
            .recreate(why: "an earlier deletion got stuck half way")
        case .updateFailed:
            .rollBack(why: "an update failed and was not rolled back")
        case .updateRollbackFailed:
            .continueRollback(why: "an update failed, and rolling it back got stuck")
        case .importRollbackFailed:
            .refuse(
                why: "an import of resources failed, and so did rolling it back",
                fix: "see what it names in `botctl events`, finish the rollback in the CloudFormation console, then "
                    + "deploy again; or tear the stage down, which keeps its table"
            )
        case .unknown(let word):
            .refuse(
                why: "it is in the state \(word), which this botctl does not know",
                fix: "look at the stack in the CloudFormation console, and update botctl"
            )
        }
    }
}

extension StackDecision {
    /// A change set can be made for the stack as it is.
    var isReady: Bool { self == .create || self == .update }

    /// What is in the stack now is what a deployment changes.
    var keepsStack: Bool {
        switch self {
        case .create, .recreate: false
        default: true
        }
    }
}

/// What a teardown has to do with a stack.
package enum TeardownDecision: Sendable, Equatable {
    case alreadyGone
    case delete
    case wait(why: String)

    /// - Parameter status: `nil` when there is no stack.
    package static func toTearDown(_ status: StackStatus?) -> TeardownDecision {
        switch status {
        case nil, .deleteComplete: .alreadyGone
        case .deleteInProgress: .wait(why: "it is being deleted already")
        case let status? where status.isInProgress: .wait(why: "CloudFormation is at work on it (\(status.word))")
        default: .delete
        }
    }
}

extension StackStatus {
    /// The last thing that was tried has worked.
    var isSuccess: Bool {
        switch self {
        case .createComplete, .updateComplete, .updateCompleteCleanupInProgress, .importComplete, .deleteComplete:
            true
        default: false
        }
    }

    /// The last thing that was tried has failed, and the stack is as it was before.
    var isRolledBack: Bool {
        switch self {
        case .rollbackComplete, .updateRollbackComplete, .updateRollbackCompleteCleanupInProgress,
            .importRollbackComplete:
            true
        default: false
        }
    }

    /// What was asked for has an outcome: cleaning up behind a finished update is not waited for.
    var isSettled: Bool {
        switch self {
        case .updateCompleteCleanupInProgress, .updateRollbackCompleteCleanupInProgress: true
        default: !isInProgress
        }
    }
}
