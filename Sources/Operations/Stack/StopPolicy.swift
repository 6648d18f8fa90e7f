import AWSCore

/// What a request to stop means while CloudFormation works on a stack:
///
///     Ctrl-C        an update: say so, and stop watching after `grace` · other work: stop watching
///     Ctrl-C again  an update: cancel it, and watch it go back · afterwards: stop watching
///     SIGTERM       say so and watch on: what was begun deserves its end
///     another one   stop watching
///
/// To stop watching never stops CloudFormation.
struct StopPolicy {
    enum Action: Equatable {
        case say(StopStep)
        case cancel
        case stop
    }

    /// Long enough to read the sentence and to press the keys again.
    static let grace = Duration.seconds(5)

    /// The work is an update, and this run's own.
    let canCancel: Bool
    /// When the watching ends, unless it is over before or cancelled.
    private(set) var deadline: Timestamp?
    private var hasCancelled = false
    private var wasTerminated = false

    init(canCancel: Bool) { self.canCancel = canCancel }

    /// - Parameter requests: those that came since the last time.
    /// - Returns: what is to be done, in this order.
    mutating func take(_ requests: StopRequests, now: Timestamp) -> [Action] {
        var actions: [Action] = []
        for _ in 0..<requests.interrupts {
            guard canCancel, !hasCancelled else { return actions + [.stop] }
            if deadline == nil {
                deadline = now.advanced(by: Self.grace)
                actions.append(.say(.asked(grace: Self.grace.inSeconds)))
            } else {
                deadline = nil
                hasCancelled = true
                actions.append(.cancel)
            }
        }
        for _ in 0..<requests.terminations {
            // After a Ctrl-C it is what CI sends next: no wish to cancel.
            if wasTerminated || deadline != nil { return actions + [.stop] }
            wasTerminated = true
            actions.append(.say(.terminated))
        }
        if let deadline, now >= deadline { actions.append(.stop) }
        return actions
    }
}
