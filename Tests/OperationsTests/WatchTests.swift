import AWSCore
import Operations
import Testing

@Suite struct WatchTests {
    @Test func theStatusOfADeployedStage() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.resources = """
            <member><LogicalResourceId>Table</LogicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>
            <ResourceStatus>UPDATE_COMPLETE</ResourceStatus></member>
            <member><LogicalResourceId>Api</LogicalResourceId><ResourceType>AWS::ApiGatewayV2::Api</ResourceType>
            <ResourceStatus>UPDATE_FAILED</ResourceStatus><ResourceStatusReason>no</ResourceStatusReason></member>
            """
        let status = try StageStatus.run(fixture.context, fixture.host)
        #expect(status.status == "CREATE_COMPLETE" && !status.isAtWork)
        #expect(status.resources == ["UPDATE_COMPLETE": 1, "UPDATE_FAILED": 1])
        #expect(status.notable.map(\.logicalId) == ["Api"] && status.notable.first?.reason == "no")
        #expect(status.chatURL?.hasPrefix("ws://127.0.0.1:1/") == true)
    }

    @Test func whatIsNotDeployedHasNoStatus() {
        let fixture = Fixture()
        expectFailure(.notDeployed) { try StageStatus.run(fixture.context, fixture.host) }
        expectFailure(.notDeployed) {
            try StageEvents.run(fixture.context, fixture.host, age: .seconds(1), follow: true)
        }
    }

    @Test func thePast() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let long = try StageEvents.run(fixture.context, fixture.host, age: .seconds(86_400 * 3650), follow: false)
        #expect(long.events.map(\.status) == ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"])
        #expect(long.status == "CREATE_COMPLETE" && !long.isRolledBack)
        let short = try StageEvents.run(fixture.context, fixture.host, age: .seconds(1), follow: false)
        #expect(short.events.isEmpty)
    }

    /// Somebody else's operation is joined and followed to its end, good or bad.
    @Test(
        arguments: [
            ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", false), ("UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", true),
            ("UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE", true), ("DELETE_IN_PROGRESS", nil, false),
        ] as [(String, String?, Bool)]
    )
    func aRunningOperationIsJoined(atWork: String, end: String?, isRolledBack: Bool) throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.status = atWork
        fixture.aws.stacks["shop-dev"]?.pending = (5, end)
        fixture.host.events = []
        let result = try StageEvents.run(fixture.context, fixture.host, age: .seconds(1), follow: true)
        #expect(result.status == end ?? "DELETE_COMPLETE" && result.isRolledBack == isRolledBack)
        #expect(fixture.host.events.contains { if case .watching = $0 { true } else { false } })
        #expect(fixture.host.events.contains { if case .settled = $0 { true } else { false } })
    }

    /// Its time counts from its own beginning: by the fake's events, that was months ago.
    @Test func whatIsJoinedHasBegunEarlier() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.status = "CREATE_IN_PROGRESS"
        fixture.aws.stacks["shop-dev"]?.pending = (3, "CREATE_COMPLETE")
        fixture.host.events = []
        _ = try StageEvents.run(fixture.context, fixture.host, age: .seconds(1), follow: true)
        let seconds = fixture.host.events.compactMap { event -> Double? in
            if case .stillWatching(let seconds) = event { seconds } else { nil }
        }
        #expect(seconds.first.map { $0 > 86_400 } == true && seconds == seconds.sorted())
    }

    @Test func followingNothingShowsThePast() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let result = try StageEvents.run(fixture.context, fixture.host, age: .seconds(86_400 * 3650), follow: true)
        #expect(!result.events.isEmpty)
    }

    @Test func everyBotOfTheAccount() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.tags = ["botctl:bot": "shop", "botctl:stage": "dev"]
        fixture.aws.stacks["other"] = FakeAWS.Stack(id: "arn:stack/other/1", status: "CREATE_COMPLETE")
        fixture.aws.stacks["lab-pr-42"] = FakeAWS.Stack(
            id: "arn:stack/lab-pr-42/1",
            status: "UPDATE_ROLLBACK_COMPLETE",
            tags: ["botctl:bot": "lab", "botctl:stage": "pr-42"]
        )
        var context = fixture.context
        context.overrides.region = "us-east-2"
        let result = try BotList.run(context)
        #expect(
            result.bots.map { "\($0.name) \($0.stage) \($0.status)" } == [
                "lab pr-42 UPDATE_ROLLBACK_COMPLETE", "shop dev CREATE_COMPLETE",
            ]
        )
        #expect(result.account == fixture.aws.account && result.region == "us-east-2")
    }
}
