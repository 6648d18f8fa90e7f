import AWSCore
import Planning
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct LiveTableTests {
    /// A resource's step, so many milliseconds after the beginning.
    private func step(_ ms: Int64, _ id: String, _ status: String, type: String = "Lambda::Function") -> ResourceEvent {
        ResourceEvent(
            time: Timestamp(milliseconds: 1_000_000 + ms),
            logicalId: id,
            type: "AWS::\(type)",
            status: status,
            reason: status.hasSuffix("FAILED") ? "The name is \u{1B}[31mtaken" : nil
        )
    }

    private func watch(_ steps: [ResourceEvent], estimate: Double? = nil, waiting: Set<String> = []) -> WatchedStack {
        var watch = WatchedStack(
            stack: "shop-dev",
            work: .create,
            expected: waiting.union(steps.map(\.logicalId)),
            estimate: estimate
        )
        for step in steps { _ = watch.take(step) }
        return watch
    }

    private var midway: WatchedStack {
        var watch = watch(
            [
                step(0, "HelloRole", "CREATE_IN_PROGRESS", type: "IAM::Role"),
                step(100, "Table", "CREATE_IN_PROGRESS", type: "DynamoDB::Table"),
                step(200, "Alarm", "CREATE_IN_PROGRESS", type: "CloudWatch::Alarm"),
                step(2300, "Alarm", "CREATE_FAILED", type: "CloudWatch::Alarm"),
                step(12_000, "HelloRole", "CREATE_COMPLETE", type: "IAM::Role"),
                step(13_000, "SendMessageFunctionWithAVeryLongNameForAnyTerminal", "CREATE_IN_PROGRESS"),
            ],
            estimate: 100,
            waiting: ["Api", "Stage", "Größe日本"]
        )
        watch.pass(to: 75.5)
        return watch
    }

    @Test(arguments: [(80, 24), (120, 40), (44, 10), (20, 24), (80, 5), (80, 2), (80, 1)])
    func aTableFitsItsTerminal(columns: Int, rows: Int) {
        let lines = LiveTable(watch: midway).lines(columns: columns, rows: rows, style: .plain)
        #expect(lines.count <= max(1, rows - 1))
        for line in lines { #expect(displayWidth(line) < columns, "\(line)") }
        let coloured = LiveTable(watch: midway).lines(columns: columns, rows: rows, style: Style(isColoured: true))
        #expect(coloured.map(displayWidth) == lines.map(displayWidth))
        expectGolden(lines.map { "\($0)\n" }.joined(), "table-\(columns)x\(rows).txt")
    }

    @Test func aLargeStackStaysCalm() {
        let ids = (10..<70).map { "Resource\($0)" }
        var steps = ids.map { step(0, $0, "CREATE_IN_PROGRESS") }
        let table = LiveTable(watch: watch(steps)).lines(columns: 80, rows: 24, style: .plain)
        #expect(table.count == 20 && table.last?.hasSuffix("and 42 more") == true)
        steps += ids.prefix(30).enumerated().map { step(Int64($0.offset) * 100 + 1000, $0.element, "CREATE_COMPLETE") }
        let later = LiveTable(watch: watch(steps)).lines(columns: 80, rows: 24, style: .plain)
        #expect(later.count == 20)
        #expect(later.contains { $0.hasPrefix("Done      and 30 more") }, "at least one line says what is done")
    }

    @Test func whatIsWaitedForAndHowLong() {
        let watch = midway
        #expect(watch.count == "1 of 7 done" && watch.waiting == ["Api", "Größe日本", "Stage"])
        #expect(watch.waitedFor?.hasPrefix("Table, SendMessage") == true)
        #expect(watch.remaining == nil, "what fails takes as long as it takes")
        var good = self.watch([step(0, "A", "CREATE_IN_PROGRESS")], estimate: 100)
        #expect(good.remaining == "about 1 min 40 s to go")
        good.pass(to: 60)
        #expect(good.remaining == "about 40 s to go")
        good.pass(to: 30)
        #expect(good.remaining == "about 40 s to go", "time never goes back on the screen")
        good.pass(to: 100)
        #expect(good.remaining == nil, "an estimate that is exceeded is none")
    }

    @Test func goingBackHasNoEstimate() {
        var watch = watch([step(0, "A", "CREATE_IN_PROGRESS")], estimate: 100, waiting: ["B"])
        watch.goBack()
        #expect(watch.remaining == nil && watch.waiting.isEmpty && watch.title == "rolling back shop-dev")
    }

    @Test(arguments: [
        ("short", 10, "short"), ("SendMessageFunction", 11, "SendM…ction"), ("ab", 1, "…"), ("日本語日本語", 7, "日本…語"),
    ])
    func namesAreShortenedInside(name: String, columns: Int, result: String) {
        #expect(shortenedInside(name, to: columns) == result)
        #expect(displayWidth(result) <= columns)
    }

    // MARK: In place

    @Test func aFrameWritesOverTheOneBefore() {
        var block = LiveBlock()
        #expect(block.frame(next: ["a", "b"], columns: 80) == "a\u{1B}[K\nb\u{1B}[K")
        #expect(block.frame(next: ["a", "b"], columns: 80).isEmpty, "nothing new, nothing written")
        #expect(block.frame(next: ["c"], columns: 80) == "\r\u{1B}[1Ac\u{1B}[K\u{1B}[J")
        #expect(block.frame(printing: "kept\n", next: ["c"], columns: 80) == "\r\u{1B}[Jkept\nc\u{1B}[K")
        #expect(block.frame(next: [], columns: 80) == "\r\u{1B}[J")
        #expect(block.frame(printing: "end\n", next: [], columns: 80) == "end\n")
    }

    @Test func linesThatANarrowerTerminalHasWrappedAreTakenBack() {
        var block = LiveBlock()
        _ = block.frame(next: [String(repeating: "x", count: 79), "y"], columns: 80)
        #expect(block.frame(next: ["z"], columns: 30) == "\r\u{1B}[3Az\u{1B}[K\u{1B}[J")
    }

    @Test func aLowerTerminalIsNotLeftAtItsTop() {
        var block = LiveBlock()
        _ = block.frame(next: (0..<20).map(String.init), columns: 80, rows: 40)
        #expect(block.frame(next: ["z"], columns: 80, rows: 12) == "\r\u{1B}[11Az\u{1B}[K\u{1B}[J")
    }
}
