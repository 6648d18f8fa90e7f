import AWSCore
import Operations
import Testing

@Suite struct DeployTests {
    @Test func createsEverythingOnce() throws {
        let fixture = Fixture()
        let result = try fixture.deploy()
        #expect(result.outcome == .created)
        #expect(fixture.stack?.status == "CREATE_COMPLETE")
        #expect(fixture.stack?.tags["botctl:bot"] == "shop")
        #expect(result.outputs.chatURL == "ws://127.0.0.1:1/_aws/execute-api/api1/dev")
        #expect(fixture.aws.parameters["/botctl/shop/dev/token-key"] == base64Encode(Array(repeating: 7, count: 32)))
        #expect(fixture.packages.keys.sorted().map { $0.hasPrefix("shop/dev/") } == [true, true])
        #expect(fixture.bucket.keys.contains { $0.hasSuffix(".manifest.json") })
        #expect(fixture.host.events.contains(where: { if case .planned = $0 { true } else { false } }))
    }

    @Test func anUnchangedStackCostsAHandfulOfCalls() throws {
        let fixture = Fixture()
        try fixture.deploy()
        let before = fixture.aws.calls.count
        let result = try fixture.deploy()
        #expect(result.outcome == .nothingToDo)
        #expect(
            Array(fixture.aws.calls[before...]) == [
                "sts.GetCallerIdentity", "cloudformation.DescribeStacks", "cloudformation.GetTemplate",
                "s3.GETObject", "ssm.GetParameter",
            ]
        )
    }

    @Test func aNewPackageIsAnUpdate() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.package = "package 2"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(fixture.stack?.status == "UPDATE_COMPLETE")
        #expect(fixture.count("ssm.PutParameter") == 1)
        #expect(fixture.packages.count == 4)
    }

    @Test func aPackageThatIsThereIsNotUploaded() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"] = nil
        let uploads = fixture.count("s3.PUTObject")
        #expect(try fixture.deploy().outcome == .created)
        #expect(fixture.count("s3.PUTObject") == uploads + 1, "the record, and nothing else")
    }

    /// Only tags differ, which the fake's change sets do not look at: CloudFormation's "no changes" answer.
    @Test func anEmptyChangeSetIsNothingToDoAndIsRemoved() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.tags["by"] = "hand"
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(fixture.stack?.changeSets.isEmpty == true)
        #expect(fixture.count("cloudformation.ExecuteChangeSet") == 2)
    }

    @Test func aChangeSetThatHasGoneIsNotWaitedForForEver() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.package = "package 2"
        fixture.aws.losesChangeSets = true
        expectFailure(.stackState) { try fixture.deploy() }
        fixture.aws.losesChangeSets = false
        #expect(try fixture.deploy().outcome == .updated)
    }

    @Test func decliningChangesNothing() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        fixture.host.answer = { _ in false }
        expectFailure(.declined) { try fixture.deploy() }
        #expect(fixture.host.questions == [Question("Create shop-dev?", defaultAnswer: true)])
        #expect(fixture.stack == nil)
        #expect(fixture.bucket.isEmpty && fixture.aws.parameters.isEmpty)
        #expect(fixture.count("cloudformation.ExecuteChangeSet") == 0)
    }

    @Test func withoutATerminalConsentIsNeeded() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        fixture.assumeYes = false
        expectFailure(.consentNeeded) { try fixture.deploy() }
        #expect(fixture.stack == nil)
        #expect(fixture.host.events.contains(where: { if case .planned = $0 { true } else { false } }))
    }

    @Test func ctrlCAtTheQuestionTidiesUp() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        (fixture.assumeYes, fixture.isTerminal) = (false, true)
        nonisolated(unsafe) var interrupted = false
        fixture.isInterrupted = { interrupted }
        fixture.host.answer = { _ in
            interrupted = true
            return false
        }
        expectFailure(.interrupted) { try fixture.deploy() }
        #expect(fixture.stack == nil)
    }

    @Test func ctrlCWhileItRunsOnlyStopsWatching() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        fixture.aws.ticks = 1000
        let aws = fixture.aws
        fixture.isInterrupted = { aws.calls.contains("cloudformation.DescribeStackEvents") }
        expectFailure(.interrupted) { try fixture.deploy() }
        #expect(fixture.stack?.status == "CREATE_IN_PROGRESS")
    }

    @Test func aFailureNamesTheFirstRealCauseAndTheLine() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += "table:\n  billing: provisioned\n"
        fixture.aws.failure = ("Table", "AWS::DynamoDB::Table", "Subscriber limit exceeded")
        let error = try #require(throws: OperationError.self) { try fixture.deploy() }
        #expect(error.code == .rolledBack)
        #expect(error.details.first == "Table (AWS::DynamoDB::Table): Subscriber limit exceeded")
        #expect(error.diagnostics.first?.range?.start.line == 8, "`billing` is nearer to it than `table`")
        #expect(fixture.stack?.status == "UPDATE_ROLLBACK_COMPLETE")
        // The stack is usable again.
        #expect(try fixture.deploy().outcome == .updated)
    }

    @Test func aFailedCreationIsReplacedOnConsent() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        fixture.aws.failure = ("Api", "AWS::ApiGatewayV2::Api", "Too many APIs")
        expectFailure(.rolledBack) { try fixture.deploy() }
        #expect(fixture.stack?.status == "ROLLBACK_COMPLETE")
        #expect(try fixture.deploy().outcome == .created)
        #expect(fixture.count("cloudformation.DeleteStack") == 1)
    }

    @Test func aStuckRollbackIsFinishedFirst() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_ROLLBACK_FAILED"
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(fixture.count("cloudformation.ContinueUpdateRollback") == 1)
    }

    @Test func workInProgressIsWaitedFor() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_IN_PROGRESS"
        fixture.aws.stacks["shop-dev"]?.pending = (5, "UPDATE_COMPLETE")
        #expect(try fixture.deploy().outcome == .nothingToDo)
        #expect(fixture.clock.slept > .zero)
    }

    @Test func protectionFollowsTheSpec() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += "protect: true\n"
        try fixture.deploy()
        #expect(fixture.stack?.isProtected == true)
    }

    @Test func credentialsAreNeeded() throws {
        let fixture = Fixture()
        fixture.environment = ["HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"]
        expectFailure(.credentials) { try fixture.deploy() }
    }

    @Test(arguments: [
        ("sts.GetCallerIdentity", "InvalidClientTokenId", OperationError.Code.credentials),
        ("sts.GetCallerIdentity", "ExpiredToken", .credentials),
        ("cloudformation.DescribeStacks", "AccessDenied", .accessDenied),
        ("s3.HEADObject", "AccessDenied", .accessDenied),
        ("ssm.GetParameter", "AccessDeniedException", .accessDenied),
        ("cloudformation.CreateChangeSet", "LimitExceededException", .aws),
    ])
    func refusals(call: String, code expected: String, becomes: OperationError.Code) throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        fixture.aws.refusals[call] = (becomes == .aws ? 400 : 403, expected, "no")
        expectFailure(becomes) { try fixture.deploy() }
        #expect(fixture.count("cloudformation.ExecuteChangeSet") == 0)
    }

    @Test func anotherAccountIsRefused() throws {
        let fixture = Fixture()
        fixture.spec += "account: \"999988887777\"\n"
        expectFailure(.wrongAccount) { try fixture.deploy() }
        #expect(fixture.aws.calls == ["sts.GetCallerIdentity"])
    }

    @Test func anInvalidSpecTouchesNothing() throws {
        let fixture = Fixture()
        fixture.spec += "histroy: {}\n"
        let error = try #require(throws: OperationError.self) { try fixture.deploy() }
        #expect(error.code == .specInvalid)
        #expect(error.diagnostics.count == 1)
        #expect(fixture.aws.calls.isEmpty)
    }

    /// Wherever a run is killed, the next one ends where an undisturbed one does.
    @Test func aRunThatWasKilledAnywhereIsFinishedByTheNext() throws {
        let undisturbed = Fixture()
        try undisturbed.deploy()
        let total = undisturbed.aws.calls.count
        #expect(total > 15)
        for step in 0..<total {
            let fixture = Fixture()
            fixture.aws.diesAtCall = step
            #expect(throws: OperationError.self) { try fixture.deploy() }
            let key = fixture.aws.parameters
            fixture.aws.diesAtCall = nil
            try fixture.deploy()
            #expect(fixture.stack?.status == "CREATE_COMPLETE", "killed at call \(step)")
            #expect(fixture.stack?.changeSets.isEmpty == true, "killed at call \(step)")
            #expect(fixture.stack?.parameters == undisturbed.stack?.parameters)
            #expect(fixture.packages == undisturbed.packages, "killed at call \(step)")
            #expect(key.isEmpty || fixture.aws.parameters == key)
            #expect(try fixture.deploy().outcome == .nothingToDo)
        }
    }
}

/// That a call fails with an error of this code.
func expectFailure<Answer>(
    _ code: OperationError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Answer
) {
    let error = #expect(throws: OperationError.self, sourceLocation: sourceLocation) { _ = try body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
