import AWSCore
import BotContract

/// One event being served: its deadline, and what its log line will say.
final class Invocation {
    /// Kept for storing the turn and posting the frame that ends it.
    static let reserve: Duration = .seconds(2)

    let requestId: String
    let deadline: Timestamp
    let started: Timestamp
    /// What became of it: `answered`, `duplicate`, an error frame's code, …
    var outcome = "ok"
    /// For the log only; may name what clients must not see.
    var detail: String?
    var usage: TokenUsage?
    var model: String?
    /// By `Metric`.
    private(set) var counts: [String: Int64] = [:]
    var retrieval: RetrievalNote?
    /// The tools that brought no result, and why: `orderStatus: status 500`.
    var toolFailures: [String] = []
    private(set) var timings: [String: Int64] = [:]
    private let clock: any WallClock

    init(requestId: String, deadline: Timestamp, clock: any WallClock) {
        self.requestId = requestId
        self.deadline = deadline
        self.clock = clock
        started = clock.now()
    }

    /// When the model must have answered.
    var modelDeadline: Timestamp { deadline.advanced(by: .zero - Self.reserve) }
    /// A margin for the last answer to reach Lambda.
    var storeDeadline: Timestamp { deadline.advanced(by: .milliseconds(-200)) }

    /// Adds the time that `body` takes to the phase.
    func timed<Value, Failure: Error>(_ phase: String, _ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let start = clock.now()
        defer { timings[phase, default: 0] += start.duration(to: clock.now()).milliseconds }
        return try body()
    }

    /// Notes how long after the invocation's start this moment is; the first call counts.
    func reached(_ moment: String) {
        if timings[moment] == nil { timings[moment] = started.duration(to: clock.now()).milliseconds }
    }

    func count(_ metric: String, _ times: Int = 1) { counts[metric, default: 0] += Int64(times) }

    /// Adds to what the log line says of the invocation.
    func note(_ text: String) { detail = [detail, text].compactMap { $0 }.joined(separator: "; ") }

    var elapsed: Int64 { started.duration(to: clock.now()).milliseconds }
}

/// How a turn's rules were found.
struct RetrievalNote {
    var mode: RuleSelection.Mode
    var isCovered: Bool
    /// Why the search by meaning gave way to the one by words.
    var failure: String?
}
