import Operations
import Testing

@Suite struct TeardownTests {
    private func teardown(_ fixture: Fixture, deleteData: Bool = false) throws -> Teardown.Result {
        try Teardown.run(fixture.context, deleteData: deleteData, fixture.host)
    }

    /// Deployed, with the table that CloudFormation would have made.
    private func deployed() throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.tables["shop-dev-Table-1"] = FakeAWS.Table(
            tags: ["botctl:bot": "shop", "botctl:stage": "dev"],
            items: 42
        )
        return fixture
    }

    @Test func keepsTheDataAndNamesIt() throws {
        let fixture = try deployed()
        let result = try teardown(fixture)
        #expect(result.deletedStack)
        #expect(fixture.stack == nil)
        #expect(result.kept.map(\.name) == ["shop-dev-Table-1"])
        #expect(result.kept.first?.items == 42)
        #expect(
            result.kept.first?.deletionCommand
                == "aws dynamodb delete-table --region us-east-2 --table-name shop-dev-Table-1"
        )
        #expect(fixture.aws.parameters.isEmpty)
        #expect(fixture.bucket.isEmpty)
        #expect(fixture.aws.tables.count == 1)
    }

    @Test func deletesTheDataWhenAsked() throws {
        let fixture = try deployed()
        let result = try teardown(fixture, deleteData: true)
        #expect(result.kept.isEmpty)
        #expect(fixture.aws.tables.isEmpty)
    }

    @Test func deletesDataThatAnEarlierTeardownKept() throws {
        let fixture = try deployed()
        _ = try teardown(fixture)
        let result = try teardown(fixture, deleteData: true)
        #expect(!result.deletedStack)
        #expect(result.removed.map(\.name) == ["shop-dev-Table-1"])
        #expect(fixture.aws.tables.isEmpty)
    }

    @Test func isIdempotent() throws {
        let fixture = try deployed()
        _ = try teardown(fixture, deleteData: true)
        #expect(try teardown(fixture, deleteData: true).foundNothing)
        #expect(try teardown(Fixture()).foundNothing)
    }

    @Test func touchesNothingThatIsNotOurs() throws {
        let fixture = try deployed()
        // Another bot's stage whose stack name begins with ours, and somebody's own things.
        fixture.aws.tables["shop-dev-prod-Table-2"] = FakeAWS.Table(
            tags: ["botctl:bot": "shop-dev", "botctl:stage": "prod"]
        )
        fixture.aws.tables["shop-dev-orders"] = FakeAWS.Table(tags: [:])
        fixture.aws.logGroups = ["/aws/lambda/shop-dev-prod-connect", "/aws/lambda/shop-dev-connect", "/other"]
        fixture.aws.parameters["/botctl/shop/prod/token-key"] = "key"
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?["shop/prod/x.zip"] = [1]
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?["shop-dev/dev/x.zip"] = [1]
        _ = try teardown(fixture, deleteData: true)
        #expect(fixture.aws.tables.keys.sorted() == ["shop-dev-orders", "shop-dev-prod-Table-2"])
        #expect(fixture.aws.logGroups == ["/aws/lambda/shop-dev-prod-connect", "/other"])
        #expect(Array(fixture.aws.parameters.keys) == ["/botctl/shop/prod/token-key"])
        #expect(fixture.bucket.keys.sorted() == ["shop-dev/dev/x.zip", "shop/prod/x.zip"])
    }

    @Test func asksAndDefaultsToNo() throws {
        let fixture = try deployed()
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { $0.defaultAnswer }
        expectFailure(.declined) { try teardown(fixture) }
        #expect(
            fixture.host.questions.map(\.text) == ["Delete the stack shop-dev? The conversations (42 items) are kept."]
        )
        expectFailure(.declined) { try teardown(fixture, deleteData: true) }
        #expect(
            fixture.host.questions.last?.text == "Delete the stack shop-dev and all stored conversations (42 items)?"
        )
        #expect(fixture.stack != nil)
    }

    @Test func needsConsentWithoutATerminal() throws {
        let fixture = try deployed()
        fixture.assumeYes = false
        expectFailure(.consentNeeded) { try teardown(fixture) }
        #expect(fixture.stack != nil)
    }

    @Test func respectsProtection() throws {
        let fixture = try deployed()
        fixture.aws.stacks["shop-dev"]?.isProtected = true
        expectFailure(.protected) { try teardown(fixture) }
        fixture.aws.stacks["shop-dev"]?.isProtected = false
        fixture.aws.tables["shop-dev-Table-1"]?.isProtected = true
        expectFailure(.protected) { try teardown(fixture, deleteData: true) }
        #expect(fixture.stack != nil && fixture.aws.tables.count == 1)
    }

    @Test func canBeKilledAnywhere() throws {
        let undisturbed = try deployed()
        let before = undisturbed.aws.calls.count
        _ = try teardown(undisturbed, deleteData: true)
        for step in before..<undisturbed.aws.calls.count {
            let fixture = try deployed()
            fixture.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try teardown(fixture, deleteData: true) }
            fixture.aws.diesAtCall = nil
            _ = try teardown(fixture, deleteData: true)
            #expect(fixture.stack == nil && fixture.aws.tables.isEmpty, "killed at call \(step)")
            #expect(fixture.aws.parameters.isEmpty && fixture.bucket.isEmpty, "killed at call \(step)")
        }
    }
}
