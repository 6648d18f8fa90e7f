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
        #expect(calls == ["sts.GetCallerIdentity", "cloudformation.DescribeStacks", "cloudformation.GetTemplate"])
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
            DeployQuestion.make(plan: plan, spec: try fixture.context.loadSpec().spec, isNew: false).defaultAnswer
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
}
