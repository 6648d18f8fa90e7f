import AWSClients
import Operations
import Synchronization
import Testing

/// Leads a stack into each state that CloudFormation knows, by what really leads there where that is a run of botctl.
extension ScriptedFixture {
    static func inState(_ status: StackStatus?) throws -> ScriptedFixture {
        try made.withLock { _ in
            if let known = cache[status] { return known.copy() }
            let fixture = try make(status)
            cache[status] = fixture
            return fixture.copy()
        }
    }

    /// Each state is led to once; what a test does to its copy stays there.
    private static let made = Mutex(())
    private nonisolated(unsafe) static var cache: [StackStatus?: ScriptedFixture] = [:]

    private static func make(_ status: StackStatus?) throws -> ScriptedFixture {
        let fixture = ScriptedFixture()
        let script = fixture.script
        // Quick, so that killing it everywhere takes no time either.
        (script.duration, script.stagger) = (.seconds(2), .milliseconds(100))
        script.changeSetDelay = (.milliseconds(50), .milliseconds(400))
        switch status {
        case nil: break
        case .reviewInProgress: try fixture.killDeployment(after: "cloudformation.CreateChangeSet")
        case .createFailed, .rollbackComplete, .rollbackFailed:
            script.keepsFailures = status == .createFailed
            script.failures = [ScriptedFailure(.create, "Api", RecordedText.apiThrottled)]
            // The role is there before the API fails, or else it would not have to be deleted.
            script.durations["Api"] = .seconds(8)
            if status == .rollbackFailed { script.failures.append(.init(.rollback, role, RecordedText.roleInUse)) }
            #expect(throws: OperationError.self) { try fixture.deploy() }
            (script.keepsFailures, script.durations) = (false, [:])
        default: try fixture.live(into: status ?? .createComplete)
        }
        fixture.base.host.events = []
        try #require(fixture.stateNow == status, "the script has to lead there")
        return fixture
    }

    private static let role = "SendMessageRole"
    private static let function = "SendMessageFunction"

    private var stateNow: StackStatus? {
        script.advance()
        guard let last = script.stacks.last(where: { $0.name == Self.stackName }) else { return nil }
        return StackStatus(word: last.status)
    }

    /// States of a stack that has lived: two deployments, and customers.
    private func live(into status: StackStatus) throws {
        _ = try deploy()
        if status == .createComplete { return }
        base.clock.sleep(.seconds(60))
        base.package = "package 2"
        _ = try deploy()
        base.clock.sleep(.seconds(60))
        addConversations()
        switch status {
        case .updateComplete: return
        case .deleteComplete: _ = try tearDown()
        case .updateFailed, .updateRollbackComplete, .updateRollbackFailed:
            base.package = "package 3"
            script.keepsFailures = status == .updateFailed
            script.failures = [ScriptedFailure(.update, Self.function, RecordedText.concurrency)]
            if status == .updateRollbackFailed {
                script.failures.append(.init(.rollback, Self.function, RecordedText.goneFunction))
            }
            #expect(throws: OperationError.self) { try deploy() }
            script.keepsFailures = false
        case .deleteFailed:
            script.failures = [ScriptedFailure(.delete, Self.role, RecordedText.roleInUse, times: 2)]
            (base.assumeYes, base.isTerminal) = (false, true)
            base.host.answer = { !$0.text.contains("all the same") }
            #expect(throws: OperationError.self) { try tearDown() }
            (base.assumeYes, base.isTerminal) = (true, false)
        default: script.play(Self.stackName, [(.zero, status.word)] + Self.ends(status))
        }
        base.package = "package 2"
    }

    /// What work that somebody else has begun comes to in three minutes.
    private static func ends(_ status: StackStatus) -> [(after: Duration, status: String)] {
        guard status.isInProgress else { return [] }
        let end =
            switch status {
            case .updateCompleteCleanupInProgress: "UPDATE_COMPLETE"
            case .updateRollbackCompleteCleanupInProgress: "UPDATE_ROLLBACK_COMPLETE"
            default: status.word.replacing("_IN_PROGRESS", with: "_COMPLETE")
            }
        return [(.seconds(180), end)]
    }

    /// Runs a deployment whose process is killed after its first call of that name.
    func killDeployment(after call: String) throws {
        let rehearsal = ScriptedFixture()
        (rehearsal.base.package, rehearsal.base.spec) = (base.package, base.spec)
        _ = try rehearsal.deploy()
        let index = try #require(rehearsal.base.aws.calls.firstIndex(of: call))
        base.aws.diesAtCall = base.aws.calls.count + index + 1
        #expect(throws: OperationError.self) { try deploy() }
        base.aws.diesAtCall = nil
    }
}
