import AWSClients
import AWSCore
import Operations
import Testing

/// A run that ends anywhere, or that AWS answers badly, is finished by the next.
@Suite struct KilledRecoveryTests {
    static let states: [StackStatus?] = [
        nil, .reviewInProgress, .createFailed, .rollbackComplete, .rollbackFailed, .updateFailed, .updateRollbackFailed,
        .updateRollbackComplete, .deleteFailed, .updateInProgress,
    ]

    private func data(_ fixture: ScriptedFixture) -> Set<String> {
        Set(fixture.base.aws.tables.filter { $0.value.items > 0 }.keys)
    }

    @Test(arguments: states)
    func aDeploymentKilledAtAnyCallIsFinishedByTheNext(status: StackStatus?) throws {
        let rehearsal = try ScriptedFixture.inState(status)
        rehearsal.base.package = "package 9"
        let before = rehearsal.base.aws.calls.count
        _ = try rehearsal.deploy()
        let end = rehearsal.base.aws.calls.count
        try #require(end > before + 10)
        for step in before..<end {
            let fixture = try ScriptedFixture.inState(status)
            let data = data(fixture)
            fixture.base.package = "package 9"
            fixture.base.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try fixture.deploy() }
            fixture.base.aws.diesAtCall = nil
            _ = try fixture.deploy()
            #expect(["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(fixture.status), "killed at call \(step)")
            #expect(fixture.litter.isEmpty, "killed at call \(step)")
            #expect(data.isSubset(of: fixture.tables), "killed at call \(step)")
            #expect(try fixture.deploy().outcome == .nothingToDo, "killed at call \(step)")
        }
    }

    @Test(arguments: [.updateComplete, .rollbackFailed, .deleteFailed, .updateRollbackFailed] as [StackStatus])
    func aTeardownKilledAtAnyCallIsFinishedByTheNext(status: StackStatus) throws {
        func stuck() throws -> ScriptedFixture {
            let fixture = try ScriptedFixture.inState(status)
            fixture.script.failures = [
                ScriptedFailure(.delete, "SendMessageRole", RecordedText.roleInUse, times: nil)
            ]
            return fixture
        }
        let rehearsal = try stuck()
        let before = rehearsal.base.aws.calls.count
        _ = try rehearsal.tearDown()
        for step in before..<rehearsal.base.aws.calls.count {
            let fixture = try stuck()
            let data = data(fixture)
            fixture.base.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try fixture.tearDown() }
            fixture.base.aws.diesAtCall = nil
            _ = try fixture.tearDown()
            #expect(fixture.stack == nil && fixture.litter.isEmpty, "killed at call \(step)")
            #expect(data.isSubset(of: fixture.tables), "killed at call \(step)")
            #expect(fixture.base.bucket.isEmpty && fixture.base.aws.parameters.isEmpty, "killed at call \(step)")
        }
    }

    /// Throttling, failures and answers that got lost, while a stack is led out of its state.
    @Test(arguments: states, [ScriptedFault.throttled, .unavailable, .lostAnswer])
    func aBadDayOfAWSIsEndured(status: StackStatus?, fault: ScriptedFault) throws {
        let fixture = try ScriptedFixture.inState(status)
        fixture.base.package = "package 9"
        fixture.script.fault = { index, _ in index % 3 == 1 ? fault : nil }
        #expect([.created, .updated].contains(try fixture.deploy().outcome))
        #expect(fixture.litter.isEmpty)
        #expect(try fixture.tearDown().deletedStack)
        #expect(fixture.stack == nil)
    }
}
