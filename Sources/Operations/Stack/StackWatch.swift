import AWSClients
import AWSCore
import Synthesis

/// Follows one piece of CloudFormation's work on a stack to its end.
///
///     look at the stack ──settled──▶ read the events once more ──▶ the stack as it is
///          ▲   │ at work
///          │   ▼
///        wait ◀── read the events, oldest first
///
/// Requests to stop are answered here, by `StopPolicy`.
struct StackWatch {
    let cloud: Cloud
    let context: ProjectContext
    let host: any OperationHost
    /// The stack's id where it is known: a deleted stack is found only by its id.
    let stack: String
    let name: String
    /// Marks the events of this work.
    let token: String
    /// Of the change set that is executed; `nil` for other work.
    var changeSet: String?
    /// Nothing that happened earlier belongs to this work.
    let since: Timestamp?
    /// The newest event from before this work, where it is known.
    var after: String?
    var work = StackWork.update
    /// When the work began, where it is joined later.
    var began: Timestamp?
    /// It is this run's own update, which it may cancel.
    var canCancel = false

    struct Outcome {
        /// `nil` when the stack is gone.
        var stack: Stack?
        /// Of this work, oldest first.
        var events: [StackEvent]
        var seconds: Double
        /// CloudFormation was asked to cancel the work, and agreed.
        var wasCancelled = false

        /// What the host is told at the end.
        func settled(_ stackName: String) -> OperationEvent {
            let status = stack?.status.word ?? StackStatus.deleteComplete.word
            return .settled(stack: stackName, status: status, seconds: seconds)
        }
    }

    /// CloudFormation is eventually consistent: until it shows the work, the stack's old status is not its end.
    private static let patience = Duration.seconds(15)

    /// Between two looks the host hears of the time, for what it shows.
    private static let tick = Duration.seconds(1)

    /// - Throws: `interrupted` when it was asked to stop; CloudFormation goes on.
    func run() throws(OperationError) -> Outcome {
        try context.effects.signals.answering { () throws(OperationError) in try follow() }
    }

    private func follow() throws(OperationError) -> Outcome {
        let clock = context.effects.clock
        let now = clock.now()
        let began = min(self.began ?? now, now)
        var events: [StackEvent] = []
        var schedule = PollingSchedule()
        var policy = StopPolicy(canCancel: canCancel)
        var (wasCancelled, goesBack) = (false, work == .rollback)
        while true {
            wasCancelled = try answerRequests(&policy) || wasCancelled
            // A request to stop has ended the call: answered at the beginning of the next round.
            guard let (current, news) = try look(after: events.last?.id ?? after) else { continue }
            events += news
            tell(news)
            let elapsed = began.duration(to: clock.now())
            let hasBegun =
                events.contains { $0.clientToken == token } || (changeSet != nil && current?.changeSetId == changeSet)
            guard let status = current?.status, status != .deleteComplete else {
                return Outcome(stack: nil, events: events, seconds: elapsed.inSeconds)
            }
            if status.isSettled, hasBegun || elapsed > Self.patience {
                // After a failure its reason must not be missed; a success needs no more words.
                let last = status.isSuccess ? [] : try lastEvents(after: events.last?.id ?? after)
                tell(last)
                return Outcome(
                    stack: current,
                    events: events + last,
                    seconds: elapsed.inSeconds,
                    wasCancelled: wasCancelled
                )
            }
            if !goesBack, StackWork(status) == .rollback, status.isInProgress {
                goesBack = true
                host.notify(.rollingBack(stack: name))
            }
            wait(schedule.next(news: !news.isEmpty), until: policy.deadline, since: began)
        }
    }

    /// - Returns: `nil` when a request to stop came in between.
    private func look(after last: String?) throws(OperationError) -> (Stack?, [StackEvent])? {
        do throws(OperationError) {
            let current = try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
                try cloud.cloudFormation.describeStack(stack)
            }
            return (current, try newEvents(after: last))
        } catch {
            guard error.code == .interrupted, context.effects.signals.isInterrupted else { throw error }
            return nil
        }
    }

    /// The end is there: only the reason may still be missing, and nothing interrupts its reading.
    private func lastEvents(after last: String?) throws(OperationError) -> [StackEvent] {
        try context.effects.signals.shielded { () throws(OperationError) in try newEvents(after: last) }
    }

    private func newEvents(after last: String?) throws(OperationError) -> [StackEvent] {
        try cloud.attempt("read the events of the stack \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack, since: last, notBefore: since)
        }
    }

    private func tell(_ events: [StackEvent]) {
        for event in events where !event.isOfStack { host.notify(.resource(ResourceEvent(event))) }
    }

    /// Ends early when somebody asks to stop.
    private func wait(_ duration: Duration, until deadline: Timestamp?, since began: Timestamp) {
        let clock = context.effects.clock
        var now = clock.now()
        var end = now.advanced(by: duration)
        if let deadline { end = min(end, deadline) }
        repeat {
            host.notify(.stillWatching(seconds: began.duration(to: now).inSeconds))
            clock.sleep(min(Self.tick, now.duration(to: end)))
            now = clock.now()
        } while now < end && !context.effects.signals.isInterrupted
    }

    // MARK: Requests to stop

    /// - Returns: whether CloudFormation has agreed to cancel the work.
    private func answerRequests(_ policy: inout StopPolicy) throws(OperationError) -> Bool {
        let requests = context.effects.signals.take()
        var isCancelled = false
        for action in policy.take(requests, now: context.effects.clock.now()) {
            switch action {
            case .say(let step): host.notify(.stopping(stack: name, step))
            case .cancel: isCancelled = try cancel()
            case .stop: throw stopped()
            }
        }
        return isCancelled
    }

    private func cancel() throws(OperationError) -> Bool {
        do throws(OperationError) {
            let token = "\(ChangeSetRun.namePrefix)\(context.effects.clock.now().milliseconds)"
            try context.effects.signals.shielded { () throws(OperationError) in
                try cloud.attempt("cancel the update of \(name)") { () throws(AWSError) in
                    try cloud.cloudFormation.cancelUpdateStack(name, clientToken: token)
                }
            }
            host.notify(.stopping(stack: name, .cancelling))
            return true
        } catch {
            // It may be over by now, or not be allowed: the watching goes on either way.
            host.notify(.stopping(stack: name, .cancelRefused(why: error.details.first ?? error.message)))
            return false
        }
    }

    private func stopped() -> OperationError {
        let (doing, note) =
            switch work {
            case .create:
                (
                    "creating",
                    "; CloudFormation cannot cancel a creation: `botctl teardown --stage \(context.stage)` takes away "
                        + "what you do not want"
                )
            case .update: ("updating", "")
            case .delete: ("deleting", "; CloudFormation cannot cancel a deletion")
            case .rollback: ("rolling back", "")
            }
        let again = work == .delete ? "teardown" : "deploy"
        let resume = "`botctl \(again) --stage \(context.stage)` waits for its end and goes on from there"
        let follow = "`botctl events --follow --stage \(context.stage)` watches it again"
        return OperationError(
            .interrupted,
            "stopped watching; CloudFormation goes on \(doing) \(name)",
            fix: (name == BootstrapStack.name ? resume : "\(follow); \(resume)") + note
        )
    }
}

extension ResourceEvent {
    init(_ event: StackEvent) {
        self.init(
            time: event.time ?? Timestamp(milliseconds: 0),
            logicalId: event.logicalId,
            type: event.resourceType,
            status: event.status,
            reason: event.statusReason
        )
    }
}

extension Duration {
    var inSeconds: Double { Double(milliseconds) / 1000 }
}
