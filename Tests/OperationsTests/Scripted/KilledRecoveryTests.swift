import AWSClients
import AWSCore
import Operations
import Testing

/// A run that ends anywhere, or that AWS answers badly, is finished by the next.
@Suite struct KilledRecoveryTests {
    private func data(_ fixture: ScriptedFixture) -> Set<String> {
        Set(fixture.base.aws.tables.filter { $0.value.items > 0 }.keys)
    }

    /// Before which calls of a run to kill it: the first, and each that follows one that has changed something. Where
    /// between two changes a run ends makes no difference to what the next one finds.
    private func places(_ calls: [String]) -> [Int] {
        let reading = ["Describe", "List", "Get", "HEAD"]
        return [0]
            + calls.indices.dropLast().filter { index in
                let action = calls[index].split(separator: ".").last ?? ""
                return !reading.contains { action.hasPrefix($0) }
            }.map { $0 + 1 }
    }

    @Test(
        arguments: [
            nil, .rollbackFailed, .updateFailed, .updateRollbackFailed, .deleteFailed,
        ] as [StackStatus?]
    )
    func aDeploymentKilledAnywhereIsFinishedByTheNext(status: StackStatus?) throws {
        let start = try ScriptedFixture.inState(status)
        start.base.package = "package 9"
        let data = data(start)
        let rehearsal = start.copy()
        _ = try rehearsal.deploy()
        let places = places(rehearsal.base.aws.calls)
        try #require(places.count > 4)
        for place in places {
            let fixture = start.copy()
            fixture.base.aws.diesAtCall = place
            #expect(throws: OperationError.self, "killed at call \(place)") { try fixture.deploy() }
            fixture.base.aws.diesAtCall = nil
            let outcome = try fixture.deploy().outcome
            #expect(["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(fixture.status), "\(outcome) after \(place)")
            #expect(fixture.stack?.definition.parameters == rehearsal.stack?.definition.parameters)
            #expect(fixture.litter.isEmpty, "killed at call \(place)")
            #expect(data.isSubset(of: fixture.tables), "killed at call \(place)")
        }
    }

    @Test(arguments: [.updateComplete, .updateRollbackFailed] as [StackStatus])
    func aTeardownKilledAnywhereIsFinishedByTheNext(status: StackStatus) throws {
        let start = try ScriptedFixture.inState(status)
        start.script.failures = [ScriptedFailure(.delete, "SendMessageRole", RecordedText.roleInUse, times: nil)]
        let data = data(start)
        let rehearsal = start.copy()
        #expect(try rehearsal.tearDown().left.count == 1)
        for place in places(rehearsal.base.aws.calls) {
            let fixture = start.copy()
            fixture.base.aws.diesAtCall = place
            #expect(throws: OperationError.self, "killed at call \(place)") { try fixture.tearDown() }
            fixture.base.aws.diesAtCall = nil
            _ = try fixture.tearDown()
            #expect(fixture.stack == nil && fixture.litter.isEmpty, "killed at call \(place)")
            #expect(data.isSubset(of: fixture.tables), "killed at call \(place)")
            #expect(fixture.base.bucket.isEmpty && fixture.base.aws.parameters.isEmpty, "killed at call \(place)")
        }
    }

    /// Throttling, failures and answers that got lost, while a stack is led out of its state.
    @Test(
        arguments: [.rollbackFailed, .updateFailed, .updateRollbackFailed, .deleteFailed] as [StackStatus],
        [ScriptedFault.throttled, .unavailable, .lostAnswer]
    )
    func aBadDayOfAWSIsEndured(status: StackStatus, fault: ScriptedFault) throws {
        let fixture = try ScriptedFixture.inState(status)
        fixture.base.package = "package 9"
        fixture.script.fault = { index, _ in index % 3 == 1 ? fault : nil }
        #expect([.created, .updated].contains(try fixture.deploy().outcome))
        #expect(fixture.litter.isEmpty)
        #expect(try fixture.tearDown().deletedStack)
        #expect(fixture.stack == nil)
    }
}
