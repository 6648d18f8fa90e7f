/// What the process was asked so far, and how often.
package struct StopRequests: Sendable, Equatable {
    /// Ctrl-C (SIGINT).
    package var interrupts: Int
    /// SIGTERM: what CI sends before it kills.
    package var terminations: Int

    package init(interrupts: Int = 0, terminations: Int = 0) {
        self.interrupts = interrupts
        self.terminations = terminations
    }
}

/// How the running operation takes the requests to stop:
///
///     before CloudFormation works   the first one ends calls and waits; what was begun is tidied away
///     while it works                the watch answers them (`take`); calls that change something are `shielded`
///     afterwards                    what the watch has answered stops nothing any more
package final class StopSignals {
    private let received: () -> StopRequests
    private let patience: (_ isPatient: Bool, _ answered: StopRequests) -> Void
    /// A request is never done with.
    private let isSticky: Bool
    private var answered = StopRequests()
    private var isShielded = false
    private var isAnswering = false

    /// - Parameters:
    ///   - received: as the process counts them.
    ///   - patience: told when somebody answers the requests from now on, or no longer, and how many are answered:
    ///     where nobody does, a second request ends the process.
    package init(
        _ received: @escaping () -> StopRequests,
        patience: @escaping (_ isPatient: Bool, _ answered: StopRequests) -> Void = { _, _ in }
    ) {
        self.received = received
        self.patience = patience
        isSticky = false
    }

    private init(sticky received: @escaping () -> StopRequests) {
        self.received = received
        patience = { _, _ in }
        isSticky = true
    }

    /// For what runs until it is stopped: any one request ends it, and what it is doing, at once.
    func endingAtOnce() -> StopSignals {
        StopSignals(
            sticky: { [received] in
                let all = received()
                // Two of these stop a watch without more ado.
                return StopRequests(terminations: 2 * (all.interrupts + all.terminations))
            }
        )
    }

    /// A request has come that nobody has answered: it also ends calls on the wire.
    package var isInterrupted: Bool { !isShielded && received() != (isSticky ? StopRequests() : answered) }

    /// The requests that came since they were last taken; they count as answered.
    func take() -> StopRequests {
        let all = received()
        defer {
            answered = all
            patience(isAnswering, all)
        }
        return StopRequests(
            interrupts: all.interrupts - answered.interrupts,
            terminations: all.terminations - answered.terminations
        )
    }

    /// A call that changes something is finished: to stop half way would leave nobody knowing whether it was made.
    func shielded<Answer>(_ body: () throws(OperationError) -> Answer) throws(OperationError) -> Answer {
        isShielded = true
        defer { isShielded = false }
        return try body()
    }

    /// While somebody answers every request. What is left unanswered at the end is answered by it.
    func answering<Answer>(_ body: () throws(OperationError) -> Answer) throws(OperationError) -> Answer {
        isAnswering = true
        patience(true, answered)
        defer {
            isAnswering = false
            _ = take()
        }
        return try body()
    }
}
