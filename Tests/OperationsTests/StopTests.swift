import AWSCore
import Testing

@testable import Operations

/// Ctrl-C and SIGTERM while CloudFormation works.
@Suite struct StopTests {
    // MARK: What they mean

    private static let now = Timestamp(seconds: 1_790_000_000)

    @Test func theFirstCtrlCAsksAndTheSecondCancels() {
        var policy = StopPolicy(canCancel: true)
        #expect(policy.take(StopRequests(), now: Self.now).isEmpty)
        #expect(policy.take(StopRequests(interrupts: 1), now: Self.now) == [.say(.asked(grace: 5))])
        #expect(policy.deadline == Self.now.advanced(by: .seconds(5)))
        let later = Self.now.advanced(by: .milliseconds(4999))
        #expect(policy.take(StopRequests(), now: later).isEmpty)
        #expect(policy.take(StopRequests(interrupts: 1), now: later) == [.cancel])
        #expect(policy.deadline == nil, "going back is watched to its end")
        #expect(policy.take(StopRequests(), now: later.advanced(by: .seconds(99))).isEmpty)
        #expect(policy.take(StopRequests(interrupts: 1), now: later) == [.stop])
    }

    @Test func oneCtrlCStopsTheWatchingInTheEnd() {
        var policy = StopPolicy(canCancel: true)
        _ = policy.take(StopRequests(interrupts: 1), now: Self.now)
        #expect(policy.take(StopRequests(), now: Self.now.advanced(by: .seconds(5))) == [.stop])
    }

    @Test func twoAtOnceAreTwo() {
        var policy = StopPolicy(canCancel: true)
        #expect(policy.take(StopRequests(interrupts: 2), now: Self.now) == [.say(.asked(grace: 5)), .cancel])
    }

    @Test func whatCannotBeCancelledIsOnlyLeft() {
        var policy = StopPolicy(canCancel: false)
        #expect(policy.take(StopRequests(interrupts: 1), now: Self.now) == [.stop])
    }

    /// CI sends SIGINT, then SIGTERM, then kills.
    @Test func oneTerminationIsOnlyNoted() {
        var policy = StopPolicy(canCancel: true)
        #expect(policy.take(StopRequests(terminations: 1), now: Self.now) == [.say(.terminated)])
        #expect(policy.take(StopRequests(), now: Self.now.advanced(by: .seconds(600))).isEmpty)
        #expect(policy.take(StopRequests(terminations: 1), now: Self.now) == [.stop])
        var other = StopPolicy(canCancel: true)
        _ = other.take(StopRequests(interrupts: 1), now: Self.now)
        #expect(other.take(StopRequests(terminations: 1), now: Self.now) == [.stop], "no wish to cancel")
    }

    @Test func answeredRequestsInterruptNothing() throws {
        var requests = StopRequests()
        var told: [Bool] = []
        let signals = StopSignals({ requests }) { isPatient, _ in told.append(isPatient) }
        #expect(!signals.isInterrupted)
        requests.interrupts = 1
        #expect(signals.isInterrupted)
        try signals.shielded { #expect(!signals.isInterrupted) }
        try signals.answering { () throws(OperationError) in
            #expect(signals.take() == StopRequests(interrupts: 1) && !signals.isInterrupted)
            requests.terminations = 1
            #expect(signals.isInterrupted)
        }
        #expect(!signals.isInterrupted, "the end has answered it")
        requests.interrupts = 2
        #expect(signals.isInterrupted)
        #expect(told == [true, true, false])
    }

    // MARK: What they do

    /// An update that takes long; `requests` come once it is being watched.
    private func update(
        _ requests: StopRequests,
        ticks: Int = 1000,
        refuses: Bool = false
    ) throws -> (Fixture, Result<Deploy.Result, OperationError>) {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.package = "package 2"
        fixture.aws.ticks = ticks
        fixture.host.events = []
        if refuses { fixture.aws.refusals["cloudformation.CancelUpdateStack"] = (403, "AccessDenied", "not you") }
        return (fixture, run(fixture, requests))
    }

    private func run(_ fixture: Fixture, _ requests: StopRequests) -> Result<Deploy.Result, OperationError> {
        var context = fixture.context
        let executed = fixture.count("cloudformation.ExecuteChangeSet")
        let looks = fixture.count("cloudformation.DescribeStackEvents")
        context.effects.signals = StopSignals {
            let isWatched =
                fixture.count("cloudformation.ExecuteChangeSet") > executed
                && fixture.count("cloudformation.DescribeStackEvents") > looks + 1
            return isWatched ? requests : StopRequests()
        }
        do throws(OperationError) {
            return .success(try Deploy.run(context, fixture.host))
        } catch {
            return .failure(error)
        }
    }

    private func steps(_ fixture: Fixture) -> [StopStep] {
        fixture.host.events.compactMap { if case .stopping(_, let step) = $0 { step } else { nil } }
    }

    private func error(_ result: Result<Deploy.Result, OperationError>) -> OperationError? {
        if case .failure(let error) = result { error } else { nil }
    }

    @Test func oneCtrlCLeavesAnUpdateWorking() throws {
        let (fixture, result) = try update(StopRequests(interrupts: 1))
        let stopped = error(result)
        #expect(stopped?.code == .interrupted)
        #expect(stopped?.message == "stopped watching; CloudFormation goes on updating shop-dev")
        for command in ["`botctl events --follow --stage dev`", "`botctl deploy --stage dev`"] {
            #expect(stopped?.fix.contains(command) == true)
        }
        #expect(steps(fixture) == [.asked(grace: 5)] && fixture.clock.slept >= .seconds(5))
        #expect(fixture.stack?.status == "UPDATE_IN_PROGRESS")
        #expect(fixture.count("cloudformation.CancelUpdateStack") == 0)
        // And this is how it goes on.
        fixture.aws.stacks["shop-dev"]?.pending = (3, "UPDATE_COMPLETE")
        #expect(try fixture.deploy().outcome == .nothingToDo)
    }

    @Test func twoCancelIt() throws {
        let (fixture, result) = try update(StopRequests(interrupts: 2), ticks: 5)
        #expect(error(result)?.code == .interrupted)
        #expect(error(result)?.message == "the update of shop-dev was cancelled; the stack is as it was before")
        #expect(steps(fixture) == [.asked(grace: 5), .cancelling])
        #expect(fixture.host.events.contains(.rollingBack(stack: "shop-dev")))
        #expect(fixture.stack?.status == "UPDATE_ROLLBACK_COMPLETE")
        #expect(fixture.count("cloudformation.CancelUpdateStack") == 1)
    }

    @Test func aRefusedCancelWatchesOn() throws {
        let (fixture, result) = try update(StopRequests(interrupts: 2), ticks: 5, refuses: true)
        #expect(try result.get().outcome == .updated)
        let why = steps(fixture).last
        guard case .cancelRefused(let text) = why else { return #expect(Bool(false), "\(steps(fixture))") }
        #expect(text.contains("not you"))
    }

    @Test func whatEndsBeforeTheGraceIsDone() throws {
        let (fixture, result) = try update(StopRequests(interrupts: 1), ticks: 3)
        #expect(try result.get().outcome == .updated)
        #expect(steps(fixture) == [.asked(grace: 5)])
    }

    @Test func aCreationIsOnlyLeft() throws {
        let fixture = Fixture()
        fixture.aws.buckets["botctl-artifacts-111122223333-us-east-2"] = [:]
        fixture.aws.ticks = 1000
        let stopped = error(run(fixture, StopRequests(interrupts: 2)))
        #expect(stopped?.code == .interrupted)
        #expect(stopped?.fix.contains("CloudFormation cannot cancel a creation") == true)
        #expect(fixture.stack?.status == "CREATE_IN_PROGRESS" && steps(fixture).isEmpty)
        #expect(fixture.count("cloudformation.CancelUpdateStack") == 0)
    }

    @Test func oneTerminationDoesNotAbandonADeployment() throws {
        let (fixture, result) = try update(StopRequests(terminations: 1), ticks: 20)
        #expect(try result.get().outcome == .updated)
        #expect(try result.get().smoke != nil, "it goes on to its very end")
        #expect(steps(fixture) == [.terminated])
        #expect(fixture.bucket.keys.count { $0.contains("/history/") } == 2)
    }

    @Test func twoTerminationsDo() throws {
        let (fixture, result) = try update(StopRequests(terminations: 2))
        #expect(error(result)?.code == .interrupted && steps(fixture) == [.terminated])
        #expect(fixture.stack?.status == "UPDATE_IN_PROGRESS")
    }

    @Test func beforeTheExecutionATerminationTidiesUp() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.package = "package 2"
        var context = fixture.context
        let sets = fixture.count("cloudformation.CreateChangeSet")
        context.effects.signals = StopSignals {
            StopRequests(terminations: fixture.count("cloudformation.CreateChangeSet") > sets ? 1 : 0)
        }
        expectFailure(.interrupted) { try Deploy.run(context, fixture.host) }
        #expect(fixture.stack?.changeSets.isEmpty == true && fixture.stack?.status == "CREATE_COMPLETE")
        #expect(fixture.count("cloudformation.DeleteChangeSet") == 1)
    }

    @Test func aDeletionIsOnlyLeft() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.ticks = 1000
        var context = fixture.context
        context.effects.signals = StopSignals {
            StopRequests(interrupts: fixture.count("cloudformation.DeleteStack"))
        }
        let error = #expect(throws: OperationError.self) {
            try Teardown.run(context, deleteData: true, fixture.host)
        }
        #expect(error?.code == .interrupted && error?.fix.contains("`botctl teardown --stage dev`") == true)
        #expect(fixture.stack?.status == "DELETE_IN_PROGRESS")
    }

    /// What somebody else began is never cancelled by a watcher.
    @Test func aFollowerOnlyStopsFollowing() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.aws.stacks["shop-dev"]?.status = "UPDATE_IN_PROGRESS"
        fixture.aws.stacks["shop-dev"]?.pending = (1000, "UPDATE_COMPLETE")
        var context = fixture.context
        context.effects.signals = StopSignals { [clock = fixture.clock] in
            StopRequests(interrupts: clock.slept > .zero ? 2 : 0)
        }
        expectFailure(.interrupted) {
            try StageEvents.run(context, fixture.host, age: .seconds(1), follow: true)
        }
        #expect(fixture.count("cloudformation.CancelUpdateStack") == 0)
    }
}
