import AWSClients
import AWSCore
import Operations
import Testing

/// The stand-in holds its callers to CloudFormation's own rules: what passes here is not refused there.
@Suite struct ScriptedRulesTests {
    private let clock = TestClock()
    private let script: ScriptedCloudFormation
    private let template = """
        {"Resources": {"A": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::SNS::Topic", "DependsOn": ["A"]}}}
        """

    init() {
        script = ScriptedCloudFormation(clock: clock)
        script.pageSize = 2
    }

    private func call(_ action: String, _ form: [String: String] = [:]) -> String {
        let answer = script.answer(action, ["StackName": "s"].merging(form) { $1 })
        return "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
    }

    /// Of the answers' text, what stands in an element.
    private func text(_ name: String, _ answer: String) -> String? {
        guard let start = answer.ranges(of: "<\(name)>").first, let end = answer.ranges(of: "</\(name)>").first
        else { return nil }
        return String(answer[start.upperBound..<end.lowerBound])
    }

    private func plan(_ name: String, _ type: String, _ body: String? = nil) -> String {
        call(
            "CreateChangeSet",
            ["ChangeSetName": name, "ChangeSetType": type, "TemplateBody": body ?? template, "ClientToken": name]
        )
    }

    private func create(failing failures: [ScriptedFailure] = []) {
        script.failures = failures
        _ = plan("c", "CREATE")
        clock.sleep(.seconds(10))
        #expect(call("ExecuteChangeSet", ["ChangeSetName": "c", "ClientRequestToken": "x"]).hasPrefix("200"))
        clock.sleep(.seconds(600))
        script.advance()
    }

    @Test func aNewChangeSetIsNotSeenAtOnce() {
        let id = text("Id", plan("c", "CREATE")) ?? ""
        #expect(call("DescribeChangeSet", ["ChangeSetName": id]).contains("ChangeSetNotFound"))
        clock.sleep(.seconds(1))
        #expect(text("Status", call("DescribeChangeSet", ["ChangeSetName": id])) == "CREATE_IN_PROGRESS")
        #expect(call("ExecuteChangeSet", ["ChangeSetName": id]).contains("InvalidChangeSetStatus"))
        clock.sleep(.seconds(5))
        #expect(text("Status", call("DescribeChangeSet", ["ChangeSetName": id])) == "CREATE_COMPLETE")
        #expect(script.stack("s")?.status == "REVIEW_IN_PROGRESS")
    }

    @Test func theSameTokenIsTheSameCallAndNoOther() {
        let first = plan("c", "CREATE")
        #expect(plan("c", "CREATE") == first && script.stack("s")?.changeSets.count == 1)
        let other = call(
            "CreateChangeSet",
            ["ChangeSetName": "d", "ChangeSetType": "CREATE", "TemplateBody": template, "ClientToken": "c"]
        )
        #expect(other.contains("<Code>TokenAlreadyExistsException</Code>"))
        let second = call(
            "CreateChangeSet",
            ["ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": template, "ClientToken": "e"]
        )
        #expect(second.contains("<Code>AlreadyExistsException</Code>"))
    }

    @Test func timePassesWhileAStackIsMade() {
        _ = plan("c", "CREATE")
        clock.sleep(.seconds(10))
        _ = call("ExecuteChangeSet", ["ChangeSetName": "c", "ClientRequestToken": "x"])
        #expect(script.stack("s")?.status == "CREATE_IN_PROGRESS")
        #expect(plan("d", "UPDATE").contains("is in CREATE_IN_PROGRESS state and can not be updated."))
        #expect(plan("e", "CREATE").contains("already exists"))
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s")?.status == "CREATE_COMPLETE")
        _ = plan("f", "UPDATE")
        clock.sleep(.seconds(10))
        #expect(call("DescribeChangeSet", ["ChangeSetName": "f"]).contains(RecordedText.noChanges.prefix(30)))
    }

    @Test func listsHavePages() {
        create()
        var (seen, token): (Int, String?) = (0, nil)
        repeat {
            let page = call("DescribeStackEvents", token.map { ["NextToken": $0] } ?? [:])
            seen += page.ranges(of: "<member>").count
            token = text("NextToken", page)
        } while token != nil
        #expect(seen == script.stack("s")?.events.count && seen > 4)
        #expect(call("DescribeStackEvents", ["NextToken": "page-99"]).hasPrefix("400"))
    }

    @Test func aFailedCreationCanOnlyBeDeleted() {
        create(failing: [.init(.create, "A", RecordedText.concurrency)])
        #expect(script.stack("s")?.status == "ROLLBACK_COMPLETE")
        #expect(script.stack("s")?.events.contains { $0.reason == RecordedText.cancelledCreation } == true)
        #expect(plan("d", "UPDATE").contains("is in ROLLBACK_COMPLETE state and can not be updated."))
        #expect(call("ContinueUpdateRollback").hasPrefix("400"))
        #expect(call("RollbackStack").hasPrefix("400"))
        #expect(call("CancelUpdateStack").contains("cannot be called from current stack status"))
        #expect(call("DeleteStack", ["ClientRequestToken": "d"]).hasPrefix("200"))
        clock.sleep(.seconds(600))
        #expect(call("DescribeStacks").contains("Stack with id s does not exist"))
        #expect(call("DescribeStacks", ["StackName": script.stacks[0].id]).contains("DELETE_COMPLETE"))
        #expect(call("DeleteStack").hasPrefix("200"), "what is absent is deleted")
    }

    @Test func onlyWhatCouldNotBeDeletedIsRetained() {
        create()
        #expect(call("DeleteStack", ["RetainResources.member.1": "A"]).contains(RecordedText.retainTooEarly))
        script.failures = [.init(.delete, "A", RecordedText.roleInUse, times: nil)]
        _ = call("DeleteStack", ["ClientRequestToken": "1"])
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s")?.status == "DELETE_FAILED")
        #expect(call("DeleteStack", ["RetainResources.member.1": "B"]).contains(RecordedText.retainDeleted))
        _ = call("DeleteStack", ["RetainResources.member.1": "A", "ClientRequestToken": "2"])
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s") == nil && script.stacks[0].resource("A")?.status == "DELETE_SKIPPED")
    }

    @Test func aStuckStackCanBeDeletedByForce() {
        create()
        let force = ["DeletionMode": "FORCE_DELETE_STACK"]
        #expect(call("DeleteStack", force).hasPrefix("400"))
        script.failures = [.init(.delete, "A", RecordedText.roleInUse, times: nil)]
        _ = call("DeleteStack")
        clock.sleep(.seconds(600))
        #expect(call("DeleteStack", force).hasPrefix("200"))
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s") == nil)
    }

    @Test func protectionIsRespected() {
        create()
        _ = call("UpdateTerminationProtection", ["EnableTerminationProtection": "true"])
        #expect(call("DeleteStack").contains("cannot be deleted while TerminationProtection is enabled"))
    }

    @Test func anUpdateIsCancelled() {
        create()
        let other = template.replacing("\"AWS::SNS::Topic\"}", with: "\"AWS::SNS::Topic\", \"Properties\": {\"X\": 1}}")
        _ = plan("u", "UPDATE", other)
        clock.sleep(.seconds(10))
        _ = call("ExecuteChangeSet", ["ChangeSetName": "u", "ClientRequestToken": "u"])
        clock.sleep(.seconds(5))
        #expect(script.answer("CancelUpdateStack", ["StackName": "s"]).status == 200)
        #expect(script.stack("s")?.status == "UPDATE_ROLLBACK_IN_PROGRESS")
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s")?.status == "UPDATE_ROLLBACK_COMPLETE")
        #expect(script.stack("s")?.definition.template == template)
    }

    @Test func onlyWhatFailedToRollBackIsSkipped() {
        create()
        let other = template.replacing("\"AWS::SNS::Topic\"}", with: "\"AWS::SNS::Topic\", \"Properties\": {\"X\": 1}}")
        script.failures = [
            .init(.update, "A", RecordedText.concurrency), .init(.rollback, "A", RecordedText.goneFunction),
        ]
        _ = plan("u", "UPDATE", other)
        clock.sleep(.seconds(10))
        _ = call("ExecuteChangeSet", ["ChangeSetName": "u", "ClientRequestToken": "u"])
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s")?.status == "UPDATE_ROLLBACK_FAILED")
        #expect(call("ContinueUpdateRollback", ["ResourcesToSkip.member.1": "B"]).contains("can not be skipped"))
        _ = call("ContinueUpdateRollback", ["ResourcesToSkip.member.1": "A"])
        clock.sleep(.seconds(600))
        script.advance()
        #expect(script.stack("s")?.status == "UPDATE_ROLLBACK_COMPLETE")
    }
}
