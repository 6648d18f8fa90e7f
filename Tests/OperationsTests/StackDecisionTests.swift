import AWSClients
import Operations
import Testing

@Suite struct StackDecisionTests {
    enum Kind { case create, update, wait, recreate, continueRollback, rollBack, refuse }

    static let deploy: [(StackStatus?, Kind)] = [
        (nil, .create), (.reviewInProgress, .create), (.deleteComplete, .create),
        (.createComplete, .update), (.updateComplete, .update), (.updateRollbackComplete, .update),
        (.importComplete, .update), (.importRollbackComplete, .update),
        (.createInProgress, .wait), (.updateInProgress, .wait), (.updateCompleteCleanupInProgress, .wait),
        (.rollbackInProgress, .wait), (.updateRollbackInProgress, .wait), (.deleteInProgress, .wait),
        (.updateRollbackCompleteCleanupInProgress, .wait), (.importInProgress, .wait),
        (.importRollbackInProgress, .wait),
        (.createFailed, .recreate), (.rollbackComplete, .recreate), (.rollbackFailed, .recreate),
        (.deleteFailed, .recreate),
        (.updateRollbackFailed, .continueRollback), (.updateFailed, .rollBack),
        (.importRollbackFailed, .refuse), (.unknown("NEW_STATE"), .refuse),
    ]

    @Test(arguments: deploy)
    func deployment(status: StackStatus?, kind: Kind) {
        let actual: Kind =
            switch StackDecision.toDeploy(status) {
            case .create: .create
            case .update: .update
            case .wait: .wait
            case .recreate: .recreate
            case .continueRollback: .continueRollback
            case .rollBack: .rollBack
            case .refuse: .refuse
            }
        #expect(actual == kind)
    }

    @Test func theTableHasEveryStatus() {
        let decided = Set(Self.deploy.compactMap { $0.0 })
        #expect(StackStatus.words.map(\.value).filter { !decided.contains($0) } == [])
        #expect(StackStatus.words.count == 23)
    }

    @Test(arguments: StackStatus.words.map(\.value))
    func teardown(status: StackStatus) {
        switch TeardownDecision.toTearDown(status) {
        case .alreadyGone: #expect(status == .deleteComplete)
        case .wait: #expect(status.isInProgress)
        case .delete: #expect(!status.isInProgress && status != .deleteComplete)
        }
    }

    @Test func teardownOfNothing() {
        #expect(TeardownDecision.toTearDown(nil) == .alreadyGone)
        #expect(TeardownDecision.toTearDown(.reviewInProgress) == .delete)
    }
}
