import AWSClients
import AWSCore

/// Follows one piece of CloudFormation's work on a stack to its end.
///
///     look at the stack ──settled──▶ read the events once more ──▶ the stack as it is
///          ▲   │ at work
///          │   ▼
///        wait ◀── read the events, oldest first
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

    struct Outcome {
        /// `nil` when the stack is gone.
        var stack: Stack?
        /// Of this work, oldest first.
        var events: [StackEvent]
        var seconds: Double

        /// What the host is told at the end.
        func settled(_ stackName: String) -> OperationEvent {
            let status = stack?.status.word ?? StackStatus.deleteComplete.word
            return .settled(stack: stackName, status: status, seconds: seconds)
        }
    }

    /// CloudFormation is eventually consistent: until it shows the work, the stack's old status is not its end.
    private static let patience = Duration.seconds(15)

    func run() throws(OperationError) -> Outcome {
        let clock = context.effects.clock
        let began = clock.now()
        var events: [StackEvent] = []
        var schedule = PollingSchedule()
        while true {
            try context.checkInterrupted()
            let current = try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
                try cloud.cloudFormation.describeStack(stack)
            }
            let news = try newEvents(after: events.last?.id ?? after)
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
                if status.isSuccess { return Outcome(stack: current, events: events, seconds: elapsed.inSeconds) }
                let last = try newEvents(after: events.last?.id ?? after)
                tell(last)
                return Outcome(stack: current, events: events + last, seconds: elapsed.inSeconds)
            }
            host.notify(.stillWatching(seconds: elapsed.inSeconds))
            clock.sleep(schedule.next(news: !news.isEmpty))
        }
    }

    private func newEvents(after last: String?) throws(OperationError) -> [StackEvent] {
        try cloud.attempt("read the events of the stack \(name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackEvents(stack, since: last, notBefore: since)
        }
    }

    private func tell(_ events: [StackEvent]) {
        for event in events where !event.isOfStack { host.notify(.resource(ResourceEvent(event))) }
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
