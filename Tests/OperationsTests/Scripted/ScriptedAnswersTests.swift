import AWSClients
import AWSCore
import Operations
import TestSupport
import Testing

/// The stand-in's answers as botocore, which has AWS's own model of them, reads them.
@Suite struct ScriptedAnswersTests {
    private static let oracle = "Tests/AWSClientsTests/Python/cloudformation_answers.py"

    private func judge(_ calls: [(action: String, status: Int, body: String)]) throws -> [String] {
        let input = JSONValue.array(
            calls.map {
                .object(["action": .string($0.action), "status": .int(Int64($0.status)), "body": .string($0.body)])
            }
        )
        let output = try Python.run(Self.oracle, input: input.encoded())
        return try JSONValue.parse(output.bytes).arrayValue?.compactMap(\.stringValue) ?? ["no answer"]
    }

    /// Whatever was answered on the way through the states.
    @Test func botocoreReadsEveryAnswer() throws {
        var calls: [(action: String, status: Int, body: String)] = []
        let states: [StackStatus] = [
            .rollbackFailed, .updateFailed, .updateRollbackFailed, .deleteFailed, .importInProgress, .updateComplete,
        ]
        for state in states {
            let fixture = try ScriptedFixture.inState(state)
            fixture.base.package = "package 9"
            _ = try fixture.deploy()
            _ = try fixture.look()
            let name = ["StackName": ScriptedFixture.stackName]
            for action in ["DescribeStackResources", "CancelUpdateStack", "RollbackStack", "ContinueUpdateRollback"] {
                _ = fixture.script.answer(action, name)
            }
            _ = fixture.script.answer("DescribeStacks", [:])
            _ = fixture.script.answer("DeleteChangeSet", name.merging(["ChangeSetName": "absent"]) { $1 })
            _ = fixture.script.answer("UpdateTerminationProtection", name)
            _ = try fixture.tearDown()
            calls += fixture.script.calls.map {
                ($0.action, $0.answer.status, String(decoding: $0.answer.body, as: UTF8.self))
            }
        }
        #expect(Set(calls.map(\.action)).count == 15, "every call that the stand-in knows")
        #expect(try judge(calls) == [])
    }

    @Test func theJudgeFindsWhatIsWrong() throws {
        let body = """
            <DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>
            <Stacks><member><StackName>s</StackName><StackStatus>BROKEN</StackStatus><Colour>red</Colour></member></Stacks>
            </DescribeStacksResult></DescribeStacksResponse>
            """
        let found = try judge([("DescribeStacks", 200, body)])
        for part in ["CreationTime is missing", "BROKEN", "Colour is no member", "no request id"] {
            #expect(found.contains { $0.contains(part) }, "\(part)")
        }
    }
}
