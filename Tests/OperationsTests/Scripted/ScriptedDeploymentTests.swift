import AWSCore
import Operations
import Testing

/// Deployments against a CloudFormation that takes minutes.
@Suite struct ScriptedDeploymentTests {
    @Test func aSlowStackIsFollowedToItsEnd() throws {
        let fixture = ScriptedFixture()
        fixture.script.durations["Table"] = .seconds(300)
        let result = try fixture.deploy()
        #expect(result.outcome == .created && result.seconds > 300)
        #expect(fixture.status == "CREATE_COMPLETE" && fixture.litter.isEmpty)
        let told = fixture.base.host.events.compactMap { event -> String? in
            if case .resource(let resource) = event { "\(resource.logicalId) \(resource.status)" } else { nil }
        }
        #expect(told.contains("Table CREATE_IN_PROGRESS") && told.contains("Table CREATE_COMPLETE"))
        #expect(Set(told).count == told.count, "an event is told once, over all pages")
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func theBucketComesFirst() throws {
        let fixture = ScriptedFixture(hasBucket: false)
        #expect(try fixture.deploy().outcome == .created)
        #expect(fixture.script.stacks.map(\.name) == ["botctl-bootstrap", "shop-dev"])
    }

    @Test func aFailedUpdateNamesItsCauseAndNotTheCancelled() throws {
        let fixture = ScriptedFixture()
        _ = try fixture.deploy()
        fixture.base.package = "package 2"
        let broken = try #require(fixture.stack?.resources.first { $0.type == "AWS::Lambda::Function" })
        fixture.script.failures = [ScriptedFailure(.update, broken.logicalId, RecordedText.concurrency)]
        let error = try #require(throws: OperationError.self) { _ = try fixture.deploy() }
        #expect(error.code == .rolledBack)
        #expect(error.details.first == "\(broken.logicalId) (AWS::Lambda::Function): \(RecordedText.concurrency)")
        #expect(fixture.status == "UPDATE_ROLLBACK_COMPLETE" && fixture.litter.isEmpty)
        #expect(try fixture.deploy().outcome == .updated)
    }

    /// A call whose answer got lost is made again with the same token, and is the same call.
    @Test(arguments: [ScriptedFault.throttled, .unavailable, .lostAnswer])
    func aFlakyServiceIsEndured(fault: ScriptedFault) throws {
        let fixture = ScriptedFixture()
        (fixture.script.duration, fixture.script.stagger) = (.seconds(5), .milliseconds(100))
        fixture.script.fault = { index, _ in index % 3 == 1 ? fault : nil }
        #expect(try fixture.deploy().outcome == .created)
        fixture.base.package = "package 2"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.script.stacks.count == 1 && fixture.litter.isEmpty)
        #expect(try fixture.tearDown().deletedStack)
        #expect(fixture.stack == nil)
    }
}
