import Operations
import Testing

@Suite struct ForgetTests {
    private let user = "v_AAAAAAAAAAAAAAAAAAAAAA"

    /// Deployed, with items of two users.
    private func deployed(items: Int) throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.partitions[user] = (0..<items).map { "chat#\($0)" }
        fixture.aws.partitions["other"] = ["chat#1", "chat#2"]
        return fixture
    }

    private func forget(_ fixture: Fixture, isDryRun: Bool = false) throws -> Forget.Result {
        try Forget.run(fixture.context, user: user, isDryRun: isDryRun, fixture.host)
    }

    @Test(arguments: [1, 24, 25, 26, 101])
    func deletesEveryItemOfOneUser(_ count: Int) throws {
        let fixture = try deployed(items: count)
        let result = try forget(fixture)
        #expect(result.found == count && result.deleted == count)
        #expect(fixture.aws.partitions[user] == [])
        #expect(fixture.aws.partitions["other"]?.count == 2)
        #expect(fixture.count("dynamodb.BatchWriteItem") == (count + 24) / 25)
        #expect(fixture.aws.calls.last == "dynamodb.Query", "the proof comes last")
        #expect(try forget(fixture).found == 0)
    }

    @Test func sendsAgainWhatWasNotProcessed() throws {
        let fixture = try deployed(items: 60)
        fixture.aws.unprocessed = [25, 10, 25, 3]
        #expect(try forget(fixture).deleted == 60)
        #expect(fixture.aws.partitions[user] == [])
        #expect(fixture.clock.slept > .zero)
    }

    @Test func deletesWhatARunningTurnWroteMeanwhile() throws {
        let fixture = try deployed(items: 3)
        fixture.aws.arrivals = [["chat#late"]]
        let result = try forget(fixture)
        #expect(result.found == 3 && result.deleted == 4)
        #expect(fixture.aws.partitions[user] == [])
    }

    @Test func doesNotClaimThatNothingIsLeft() throws {
        let fixture = try deployed(items: 3)
        fixture.aws.arrivals = (0..<10).map { ["chat#late\($0)"] }
        expectFailure(.stackState) { try forget(fixture) }
    }

    @Test func aDryRunOnlyCounts() throws {
        let fixture = try deployed(items: 3)
        fixture.assumeYes = false
        let result = try forget(fixture, isDryRun: true)
        #expect(result.isDryRun && result.found == 3 && result.deleted == 0)
        #expect(fixture.aws.partitions[user]?.count == 3)
    }

    @Test func asksAndDefaultsToNo() throws {
        let fixture = try deployed(items: 3)
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { $0.defaultAnswer }
        expectFailure(.declined) { try forget(fixture) }
        #expect(fixture.host.questions.last?.text.contains("all 3 items of the user \(user)") == true)
        fixture.isTerminal = false
        expectFailure(.consentNeeded) { try forget(fixture) }
        #expect(fixture.aws.partitions[user]?.count == 3)
    }

    @Test func needsADeployedBot() throws {
        expectFailure(.notDeployed) { try forget(Fixture()) }
    }

    @Test func canBeKilledAnywhere() throws {
        let undisturbed = try deployed(items: 60)
        let before = undisturbed.aws.calls.count
        _ = try forget(undisturbed)
        for step in before..<undisturbed.aws.calls.count {
            let fixture = try deployed(items: 60)
            fixture.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try forget(fixture) }
            fixture.aws.diesAtCall = nil
            _ = try forget(fixture)
            #expect(fixture.aws.partitions[user] == [], "killed at call \(step)")
        }
    }
}
