import AWSClients
import AWSCore
import Operations
import Testing

/// Every state of a stack, and what each command makes of it: one row, five cells.
@Suite struct EveryStateTests {
    struct Row: CustomTestStringConvertible {
        var status: StackStatus?
        /// Of a deployment of another package: its outcome, or its error.
        var deploy: String
        /// Whether there was a stack that is gone then.
        var teardown: Bool
        var rollback: String
        /// Whether the plan begins with nothing.
        var plansAnew: Bool
        /// What `status` says to do next; `notDeployed` where it has nothing to show.
        var next: String?

        var testDescription: String { status?.word ?? "no stack" }

        init(
            _ status: StackStatus?,
            _ deploy: String,
            teardown: Bool = true,
            _ rollback: String,
            plansAnew: Bool = false,
            next: String?
        ) {
            self.status = status
            self.deploy = deploy
            self.teardown = teardown
            self.rollback = rollback
            self.plansAnew = plansAnew
            self.next = next
        }
    }

    static let rows: [Row] = [
        Row(nil, "created", teardown: false, "notDeployed", plansAnew: true, next: "notDeployed"),
        Row(.reviewInProgress, "created", "notDeployed", plansAnew: true, next: "notDeployed"),
        Row(.createInProgress, "updated", "updated", next: "events --follow"),
        Row(.createFailed, "created", "stackState", plansAnew: true, next: "deploy"),
        Row(.createComplete, "updated", "noSuchDeployment", next: nil),
        Row(.rollbackInProgress, "created", "stackState", next: "events --follow"),
        Row(.rollbackFailed, "created", "stackState", plansAnew: true, next: "deploy"),
        Row(.rollbackComplete, "created", "stackState", plansAnew: true, next: "deploy"),
        Row(.deleteInProgress, "created", teardown: false, "notDeployed", next: "events --follow"),
        Row(.deleteFailed, "created", "stackState", plansAnew: true, next: "teardown"),
        Row(.deleteComplete, "created", teardown: false, "notDeployed", plansAnew: true, next: "notDeployed"),
        Row(.updateInProgress, "updated", "updated", next: "events --follow"),
        Row(.updateCompleteCleanupInProgress, "updated", "updated", next: "events --follow"),
        Row(.updateComplete, "updated", "updated", next: nil),
        Row(.updateFailed, "updated", "updated", next: "deploy"),
        Row(.updateRollbackInProgress, "updated", "updated", next: "events --follow"),
        Row(.updateRollbackFailed, "updated", "updated", next: "deploy"),
        Row(.updateRollbackCompleteCleanupInProgress, "updated", "updated", next: "events --follow"),
        Row(.updateRollbackComplete, "updated", "updated", next: nil),
        Row(.importInProgress, "updated", "updated", next: "events --follow"),
        Row(.importComplete, "updated", "updated", next: nil),
        Row(.importRollbackInProgress, "updated", "updated", next: "events --follow"),
        Row(.importRollbackFailed, "stackState", "stackState", next: "events"),
        Row(.importRollbackComplete, "updated", "updated", next: nil),
    ]

    @Test func noStateIsForgotten() {
        #expect(Self.rows.count == StackStatus.words.count + 1)
        #expect(Set(Self.rows.compactMap(\.status)) == Set(StackStatus.words.map(\.value)))
    }

    private func word(_ body: () throws -> Deploy.Result) -> String {
        do {
            return try body().outcome.rawValue
        } catch let error as OperationError {
            return error.code.rawValue
        } catch {
            return "\(error)"
        }
    }

    /// The customers' table of the stack that lived before is there whatever happens to the stack.
    private func keepsData(_ fixture: ScriptedFixture, _ before: [String]) -> Bool {
        Set(before).isSubset(of: fixture.base.aws.tables.filter { $0.value.items > 0 }.keys)
    }

    private func data(_ fixture: ScriptedFixture) -> [String] {
        fixture.base.aws.tables.filter { $0.value.items > 0 }.keys.sorted()
    }

    @Test(arguments: rows)
    func deploy(_ row: Row) throws {
        let fixture = try ScriptedFixture.inState(row.status)
        let data = data(fixture)
        fixture.base.package = "package 9"
        #expect(word(fixture.deploy) == row.deploy)
        #expect(keepsData(fixture, data) && fixture.litter.isEmpty)
        guard row.deploy != "stackState" else { return }
        #expect(["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(fixture.status))
        #expect(word(fixture.deploy) == "nothingToDo", "a second one finds it done")
    }

    @Test(arguments: rows)
    func teardown(_ row: Row) throws {
        let fixture = try ScriptedFixture.inState(row.status)
        let data = data(fixture)
        let result = try fixture.tearDown()
        #expect(result.deletedStack == row.teardown && fixture.stack == nil && result.left.isEmpty)
        #expect(keepsData(fixture, data) && fixture.litter.isEmpty)
        #expect(Set(data).isSubset(of: result.kept.map(\.name)))
        #expect(try !fixture.tearDown().deletedStack)
    }

    @Test(arguments: rows)
    func rollback(_ row: Row) throws {
        let fixture = try ScriptedFixture.inState(row.status)
        let (data, before) = (data(fixture), fixture.base.aws.tables.count)
        #expect(word(fixture.rollBack) == row.rollback)
        #expect(keepsData(fixture, data))
        if row.rollback != "updated" {
            #expect(fixture.base.aws.tables.count == before, "what cannot be gone back from is not touched")
            #expect(fixture.base.count("cloudformation.DeleteStack") == 0)
        }
    }

    @Test(arguments: rows, [false, true])
    func diff(_ row: Row, usesChangeSet: Bool) throws {
        let fixture = try ScriptedFixture.inState(row.status)
        fixture.base.package = "package 9"
        let (before, litter) = (fixture.stack?.status, fixture.litter)
        let result = try fixture.diff(.init(usesChangeSet: usesChangeSet))
        #expect(!result.plan.changes.isEmpty)
        #expect(result.plan.changes.allSatisfy { $0.action == .add } == row.plansAnew)
        if !(usesChangeSet && row.status == .reviewInProgress) { #expect(fixture.litter == litter) }
        if let status = row.status, status.isInProgress || status == .reviewInProgress { return }
        // The empty stack that a change set needed takes a moment to go.
        fixture.base.clock.sleep(.seconds(5))
        fixture.script.advance()
        #expect(fixture.stack?.status == before, "a diff changes nothing")
    }

    @Test(arguments: rows)
    func status(_ row: Row) throws {
        let fixture = try ScriptedFixture.inState(row.status)
        guard row.next != "notDeployed" else {
            expectFailure(.notDeployed) { try fixture.look() }
            return
        }
        let status = try fixture.look()
        #expect(status.status == row.status?.word)
        #expect(status.next == row.next.map { "botctl \($0) --stage dev" })
        #expect(!status.meaning.isEmpty)
        if status.status == "UPDATE_ROLLBACK_FAILED" {
            #expect(status.notable.map(\.reason) == [RecordedText.goneFunction])
        }
    }
}
