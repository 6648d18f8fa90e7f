import AWSCore
import Operations
import Planning
import Testing

@Suite struct HotswapTests {
    /// Deployed with package 1; the project is at package 2.
    func fixture() throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.clock.sleep(.seconds(60))
        fixture.package = "package 2"
        return fixture
    }

    func hotswap(_ fixture: Fixture, smokes: Bool = false) throws -> Hotswap.Result {
        let options = Hotswap.Options(smokes: smokes)
        guard case .hotswap(let result) = try Hotswap.run(fixture.context, fixture.host, options: options) else {
            throw OperationError(.stackState, "a deployment", fix: "")
        }
        return result
    }

    func code(_ package: String) -> Set<String> { [base64Encode(sha256(Array(package.utf8)))] }
    func running(_ fixture: Fixture) -> Set<String> { Set(fixture.aws.functions.values.map(\.codeSHA256)) }
    func hotswapObjects(_ fixture: Fixture) -> [String] {
        fixture.bucket.keys.filter { $0.hasPrefix("shop/dev/hotswap/") }.sorted()
    }
    private func lastPlan(_ fixture: Fixture) -> Plan? {
        fixture.host.events.compactMap { if case .planned(let plan) = $0 { plan } else { nil } }.last
    }

    @Test func everyFunctionRunsTheNewPackage() throws {
        let fixture = try fixture()
        let template = fixture.stack?.template
        let key = fixture.stack?.parameters["ArtifactKey"]
        let before = fixture.aws.calls.count
        let result = try hotswap(fixture)
        #expect(result.outcome == .swapped && result.functions.count == fixture.aws.functions.count)
        #expect(running(fixture) == code("package 2"))
        #expect(fixture.stack?.template == template && fixture.stack?.parameters["ArtifactKey"] == key)
        #expect(hotswapObjects(fixture).count == 2)
        #expect(lastPlan(fixture)?.package?.prompt != nil)
        let calls = fixture.aws.calls[before...]
        #expect(!calls.contains { $0.hasPrefix("cloudformation.") && $0.contains("ChangeSet") })
        #expect(calls.count { $0 == "lambda.UpdateFunctionCode" } == result.functions.count)
        // While one is not done, the others are not asked about.
        #expect(calls.count { $0 == "lambda.GetFunctionConfiguration" } < 2 * result.functions.count + 2)
        #expect(try hotswap(fixture).outcome == .nothingToDo)
    }

    @Test func theBotIsTriedWhereThatIsWanted() throws {
        let fixture = try fixture()
        #expect(try hotswap(fixture, smokes: true).smoke != nil)
        #expect(try hotswap(fixture, smokes: true).smoke == nil, "nothing was changed")
    }

    /// Packages of hotswaps do not pile up.
    @Test func theNextHotswapReplacesTheLast() throws {
        let fixture = try fixture()
        for number in 2...5 {
            fixture.package = "package \(number)"
            #expect(try hotswap(fixture).outcome == .swapped)
            #expect(running(fixture) == code("package \(number)"))
            #expect(hotswapObjects(fixture).count == 2, "the record and one package")
        }
    }

    @Test func theNextDeploymentTakesItOver() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        #expect(try fixture.deploy().outcome == .updated)
        #expect(running(fixture) == code("package 2") && hotswapObjects(fixture).isEmpty)
        #expect(fixture.stack?.parameters["ArtifactKey"]?.hasPrefix("shop/dev/hotswap/") == false)
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    /// The spec is what the stack says, so that there is nothing in a change set; but something else runs.
    @Test func aRevertedSpecIsDeployedAllTheSame() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        fixture.package = "package 1"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(running(fixture) == code("package 1") && hotswapObjects(fixture).isEmpty)
        #expect(lastPlan(fixture)?.package?.prompt != nil, "from what runs to what will")
        #expect(fixture.stack?.changeSets.isEmpty == true)
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func aRevertedSpecIsAskedAbout() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        fixture.package = "package 1"
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in false }
        expectFailure(.declined) { try fixture.deploy() }
        #expect(running(fixture) == code("package 2") && hotswapObjects(fixture).count == 2)
    }

    /// CloudFormation touches no function's code where the stack's package stays the same.
    @Test func aChangeOfTheTemplateBringsTheFunctionsBackToo() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        fixture.package = "package 1"
        fixture.spec += "throttling: { rate: 7 }\n"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(running(fixture) == code("package 1") && hotswapObjects(fixture).isEmpty)
    }

    @Test func backByHotswap() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        fixture.package = "package 1"
        #expect(try hotswap(fixture).outcome == .restored)
        #expect(running(fixture) == code("package 1") && hotswapObjects(fixture).isEmpty)
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func rollbackUndoesAHotswapFirst() throws {
        let fixture = try fixture()
        try fixture.deploy()
        fixture.clock.sleep(.seconds(60))
        fixture.package = "package 3"
        _ = try hotswap(fixture)
        _ = try Rollback.run(fixture.context, fixture.host, to: nil)
        #expect(running(fixture) == code("package 2") && hotswapObjects(fixture).isEmpty)
        _ = try Rollback.run(fixture.context, fixture.host, to: nil)
        #expect(running(fixture) == code("package 1"))
    }

    @Test func rollbackToADeploymentEndsAHotswap() throws {
        let fixture = try fixture()
        try fixture.deploy()
        let first = try History.run(fixture.context, fixture.host, limit: 9).entries.last?.record.id
        fixture.package = "package 3"
        _ = try hotswap(fixture)
        _ = try Rollback.run(fixture.context, fixture.host, to: first)
        #expect(running(fixture) == code("package 1") && hotswapObjects(fixture).isEmpty)
    }

    @Test func everybodyIsTold() throws {
        let fixture = try fixture()
        func states() throws -> [HotswapState?] {
            let context = fixture.context
            return [
                try Diff.run(context, fixture.host).hotswap, try StageStatus.run(context, fixture.host).hotswap,
                try History.run(context, fixture.host, limit: 3).hotswap,
            ]
        }
        #expect(try states() == [nil, nil, nil])
        _ = try hotswap(fixture)
        fixture.clock.sleep(.seconds(180))
        for state in try states() {
            let state = try #require(state)
            #expect(state.author == "tester on test" && state.isFinished && (180..<200).contains(state.seconds))
        }
        let swapped = try Diff.run(fixture.context, fixture.host)
        #expect(swapped.plan.package != nil, "the stack is still to get it")
        fixture.package = "package 1"
        let reverted = try Diff.run(fixture.context, fixture.host)
        #expect(reverted.plan.package?.prompt != nil && reverted.hotswap != nil)
        try fixture.deploy()
        #expect(try states() == [nil, nil, nil])
    }

    @Test func whoMayNotReadPackagesStillSeesTheStatus() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        fixture.aws.refusals["s3.GETObject"] = (403, "AccessDenied", "no")
        #expect(try StageStatus.run(fixture.context, fixture.host).hotswap == nil)
        fixture.aws.refusals["s3.GETObject"] = (400, "InvalidBucketState", "no")
        expectFailure(.aws) { try StageStatus.run(fixture.context, fixture.host) }
    }

    /// With no record of ours: somebody used a console.
    @Test func otherCodeIsDrift() throws {
        let fixture = try fixture()
        let options = Diff.Options(detectsDrift: true)
        #expect(try Diff.run(fixture.context, fixture.host, options: options).drift == [])
        let name = try #require(fixture.aws.functions.keys.min())
        fixture.aws.functions[name]?.codeSHA256 = "other"
        let drift = try #require(try Diff.run(fixture.context, fixture.host, options: options).drift)
        #expect(drift.map(\.physicalId) == [name])
        #expect(drift.first?.differences.map(\.actual) == ["other"])
        #expect(drift.first?.differences.map(\.path) == ["/Code/CodeSha256"])
    }

    @Test func garbageIsCollectedAroundIt() throws {
        let fixture = try fixture()
        _ = try hotswap(fixture)
        let collected = try GarbageCollection.run(fixture.context, fixture.host, keep: 0, isDryRun: false)
        #expect(collected.unneeded.contains { $0.contains("/history/") })
        #expect(hotswapObjects(fixture).count == 2)
        fixture.package = "package 1"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(running(fixture) == code("package 1"))
    }

    @Test(arguments: [
        "throttling: { rate: 7 }\n", "tags: { team: other }\n", "protect: true\n",
        "limits: { concurrency: 7 }\n",
    ])
    func structureNeedsADeployment(change: String) throws {
        let fixture = try fixture()
        fixture.spec += change
        fixture.assumeYes = false
        let before = (fixture.bucket, running(fixture))
        let error = try #require(throws: OperationError.self) { try hotswap(fixture) }
        #expect(error.code == .needsDeployment && !error.details.isEmpty && error.fix.contains("botctl deploy"))
        #expect((fixture.bucket, running(fixture)) == before)
    }

    @Test func aDeploymentIsOffered() throws {
        let fixture = try fixture()
        fixture.spec += "throttling: { rate: 7 }\n"
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in true }
        let end = try Hotswap.run(fixture.context, fixture.host, options: .init())
        guard case .deployment(let result) = end else { return #expect(Bool(false), "\(end)") }
        #expect(result.outcome == .updated && running(fixture) == code("package 2"))
        #expect(fixture.host.questions.first?.text.hasSuffix("Deploy normally?") == true)
        fixture.spec += "alarms: { email: a@example.com }\n"
        fixture.host.answer = { _ in false }
        expectFailure(.needsDeployment) { try hotswap(fixture) }
    }

    @Test func aProtectedStageWantsItsName() throws {
        let fixture = Fixture()
        fixture.spec += "protect: true\n"
        func context() -> ProjectContext {
            var context = fixture.context
            context.confirmation = "dev"
            return context
        }
        _ = try Deploy.run(context(), fixture.host)
        fixture.package = "package 2"
        expectFailure(.consentNeeded) { try hotswap(fixture) }
        #expect(running(fixture) == code("package 1") && hotswapObjects(fixture).isEmpty)
        _ = try Hotswap.run(context(), fixture.host, options: .init())
        #expect(running(fixture) == code("package 2"))
    }

    @Test func decliningChangesNothing() throws {
        let fixture = try fixture()
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in false }
        let bucket = fixture.bucket
        expectFailure(.declined) { try hotswap(fixture) }
        #expect(fixture.bucket == bucket && running(fixture) == code("package 1"))
    }

    @Test func withoutAStackThereIsNothingToSwap() throws {
        expectFailure(.notDeployed) { try hotswap(Fixture()) }
        let fixture = try fixture()
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_IN_PROGRESS"
        expectFailure(.stackState) { try hotswap(fixture) }
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_ROLLBACK_FAILED"
        expectFailure(.stackState) { try hotswap(fixture) }
        #expect(running(fixture) == code("package 1"))
    }
}
