import Operations
import Testing

@Suite struct DiffTests {
    @Test func anAbsentStackIsAllAdditions() throws {
        let fixture = Fixture()
        let result = try Diff.run(fixture.context, fixture.host)
        #expect(result.status == nil)
        #expect(result.plan.createsStack)
        #expect(result.plan.changes.allSatisfy { $0.action == .add } && !result.plan.changes.isEmpty)
    }

    @Test func aDeployedProjectHasNoChanges() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let before = fixture.aws.calls.count
        #expect(try Diff.run(fixture.context, fixture.host).plan.isEmpty)
        let calls = fixture.aws.calls[before...]
        #expect(
            calls == [
                "sts.GetCallerIdentity", "cloudformation.DescribeStacks", "cloudformation.GetTemplate", "s3.GETObject",
            ]
        )
    }

    @Test func aNewKeyOfTheTableLosesData() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += "table:\n  partitionKey: customerId\n"
        let plan = try Diff.run(fixture.context, fixture.host).plan
        #expect(plan.changes.first?.logicalId == "Table")
        #expect(plan.changes.first?.action == .replace)
        #expect(plan.summary.dataLoss == 1)
        #expect(
            DeployQuestion.make(plan: plan, spec: try fixture.context.loadSpec().spec, isNew: false)?.defaultAnswer
                == false
        )
    }

    @Test func aNewPackageIsCompared() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.package = "package 2"
        let plan = try Diff.run(fixture.context, fixture.host).plan
        #expect(plan.parameters.map(\.name) == ["ArtifactKey"])
    }

    @Test func aStackOfSomebodyElseIsNotCompared() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.template = "Resources: {}"
        expectFailure(.stackState) { try Diff.run(fixture.context, fixture.host) }
    }

    @Test func aChangeSetIsLookedAtAndDeleted() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += "table:\n  pointInTimeRecovery: true\n"
        fixture.aws.verdicts = """
            <member><ResourceChange><Action>Modify</Action><LogicalResourceId>Table</LogicalResourceId>
            <ResourceType>AWS::DynamoDB::Table</ResourceType><Replacement>True</Replacement></ResourceChange></member>
            <member><ResourceChange><Action>Remove</Action><LogicalResourceId>Unforeseen</LogicalResourceId>
            <ResourceType>AWS::SNS::Topic</ResourceType></ResourceChange></member>
            <member><ResourceChange><Action>Modify</Action><LogicalResourceId>Touched</LogicalResourceId>
            <ResourceType>AWS::Lambda::Permission</ResourceType><Replacement>Conditional</Replacement>
            <Details><member><Target><RequiresRecreation>Always</RequiresRecreation></Target>
            <Evaluation>Dynamic</Evaluation></member></Details></ResourceChange></member>
            """
        let plan = try Diff.run(fixture.context, fixture.host, options: .init(usesChangeSet: true)).plan
        #expect(plan.changes.map(\.logicalId) == ["Table", "Unforeseen"])
        #expect(plan.changes.map(\.rank) == [.dataLoss, .replacement])
        #expect(plan.changes.first?.action == .replace)
        #expect(fixture.stack?.changeSets.isEmpty == true)
        #expect(fixture.stack?.status == "CREATE_COMPLETE")
        #expect(fixture.count("cloudformation.ExecuteChangeSet") == 2, "the bucket's and the bot's: none of the diff")
    }

    @Test func aChangeSetForANewStackLeavesNoShell() throws {
        let fixture = Fixture()
        let result = try Diff.run(fixture.context, fixture.host, options: .init(usesChangeSet: true))
        #expect(result.plan.createsStack)
        #expect(fixture.stack == nil)
        #expect(fixture.count("cloudformation.CreateChangeSet") == 1)
    }

    @Test func aChangeSetWithNothingInItIsNoChange() throws {
        let fixture = Fixture()
        try fixture.deploy()
        #expect(try Diff.run(fixture.context, fixture.host, options: .init(usesChangeSet: true)).plan.isEmpty)
        #expect(fixture.stack?.changeSets.isEmpty == true)
    }

    @Test func driftIsWaitedForAndTold() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.drift = (
            looks: 3, status: "DETECTION_COMPLETE",
            resources: """
            <member><LogicalResourceId>Table</LogicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>
            <StackResourceDriftStatus>MODIFIED</StackResourceDriftStatus><PropertyDifferences><member>
            <PropertyPath>/BillingMode</PropertyPath><ExpectedValue>PAY_PER_REQUEST</ExpectedValue>
            <ActualValue>PROVISIONED</ActualValue><DifferenceType>NOT_EQUAL</DifferenceType></member>
            </PropertyDifferences></member>
            <member><LogicalResourceId>Api</LogicalResourceId><ResourceType>AWS::ApiGatewayV2::Api</ResourceType>
            <StackResourceDriftStatus>DELETED</StackResourceDriftStatus></member>
            """
        )
        let result = try Diff.run(fixture.context, fixture.host, options: .init(detectsDrift: true))
        #expect(result.plan.isEmpty)
        #expect(
            result.drift == [
                DriftedResource(logicalId: "Api", type: "AWS::ApiGatewayV2::Api", isDeleted: true),
                DriftedResource(
                    logicalId: "Table",
                    type: "AWS::DynamoDB::Table",
                    differences: [.init(path: "/BillingMode", expected: "PAY_PER_REQUEST", actual: "PROVISIONED")]
                ),
            ]
        )
        #expect(fixture.count("cloudformation.DescribeStackDriftDetectionStatus") == 3)
    }

    @Test func driftThatCouldNotBeSeenIsNoCleanBill() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.drift = (looks: 1, status: "DETECTION_FAILED", resources: "")
        expectFailure(.aws) { try Diff.run(fixture.context, fixture.host, options: .init(detectsDrift: true)) }
    }

    @Test func anAbsentStackHasNoDrift() throws {
        let fixture = Fixture()
        #expect(try Diff.run(fixture.context, fixture.host, options: .init(detectsDrift: true)).drift == [])
        #expect(fixture.count("cloudformation.DetectStackDrift") == 0)
    }
}
