import Operations
import Planning
import Testing

@testable import AWSClients

@Suite struct ExecutionTests {
    private func update(_ change: (Fixture) -> Void) throws -> Fixture {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.clock.sleep(.seconds(60))
        fixture.aws.deployments = []
        change(fixture)
        return fixture
    }

    private func execution(_ fixture: Fixture) -> Execution? {
        fixture.host.events.compactMap { if case .planned(let plan) = $0 { plan.execution } else { nil } }.last
    }

    @Test(arguments: [
        ("", "EXPRESS", "nothing has to get ready"),
        ("throttling: { rate: 7 }\n", "EXPRESS", "nothing has to get ready"),
        ("deployment: standard\n", "", "the spec says so"), ("deployment: express\n", "EXPRESS", "the spec says so"),
        ("table: { pointInTimeRecovery: true }\n", "", "Table has to be ready"),
        ("table: { pointInTimeRecovery: true }\ndeployment: express\n", "EXPRESS", "the spec says so"),
        ("table: { partitionKey: other }\n", "", "data would be lost"),
        ("handoff: { message: Soon., notify: a@example.com }\n", "", "has to be ready"),
    ])
    func theModeSuitsTheChange(spec: String, mode: String, reason: String) throws {
        let fixture = try update {
            $0.package = "package 2"
            $0.spec += spec
        }
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.aws.deployments == [mode])
        #expect(execution(fixture)?.reason.contains(reason) == true, "\(String(describing: execution(fixture)))")
        #expect(execution(fixture)?.mode == (mode.isEmpty ? .standard : .express))
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func whatIsNewHasToGetReady() throws {
        let fixture = Fixture()
        try fixture.deploy()
        #expect(fixture.aws.deployments == ["", ""], "the bucket's stack, and the bot's")
        #expect(execution(fixture)?.mode == .standard)
    }

    @Test func aProtectedStageWaits() throws {
        let fixture = try update { $0.package = "package 2" }
        fixture.spec += "protect: true\n"
        var context = fixture.context
        context.confirmation = "dev"
        _ = try Deploy.run(context, fixture.host)
        #expect(fixture.aws.deployments == [""] && execution(fixture)?.reason == "the stage is protected")
    }

    /// CloudFormation does not, and until Lambda is done the functions serve the old code.
    @Test func theFunctionsAreWaitedFor() throws {
        let fixture = try update { $0.package = "package 2" }
        fixture.aws.functionTicks = 5
        try fixture.deploy()
        #expect(fixture.aws.functions.values.allSatisfy { $0.looks == 0 })
        fixture.package = "package 3"
        fixture.spec += "deployment: standard\n"
        let before = fixture.count("lambda.GetFunctionConfiguration")
        try fixture.deploy()
        #expect(fixture.count("lambda.GetFunctionConfiguration") == before)
    }

    @Test(arguments: ["Unknown parameter DeploymentConfig", "Express mode is not supported in this region"])
    func whereItIsRefusedStandardIsTaken(words: String) throws {
        let fixture = try update { $0.package = "package 2" }
        fixture.aws.refusesDeploymentConfig = words
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.aws.deployments == [""])
        #expect(execution(fixture) == Execution(.standard, because: "CloudFormation refuses express mode: \(words)"))
    }

    @Test func anotherRefusalIsNone() throws {
        let fixture = try update { $0.package = "package 2" }
        fixture.aws.refusesDeploymentConfig = "Template format error"
        expectFailure(.aws) { try fixture.deploy() }
        #expect(fixture.count("cloudformation.CreateChangeSet") == 3)
    }

    /// The templates look harmless, and CloudFormation says that it replaces something.
    @Test func theModeIsChosenAnewWhenCloudFormationSeesMore() throws {
        let fixture = try update { $0.package = "package 2" }
        fixture.aws.verdicts = """
            <member><ResourceChange><Action>Modify</Action><LogicalResourceId>HelloFunction</LogicalResourceId>\
            <ResourceType>AWS::Lambda::Function</ResourceType><Replacement>True</Replacement></ResourceChange></member>
            """
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.aws.deployments == ["EXPRESS", ""])
        #expect(execution(fixture)?.reason == "something would be replaced")
        #expect(fixture.stack?.changeSets.isEmpty == true)
        let plans = fixture.host.events.filter { if case .planned(let plan) = $0 { !plan.createsStack } else { false } }
        #expect(plans.count == 1, "shown once")
    }

    @Test func declinedOnceIsDeclined() throws {
        let fixture = try update { $0.package = "package 2" }
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in false }
        expectFailure(.declined) { try fixture.deploy() }
        #expect(fixture.aws.deployments == ["EXPRESS"])
    }

    /// Rolled back in the mode that it failed in; then the spec counts again.
    @Test(arguments: [("EXPRESS", ["EXPRESS", ""]), ("STANDARD", ["", "EXPRESS"])])
    func whatFailedIsFinishedInItsMode(mode: String, expected: [String]) throws {
        let fixture = try update {
            $0.package = "package 2"
            $0.spec += mode == "EXPRESS" ? "deployment: standard\n" : "deployment: express\n"
        }
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_FAILED"
        fixture.aws.stacks["shop-dev"]?.mode = mode
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.aws.deployments == expected)
    }

    @Test(arguments: [("EXPRESS", "EXPRESS"), ("STANDARD", "")])
    func leftoversGoInTheirMode(mode: String, expected: String) throws {
        let fixture = try update { _ in }
        fixture.aws.stacks["shop-dev"]?.status = "CREATE_FAILED"
        fixture.aws.stacks["shop-dev"]?.mode = mode
        #expect(try fixture.deploy().outcome == .created)
        #expect(fixture.aws.deployments == [expected, ""])
    }

    @Test func diffTellsTheMode() throws {
        let fixture = try update { _ in }
        #expect(try Diff.run(fixture.context, fixture.host).plan.execution == nil)
        fixture.package = "package 2"
        #expect(try Diff.run(fixture.context, fixture.host).plan.execution?.mode == .express)
    }

    /// Nobody can decline: the package is on its way while CloudFormation plans.
    @Test func theUploadBeginsFirstWhereNobodyIsAsked() throws {
        let fixture = try update { $0.package = "package 2" }
        func order() throws -> (upload: Int, plan: Int) {
            let before = fixture.aws.calls.count
            try fixture.deploy()
            let calls = Array(fixture.aws.calls[before...])
            return (
                try #require(calls.firstIndex(of: "s3.PUTObject")),
                try #require(calls.firstIndex(of: "cloudformation.CreateChangeSet"))
            )
        }
        let unasked = try order()
        #expect(unasked.upload < unasked.plan)
        fixture.package = "package 3"
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in true }
        let asked = try order()
        #expect(asked.upload > asked.plan)
    }
}
