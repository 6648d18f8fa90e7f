package import AWSClients

/// What a stack's state means in words, and what each command does about it: one table for `status`, `diff` and the
/// documentation.
package struct StackStanding: Sendable, Equatable {
    /// In words; completes "the stack …".
    package var meaning: String
    package var deploy: String
    package var rollback: String
    package var teardown: String
    /// The command that leads on, with the stage's name; `nil` where nothing has to be done.
    package var next: String?

    /// - Parameter status: `nil` when there is no stack.
    package init(_ status: StackStatus?, stage: String) {
        let decision = StackDecision.toDeploy(status)
        meaning = Self.meaning(status, decision)
        deploy = Self.deploy(decision)
        rollback = Self.rollback(decision)
        switch TeardownDecision.toTearDown(status) {
        case .alreadyGone: teardown = "finds no stack, and removes what is left besides"
        case .wait: teardown = "waits for the end, then looks again"
        case .delete where status == .reviewInProgress: teardown = "removes the empty stack"
        case .delete: teardown = "deletes it; asks before it leaves behind what cannot be deleted"
        }
        next = Self.next(status, decision).map { "botctl \($0) --stage \(stage)" }
    }

    private static func meaning(_ status: StackStatus?, _ decision: StackDecision) -> String {
        switch (decision, status) {
        case (.create, .reviewInProgress): "is empty: the plan of an interrupted run was never executed"
        case (.create, _): "is not there"
        case (.update, .updateRollbackComplete), (.update, .importRollbackComplete):
            "works, and is as it was before the last change, which failed"
        case (.update, _): "works"
        case (.wait(let why), _), (.recreate(let why), _), (.continueRollback(let why), _), (.rollBack(let why), _),
            (.refuse(let why, _), _):
            why
        }
    }

    private static func deploy(_ decision: StackDecision) -> String {
        switch decision {
        case .create: "creates it"
        case .update: "updates it"
        case .wait: "waits for the end, then looks again"
        case .recreate:
            "asks, deletes what is left and creates it anew; names tables, and wants the stage's name before it "
                + "deletes one with data"
        case .continueRollback: "asks, and finishes the rollback first; asks again before it skips what is stuck"
        case .rollBack: "asks, and rolls the failed update back first"
        case .refuse: "refuses"
        }
    }

    private static func rollback(_ decision: StackDecision) -> String {
        switch decision {
        case .create: "refuses: nothing is deployed"
        case .update: "goes back to an earlier deployment"
        case .recreate: "refuses, and deletes nothing: there is nothing to go back to"
        case .wait, .continueRollback, .rollBack: "does as deploy does, then goes back"
        case .refuse: "refuses"
        }
    }

    private static func next(_ status: StackStatus?, _ decision: StackDecision) -> String? {
        switch decision {
        case .update: nil
        case .wait: "events --follow"
        case .refuse: "events"
        case .recreate where status == .deleteFailed: "teardown"
        case .create, .recreate, .continueRollback, .rollBack: "deploy"
        }
    }
}
