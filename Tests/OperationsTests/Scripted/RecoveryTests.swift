import AWSClients
import AWSCore
import Operations
import Testing

/// The ways out that ask: what they name, what they change, and what they leave alone without a yes.
@Suite struct RecoveryTests {
    private func notes(_ fixture: ScriptedFixture) -> [String] {
        fixture.base.host.events.compactMap { if case .note(let text) = $0 { text } else { nil } }
    }

    private func asks(_ fixture: ScriptedFixture, _ answer: @escaping (Question) -> Bool) {
        (fixture.base.assumeYes, fixture.base.isTerminal) = (false, true)
        fixture.base.host.answer = answer
    }

    private func calls(_ action: String, _ fixture: ScriptedFixture) -> [[String: String]] {
        fixture.script.calls.filter { $0.action == action }.map(\.form)
    }

    // MARK: A rollback that is stuck

    private func stuckForGood() throws -> ScriptedFixture {
        let fixture = try ScriptedFixture.inState(.updateRollbackFailed)
        fixture.script.failures = [
            ScriptedFailure(.rollback, "SendMessageFunction", RecordedText.goneFunction, times: nil)
        ]
        fixture.base.package = "package 9"
        return fixture
    }

    @Test func whatCannotBeRolledBackIsNamedAndSkippedOnAYes() throws {
        let fixture = try stuckForGood()
        asks(fixture) { _ in true }
        #expect(try fixture.deploy().outcome == .updated)
        let continued = calls("ContinueUpdateRollback", fixture)
        #expect(continued.map { $0["ResourcesToSkip.member.1"] } == [nil, "SendMessageFunction"])
        #expect(continued.allSatisfy { $0["ResourcesToSkip.member.2"] == nil })
        #expect(
            fixture.asked.prefix(2) == [
                "The stack shop-dev is stuck: an update failed, and rolling it back got stuck at SendMessageFunction. "
                    + "Try to finish the rollback?",
                "Finish the rollback of shop-dev without SendMessageFunction? CloudFormation takes it for rolled back, "
                    + "but what is there stays as it is, and may differ from the template.",
            ]
        )
        #expect(fixture.base.host.questions.prefix(2).map(\.defaultAnswer) == [true, false])
        let said = notes(fixture)
        #expect(said.contains { $0.contains(RecordedText.goneFunction) })
        #expect(said.contains { $0.contains("SendMessageFunction may differ from the template now") })
    }

    @Test func whatIsOnlySlowIsNotSkipped() throws {
        let fixture = try ScriptedFixture.inState(.updateRollbackFailed)
        fixture.base.package = "package 9"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(calls("ContinueUpdateRollback", fixture).map { $0["ResourcesToSkip.member.1"] } == [nil])
    }

    @Test(arguments: [0, 1])
    func withoutAYesARollbackStaysStuck(yes: Int) throws {
        let fixture = try stuckForGood()
        var answers = 0
        asks(fixture) { _ in
            answers += 1
            return answers <= yes
        }
        let error = #expect(throws: OperationError.self) { try fixture.deploy() }
        #expect(error?.code == .declined)
        #expect(calls("ContinueUpdateRollback", fixture).count == yes)
        #expect(fixture.status == "UPDATE_ROLLBACK_FAILED" && fixture.litter.isEmpty)
        if yes == 1 { #expect(error?.details.first?.contains(RecordedText.goneFunction) == true) }
    }

    @Test func whatIsUncoveredBySkippingIsAskedAboutToo() throws {
        let fixture = try stuckForGood()
        fixture.script.leave("AuthorizeFunction", of: "shop-dev", in: "UPDATE_FAILED", because: "no")
        fixture.script.failures.append(
            ScriptedFailure(.rollback, "AuthorizeFunction", RecordedText.goneFunction, times: nil)
        )
        #expect(try fixture.deploy().outcome == .updated)
        let skipped = calls("ContinueUpdateRollback", fixture).map {
            [$0["ResourcesToSkip.member.1"], $0["ResourcesToSkip.member.2"]].compactMap { $0 }.sorted()
        }
        #expect(skipped == [[], ["AuthorizeFunction", "SendMessageFunction"]])
    }

    @Test func anUpdateThatWasLeftHalfDoneIsTakenBack() throws {
        let fixture = try ScriptedFixture.inState(.updateFailed)
        fixture.base.package = "package 9"
        asks(fixture) { _ in true }
        #expect(try fixture.deploy().outcome == .updated)
        #expect(calls("RollbackStack", fixture).count == 1)
        #expect(fixture.asked.first?.contains("an update failed and was not rolled back") == true)
    }

    @Test func takingBackCanGetStuckInItsTurn() throws {
        let fixture = try ScriptedFixture.inState(.updateFailed)
        fixture.script.failures = [
            ScriptedFailure(.rollback, "SendMessageFunction", RecordedText.goneFunction, times: 2)
        ]
        fixture.base.package = "package 9"
        #expect(try fixture.deploy().outcome == .updated)
        #expect(
            calls("ContinueUpdateRollback", fixture).map { $0["ResourcesToSkip.member.1"] }
                == [nil, "SendMessageFunction"]
        )
    }

    // MARK: A deletion that is stuck

    private func undeletable(_ times: Int?) throws -> ScriptedFixture {
        let fixture = try ScriptedFixture.inState(.updateComplete)
        fixture.script.failures = [
            ScriptedFailure(.delete, "SendMessageRole", RecordedText.roleInUse, times: times),
            ScriptedFailure(.delete, "Api", RecordedText.apiThrottled, times: 1),
        ]
        return fixture
    }

    @Test func whatCannotBeDeletedIsLeftOnAYesAndNamed() throws {
        let fixture = try undeletable(nil)
        asks(fixture) { _ in true }
        let role = try #require(fixture.stack?.resource("SendMessageRole")?.physicalId)
        let result = try fixture.tearDown()
        #expect(result.deletedStack && fixture.stack == nil)
        // The API was only throttled; once more was enough for it.
        let deletions = calls("DeleteStack", fixture)
        #expect(deletions.map { $0["RetainResources.member.1"] } == [nil, nil, "SendMessageRole"])
        #expect(deletions.allSatisfy { $0["RetainResources.member.2"] == nil })
        #expect(result.left.map(\.physicalId) == [role] && result.left.first?.reason == RecordedText.roleInUse)
        #expect(
            result.left.first?.removal(in: "us-east-2") == "aws iam delete-role --role-name \(role) --region us-east-2"
        )
        #expect(
            fixture.asked.last == "Delete the stack shop-dev all the same, and leave SendMessageRole behind in the "
                + "account?"
        )
        #expect(fixture.base.host.questions.last?.defaultAnswer == false)
    }

    @Test func withoutAYesNothingIsLeftBehind() throws {
        let fixture = try undeletable(nil)
        asks(fixture) { !$0.text.contains("all the same") }
        let error = #expect(throws: OperationError.self) { try fixture.tearDown() }
        #expect(error?.code == .declined)
        #expect(error?.details.first?.contains(RecordedText.roleInUse) == true)
        #expect(fixture.status == "DELETE_FAILED")
        // The cause is removed; the next run finishes it.
        fixture.script.failures = []
        let result = try fixture.tearDown()
        #expect(result.deletedStack && result.left.isEmpty)
    }

    @Test func whatWasOnlyBusyIsNotLeft() throws {
        let fixture = try undeletable(1)
        fixture.base.assumeYes = true
        let result = try fixture.tearDown()
        #expect(result.left.isEmpty && fixture.stack == nil)
        #expect(calls("DeleteStack", fixture).count == 2)
    }

    @Test func aTableThatStaysIsNamedOnceWithItsItems() throws {
        let fixture = try ScriptedFixture.inState(nil)
        fixture.base.spec += "table: { onTeardown: delete }\n"
        _ = try fixture.deploy()
        fixture.addConversations()
        fixture.script.failures = [ScriptedFailure(.delete, "Table", RecordedText.protectedTable, times: nil)]
        let result = try fixture.tearDown()
        #expect(result.kept.map(\.items) == [42] && result.left.isEmpty)
    }

    // MARK: Data

    private func halfDeleted(onTeardown: String) throws -> ScriptedFixture {
        let fixture = try ScriptedFixture.inState(nil)
        fixture.base.spec += "table: { onTeardown: \(onTeardown) }\n"
        _ = try fixture.deploy()
        fixture.addConversations()
        fixture.script.play("shop-dev", [(.zero, "DELETE_FAILED")])
        return fixture
    }

    @Test func aTableWithDataGoesOnlyByName() throws {
        let fixture = try halfDeleted(onTeardown: "delete")
        let error = #expect(throws: OperationError.self) { try fixture.deploy() }
        #expect(error?.code == .consentNeeded && error?.fix.contains("--confirm dev") == true)
        #expect(error?.message.contains("with 42 items is deleted with it") == true)
        #expect(calls("DeleteStack", fixture).isEmpty && fixture.tables.count == 1)
        let old = fixture.tables
        var context = fixture.base.context
        context.confirmation = "dev"
        #expect(try Deploy.run(context, fixture.base.host).outcome == .created)
        #expect(Set(fixture.tables).isDisjoint(with: old))
    }

    @Test func aTableThatIsKeptIsNamedAndKept() throws {
        let fixture = try halfDeleted(onTeardown: "retain")
        let old = fixture.tables
        asks(fixture) { _ in true }
        #expect(try fixture.deploy().outcome == .created)
        #expect(fixture.asked.first?.contains("The table \(old[0]) (42 items) is kept in the account") == true)
        #expect(fixture.base.host.questions.first?.defaultAnswer == false)
        #expect(Set(old).isSubset(of: fixture.tables) && fixture.tables.count == 2)
    }

    @Test func withoutATerminalNothingIsRecreated() throws {
        for status in [StackStatus.rollbackComplete, .deleteFailed, .updateRollbackFailed, .updateFailed] {
            let fixture = try ScriptedFixture.inState(status)
            fixture.base.assumeYes = false
            let before = fixture.script.calls.count
            expectFailure(.consentNeeded) { try fixture.deploy() }
            let changing = ["DeleteStack", "ContinueUpdateRollback", "RollbackStack", "CreateChangeSet"]
            #expect(!fixture.script.calls.dropFirst(before).contains { changing.contains($0.action) })
            #expect(fixture.status == status.word)
        }
    }

    @Test func aProtectedStackIsNotRecreated() throws {
        let fixture = try ScriptedFixture.inState(.rollbackComplete)
        fixture.script.stacks[0].isProtected = true
        expectFailure(.protected) { try fixture.deploy() }
        #expect(fixture.status == "ROLLBACK_COMPLETE")
    }
}
