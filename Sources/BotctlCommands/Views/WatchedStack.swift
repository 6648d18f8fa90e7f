import Operations

/// What is known of CloudFormation's work on a stack, from its events.
struct WatchedStack {
    /// `updating shop-dev`
    let title: String
    /// The resources that the plan changes; `nil` where there is no plan. Others may have events as well: an
    /// update looks at every resource, and some emulators say so of each.
    let expected: Set<String>?

    /// A step worth a line: its event, and the seconds since the work began.
    struct Step {
        var event: ResourceEvent
        var seconds: Double
        /// The resource took, or has taken so far, a second or longer.
        var isSlow: Bool
    }

    private var began: Int64?
    private var latest: Int64 = 0
    /// Time never goes back on the screen.
    private var shown = 0.0
    /// In the order of their beginnings.
    private var atWork: [(event: ResourceEvent, isTold: Bool)] = []
    private var done: Set<String> = []
    private var failed: Set<String> = []

    private static let slow: Int64 = 1000

    init(title: String, expected: Set<String>?) {
        self.title = title
        self.expected = expected
    }

    /// Since the first event, by CloudFormation's clock.
    var seconds: Double { seconds(at: latest) }

    /// - Returns: the resources that have been at work for long, and the end of this one's work.
    mutating func take(_ event: ResourceEvent) -> [Step] {
        let time = event.time.milliseconds
        if began == nil { began = time }
        latest = max(latest, time)
        guard event.failed || expected?.contains(event.logicalId) != false else { return [] }
        let start = atWork.first { $0.event.logicalId == event.logicalId }
        if event.isDone { atWork.removeAll { $0.event.logicalId == event.logicalId } }
        var steps: [Step] = []
        for index in atWork.indices where !atWork[index].isTold && time - milliseconds(atWork[index].event) >= Self.slow
        {
            atWork[index].isTold = true
            steps.append(step(atWork[index].event, isSlow: true))
        }
        if event.isDone {
            if event.failed { failed.insert(event.logicalId) } else { done.insert(event.logicalId) }
            steps.append(step(event, isSlow: start.map { time - milliseconds($0.event) >= Self.slow } ?? false))
        } else {
            done.remove(event.logicalId)
            if start == nil { atWork.append((event, false)) }
        }
        return steps
    }

    /// `updating shop-dev: 12 of 44 done, 14 s; waiting for Table, HelloFunction, …`
    /// - Parameter seconds: by the watcher's clock, which may be ahead of the events'.
    mutating func summary(atLeast seconds: Double = 0) -> String {
        shown = max(shown, seconds, self.seconds)
        let total = expected.map { " of \($0.count)" } ?? ""
        var text = "  \(title): \(done.count)\(total) done, \(Int(shown)) s"
        if !failed.isEmpty { text += ", \(failed.count) failed" }
        guard !atWork.isEmpty else { return text }
        let names = atWork.prefix(3).map(\.event.logicalId).joined(separator: ", ")
        return text + "; waiting for \(names)\(atWork.count > 3 ? ", …" : "")"
    }

    /// ` (44 resources)`, for the line at the end.
    var tally: String {
        let count = done.union(failed).count
        return count == 0 ? "" : " (\(plural(count, "resource")))"
    }

    private func step(_ event: ResourceEvent, isSlow: Bool) -> Step {
        Step(event: event, seconds: seconds(at: event.time.milliseconds), isSlow: isSlow)
    }

    private func seconds(at time: Int64) -> Double { Double(max(0, time - (began ?? time))) / 1000 }

    private func milliseconds(_ event: ResourceEvent) -> Int64 { event.time.milliseconds }
}
