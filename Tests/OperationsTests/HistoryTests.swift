import Operations
import Testing

@Suite struct HistoryTests {
    /// Two deployments; the second one's package is the bad one.
    private func fixture() throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.clock.sleep(.seconds(60))
        fixture.package = "package 2"
        try fixture.deploy()
        fixture.clock.sleep(.seconds(60))
        return fixture
    }

    private func history(_ fixture: Fixture) throws -> [History.Entry] {
        try History.run(fixture.context, fixture.host, limit: 20).entries
    }

    @Test func deploymentsAreRecorded() throws {
        let fixture = try fixture()
        #expect(try fixture.deploy().outcome == .nothingToDo)
        let entries = try history(fixture)
        #expect(entries.map(\.isDeployed) == [true, false])
        #expect(entries.map(\.record.id) == entries.map(\.record.id).sorted(by: >))
        #expect(entries.allSatisfy { $0.record.author == "tester on test" })
        #expect(try History.run(fixture.context, fixture.host, limit: 1).entries.count == 1)
    }

    /// The first run is killed after its stack was made, and before it wrote that down.
    @Test func aDeploymentWithoutARecordIsRecordedBeforeItIsReplaced() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let first = fixture.stack?.parameters["ArtifactKey"]
        for key in fixture.bucket.keys where key.contains("/history/") {
            fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?[key] = nil
        }
        fixture.package = "package 2"
        fixture.clock.sleep(.seconds(60))
        try fixture.deploy()
        #expect(try history(fixture).map(\.record.package).contains(first))
        _ = try Rollback.run(fixture.context, fixture.host, to: nil)
        #expect(fixture.stack?.parameters["ArtifactKey"] == first)
    }

    @Test func backToTheOneBefore() throws {
        let fixture = try fixture()
        let bad = fixture.stack?.parameters["ArtifactKey"]
        let result = try Rollback.run(fixture.context, fixture.host, to: nil)
        #expect(result.outcome == .updated && result.smoke != nil)
        #expect(fixture.stack?.parameters["ArtifactKey"] != bad)
        #expect(try history(fixture).map(\.isDeployed) == [true, false, false])
        // A second one undoes the first; the project itself goes forward by a deploy.
        _ = try Rollback.run(fixture.context, fixture.host, to: nil)
        #expect(fixture.stack?.parameters["ArtifactKey"] == bad)
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func aTemplateIsGoneBackToAsWell() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let template = fixture.stack?.template
        let id = try history(fixture).first?.record.id
        fixture.clock.sleep(.seconds(60))
        fixture.spec += "throttling: { rate: 7 }\n"
        try fixture.deploy()
        #expect(fixture.stack?.template != template)
        _ = try Rollback.run(fixture.context, fixture.host, to: id)
        #expect(fixture.stack?.template == template)
    }

    @Test func aRollbackIsAskedAboutLikeADeployment() throws {
        let fixture = try fixture()
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in false }
        expectFailure(.declined) { try Rollback.run(fixture.context, fixture.host, to: nil) }
        #expect(fixture.host.questions.map(\.text) == ["Deploy to shop-dev?"])
        #expect(fixture.host.events.contains { if case .planned = $0 { true } else { false } })
        #expect(fixture.stack?.changeSets.isEmpty == true)
    }

    @Test func whatCannotBeGoneBackTo() throws {
        let fixture = Fixture()
        expectFailure(.notDeployed) { try Rollback.run(fixture.context, fixture.host, to: nil) }
        try fixture.deploy()
        expectFailure(.noSuchDeployment) { try Rollback.run(fixture.context, fixture.host, to: nil) }
        expectFailure(.noSuchDeployment) { try Rollback.run(fixture.context, fixture.host, to: "20200101T000000Z") }
        let first = fixture.stack?.parameters["ArtifactKey"] ?? ""
        fixture.clock.sleep(.seconds(60))
        fixture.package = "package 2"
        try fixture.deploy()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?[first] = nil
        expectFailure(.noSuchDeployment) { try Rollback.run(fixture.context, fixture.host, to: nil) }
    }

    private func collect(_ fixture: Fixture, keep: Int, isDryRun: Bool = false) throws -> GarbageCollection.Result {
        try GarbageCollection.run(fixture.context, fixture.host, keep: keep, isDryRun: isDryRun)
    }

    @Test func onlyWhatNothingNeedsGoes() throws {
        let fixture = try fixture()
        let bucket = fixture.bucket
        let first = try #require(try history(fixture).last?.record.package)
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"]?["shop/prod/x.zip"] = [1]
        #expect(try collect(fixture, keep: 10).unneeded.isEmpty)
        let dry = try collect(fixture, keep: 1, isDryRun: true)
        #expect(!dry.isDeleted && dry.unneeded.contains(first) && fixture.bucket.count == bucket.count + 1)
        #expect(dry.unneeded.count == 3, "package, manifest and record; the template is the same: \(dry.unneeded)")
        let result = try collect(fixture, keep: 1)
        #expect(result.isDeleted && result.unneeded == dry.unneeded)
        #expect(fixture.bucket["shop/prod/x.zip"] != nil)
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(try history(fixture).count == 1)
    }

    @Test func whatTheStackRunsStaysWithoutAnyRecord() throws {
        let fixture = try fixture()
        let key = try #require(fixture.stack?.parameters["ArtifactKey"])
        let result = try collect(fixture, keep: 0)
        #expect(!result.unneeded.contains(key) && fixture.bucket[key] != nil)
        #expect(try history(fixture).isEmpty)
    }

    @Test func whatIsYoungStays() throws {
        let fixture = try fixture()
        fixture.aws.objectsAreYoung = true
        #expect(try collect(fixture, keep: 0).unneeded.isEmpty)
    }

    @Test func nothingGoesWithoutAYes() throws {
        let fixture = try fixture()
        fixture.assumeYes = false
        let before = fixture.bucket
        expectFailure(.consentNeeded) { try collect(fixture, keep: 0) }
        #expect(fixture.bucket == before)
    }
}
