import AWSCore
import Operations

/// The one project against the scripted CloudFormation.
final class ScriptedFixture {
    let base = Fixture()
    let script: ScriptedCloudFormation

    static let stackName = "shop-dev"
    static let bucket = "botctl-artifacts-111122223333-us-east-2"

    /// - Parameter hasBucket: somebody has deployed to this account and region before.
    init(hasBucket: Bool = true) {
        script = ScriptedCloudFormation(clock: base.clock)
        // It has no functions to wait for: express mode is for ExecutionTests.
        base.spec += "deployment: standard\n"
        let aws = base.aws
        aws.script = script
        if hasBucket { aws.buckets[Self.bucket] = [:] }
        script.account = { stack, resource in
            switch (resource.type, resource.status) {
            case ("AWS::DynamoDB::Table", "CREATE_COMPLETE"):
                aws.tables[resource.physicalId] = FakeAWS.Table(tags: stack.definition.tags)
            case ("AWS::DynamoDB::Table", "DELETE_COMPLETE"): aws.tables[resource.physicalId] = nil
            case ("AWS::S3::Bucket", "CREATE_COMPLETE"): aws.buckets[Self.bucket] = [:]
            default: break
            }
        }
    }

    /// Another one that is as this one is now: what is done to it changes nothing here.
    func copy() -> ScriptedFixture {
        let other = ScriptedFixture(hasBucket: false)
        other.base.clock.sleep(other.base.clock.now().duration(to: base.clock.now()))
        (other.base.package, other.base.spec) = (base.package, base.spec)
        (other.base.aws.buckets, other.base.aws.tables) = (base.aws.buckets, base.aws.tables)
        other.base.aws.parameters = base.aws.parameters
        other.script.copy(script)
        return other
    }

    var stack: ScriptedStack? { script.stack(Self.stackName) }
    var status: String? { stack?.status }
    var tables: [String] { base.aws.tables.keys.sorted() }
    var asked: [String] { base.host.questions.map(\.text) }

    /// Customers have talked to the bot.
    func addConversations(_ items: Int = 42) {
        for name in base.aws.tables.keys { base.aws.tables[name]?.items = items }
    }

    func deploy() throws(OperationError) -> Deploy.Result { try base.deploy() }

    func tearDown(deleteData: Bool = false) throws(OperationError) -> Teardown.Result {
        try Teardown.run(base.context, deleteData: deleteData, base.host)
    }

    func rollBack() throws(OperationError) -> Deploy.Result { try Rollback.run(base.context, base.host, to: nil) }
    func diff(_ options: Diff.Options = .init()) throws(OperationError) -> Diff.Result {
        try Diff.run(base.context, base.host, options: options)
    }
    func look() throws(OperationError) -> StageStatus { try StageStatus.run(base.context, base.host) }

    /// What no run may leave behind: plans, empty stacks, work that nobody asked for.
    var litter: [String] {
        script.advance()
        return script.stacks.filter { !$0.isDeleted }.flatMap { stack in
            stack.changeSets.map { "change set \($0.name)" }
                + (stack.status == "REVIEW_IN_PROGRESS" ? ["stack in review \(stack.name)"] : [])
        }
    }
}
