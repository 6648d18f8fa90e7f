import Operations

/// What is known of CloudFormation's work on a stack, from its events.
struct WatchedStack {
    let stack: String
    /// `updating`; changes when CloudFormation goes back.
    private(set) var verb: String
    /// The resources that the plan changes, by logical id; `nil` where there is no plan. Others may have events as
    /// well: an update looks at every resource, and some emulators say so of each.
    let expected: Set<String>?
    /// Seconds that comparable earlier work took.
    let estimate: Double?

    /// A step worth a line: its event, and the seconds since the work began.
    struct Step {
        var event: ResourceEvent
        var seconds: Double
        /// The resource took, or has taken so far, a second or longer.
        var isSlow: Bool
    }

    /// One resource as it is shown: how long it took, or has taken so far.
    struct Row: Equatable {
        var id: String
        var type: String
        var seconds: Double
        var reason: String?
    }

    private struct Resource {
        /// With which it went to work; its end, where nothing was heard of a beginning.
        var begin: ResourceEvent
        /// `nil` while it is at work.
        var ended: Int64?
        /// Its beginning has had its line.
        var isTold = false

        var began: Int64 { begin.time.milliseconds }
    }

    private var began: Int64?
    private var latest: Int64 = 0
    /// Time never goes back on the screen.
    private var shown = 0.0
    private var resources: [String: Resource] = [:]
    /// In the order of their beginnings, and of their ends.
    private var atWork: [String] = []
    private var done: [String] = []
    private(set) var failed: [Row] = []

    private static let slow: Int64 = 1000

    init(stack: String = "", work: StackWork = .update, expected: Set<String>? = nil, estimate: Double? = nil) {
        self.stack = stack
        self.expected = expected
        self.estimate = estimate
        verb = Self.verb(work)
    }

    static func verb(_ work: StackWork) -> String {
        switch work {
        case .create: "creating"
        case .update: "updating"
        case .delete: "deleting"
        case .rollback: "rolling back"
        }
    }

    /// `updating shop-dev`
    var title: String { "\(verb) \(stack)" }

    var isGoingBack: Bool { verb == Self.verb(.rollback) }

    mutating func goBack() { verb = Self.verb(.rollback) }

    /// Since the first event, by CloudFormation's clock.
    var seconds: Double { seconds(at: latest) }

    /// What the screen says: by the watcher's clock, which may be ahead of the events'.
    var shownSeconds: Double { max(shown, seconds) }

    mutating func pass(to seconds: Double) { shown = max(shown, seconds) }

    /// - Returns: the resources that have been at work for long, and the end of this one's work.
    mutating func take(_ event: ResourceEvent) -> [Step] {
        let (time, id) = (event.time.milliseconds, event.logicalId)
        if began == nil { began = time }
        latest = max(latest, time)
        shown = max(shown, seconds)
        guard event.failed || expected?.contains(id) != false else { return [] }
        var steps: [Step] = []
        for other in atWork where other != id || !event.isDone {
            guard let resource = resources[other], !resource.isTold, time - resource.began >= Self.slow else {
                continue
            }
            resources[other]?.isTold = true
            steps.append(Step(event: resource.begin, seconds: seconds(at: resource.began), isSlow: true))
        }
        guard event.isDone else {
            done.removeAll { $0 == id }
            if !atWork.contains(id) {
                atWork.append(id)
                resources[id] = Resource(begin: event)
            }
            return steps
        }
        let begin = atWork.contains(id) ? resources[id]?.begin : nil
        resources[id] = Resource(begin: begin ?? event, ended: time)
        atWork.removeAll { $0 == id }
        done.removeAll { $0 == id }
        if event.failed {
            failed.removeAll { $0.id == id }
            failed.append(row(id, until: time, reason: event.reason))
        } else {
            done.append(id)
        }
        let isSlow = begin.map { time - $0.time.milliseconds >= Self.slow } ?? false
        return steps + [Step(event: event, seconds: seconds(at: time), isSlow: isSlow)]
    }

    // MARK: What is shown

    /// Longest at work first.
    var working: [Row] {
        let now = Int64(shownSeconds * 1000) + (began ?? 0)
        return atWork.map { row($0, until: now) }
    }

    /// Latest end first.
    var finished: [Row] {
        done.reversed().map { id in row(id, until: resources[id]?.ended ?? 0) }
    }

    /// Those of the plan that have not begun, by logical id.
    var waiting: [String] {
        guard let expected, !isGoingBack else { return [] }
        return expected.filter { resources[$0] == nil }.sorted()
    }

    /// `12 of 44 done`
    var count: String { "\(done.count)\(expected.map { " of \($0.count)" } ?? "") done" }

    /// `about 40 s to go`; `nil` without an estimate, and once it is exceeded or pointless.
    var remaining: String? {
        guard let estimate, !isGoingBack, failed.isEmpty, estimate > shownSeconds else { return nil }
        return "about \(wholeSeconds(estimate - shownSeconds)) to go"
    }

    /// `updating shop-dev: 12 of 44 done, 14 s; waiting for Table, HelloFunction, …`
    var summary: String {
        var text = "\(title): \(count), \(wholeSeconds(shownSeconds))"
        if !failed.isEmpty { text += ", \(failed.count) failed" }
        if let remaining { text += ", \(remaining)" }
        return text + (waitedFor.map { "; waiting for \($0)" } ?? "")
    }

    /// The three longest at work.
    var waitedFor: String? {
        guard !atWork.isEmpty else { return nil }
        return atWork.prefix(3).map(visible).joined(separator: ", ") + (atWork.count > 3 ? ", …" : "")
    }

    /// ` (44 resources)`, for the line at the end.
    var tally: String {
        let count = Set(done).union(failed.map(\.id)).count
        return count == 0 ? "" : " (\(plural(count, "resource")))"
    }

    /// `Table 31.0 s, HelloFunction 12.1 s`: what the time went into, where it was a second or longer; no news beside
    /// a failure.
    var longest: String? {
        guard failed.isEmpty else { return nil }
        let rows = finished.reversed().filter { $0.seconds >= 1 }.sorted { $0.seconds > $1.seconds }.prefix(3)
        return rows.isEmpty
            ? nil : rows.map { "\(visible($0.id)) \(BotctlCommands.elapsed($0.seconds))" }.joined(separator: ", ")
    }

    private func row(_ id: String, until end: Int64, reason: String? = nil) -> Row {
        let resource = resources[id]
        return Row(
            id: id,
            type: resource?.begin.type ?? "",
            seconds: elapsed(resource?.began ?? end, end),
            reason: reason
        )
    }

    private func elapsed(_ start: Int64, _ end: Int64) -> Double { Double(max(0, end - start)) / 1000 }

    private func seconds(at time: Int64) -> Double { elapsed(began ?? time, time) }
}
