import AWSCore
import BotSpec
import Operations
import TestSupport
import Testing

/// Hears both kinds of events.
final class DevTestHost: DevHost {
    var events: [DevEvent] = []
    var steps: [OperationEvent] = []

    func notify(_ event: DevEvent) { events.append(event) }
    func notify(_ event: OperationEvent) { steps.append(event) }
    func ask(_ question: Question) -> Bool { preconditionFailure("unexpected question: \(question.text)") }
}

/// A bot that runs, and files that change under it.
final class DevBench {
    let fixture = Fixture()
    let host = DevTestHost()
    /// What the deployment does, and was asked for.
    var failure: OperationError?
    private(set) var deployments: [[DevPart]] = []
    private var session: DevSession?

    var text = smallestSpec

    init() throws {
        let spec = try #require(load().spec)
        var context = fixture.context
        context.effects.loadSpec = { [unowned self] _, _, _, _ in load() }
        session = DevSession(
            context,
            host,
            spec: spec,
            handlers: Self.scan(1).files.filter { $0.key.hasPrefix("/project/handlers/") },
            outputs: BotOutputs(stack: "acme-support-dev", region: "us-east-2", status: "", values: [:])
        ) { [unowned self] parts, relay throws(OperationError) in
            deployments.append(parts)
            relay.notify(.note("a note"))
            relay.notify(.smoking(stack: "is no news"))
            if let failure { throw failure }
            return DevSession.Deployed(
                outputs: BotOutputs(stack: "after", region: "us-east-2", status: "", values: [:]),
                way: .functions
            )
        }
    }

    var running: BotSpec? { session?.spec }
    var stack: String? { session?.outputs.stack }
    var problem: OperationError? { session?.problem }

    func react(handlers: Int64 = 1) throws {
        try session?.react(to: Self.scan(handlers), saved: fixture.clock.now())
    }

    private func load() -> SpecResult {
        SpecLoader.inMemory(["botctl.yml": Array(text.utf8), "rules/a.md": Array("# A\n\nOne.\n".utf8)])
            .load(projectDirectory: "/project")
    }

    private static func scan(_ handlers: Int64) -> ProjectScan {
        ProjectScan(files: [
            "/project/handlers/Sources/a.swift": .init(inode: 1, size: 1, modified: handlers),
            "/project/botctl.yml": .init(inode: 2, size: 1, modified: 1),
        ])
    }
}

@Suite struct DevSessionTests {
    struct Change: Sendable, CustomTestStringConvertible {
        var name: String
        var edit: @Sendable (String) -> String
        var parts: [DevPart]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Change(name: "the prompt", edit: { $0.replacing("prompt: ", with: "prompt: More. ") }, parts: [.prompt]),
        Change(name: "rules", edit: { $0 + "rules: rules/\n" }, parts: [.rules]),
        Change(name: "a limit", edit: { $0 + "limits: { messageChars: 100 }\n" }, parts: [.settings]),
        Change(
            name: "two at once",
            edit: { $0.replacing("prompt: ", with: "prompt: More. ") + "history: { turns: 2 }\n" },
            parts: [.prompt, .settings]
        ),
    ])
    func whatChangedIsDeployed(change: Change) throws {
        let bench = try DevBench()
        bench.text = change.edit(bench.text)
        try bench.react()
        #expect(bench.deployments == [change.parts])
        guard case .live(let reload)? = bench.host.events.last, bench.host.events.count == 1 else {
            Issue.record("\(bench.host.events)")
            return
        }
        #expect(reload.parts == change.parts && reload.way == .functions && reload.milliseconds > 0)
        #expect(bench.stack == "after")
        // Notes are passed on, steps are not.
        #expect(bench.host.steps == [.note("a note")])
        try bench.react()
        #expect(bench.deployments.count == 1, "what runs already is not deployed again")
    }

    @Test func aHandlerIsDeployed() throws {
        let bench = try DevBench()
        try bench.react(handlers: 2)
        #expect(bench.deployments == [[.handlers]])
    }

    @Test func whatMeansTheSameIsNoChange() throws {
        let bench = try DevBench()
        bench.text += "\n# A comment.\n"
        try bench.react()
        #expect(bench.deployments.isEmpty && bench.host.events.isEmpty)
    }

    @Test func aBrokenSpecIsRefusedAndMended() throws {
        let bench = try DevBench()
        let good = bench.text
        bench.text = good.replacing("prompt:", with: "pormpt:")
        try bench.react()
        guard case .refused(let refusal)? = bench.host.events.last else {
            Issue.record("\(bench.host.events)")
            return
        }
        #expect(refusal.error.code == .specInvalid && !refusal.error.diagnostics.isEmpty)
        #expect(bench.deployments.isEmpty && bench.problem == refusal.error)
        bench.text = good
        try bench.react()
        guard case .mended? = bench.host.events.last else {
            Issue.record("\(bench.host.events)")
            return
        }
        #expect(bench.problem == nil && bench.deployments.isEmpty)
        try bench.react()
        #expect(bench.host.events.count == 2)
    }

    @Test func aDeploymentThatFailsLeavesWhatRuns() throws {
        let bench = try DevBench()
        let running = bench.running
        bench.failure = OperationError(.build, "no", fix: "do")
        bench.text = bench.text.replacing("prompt: ", with: "prompt: More. ")
        try bench.react(handlers: 2)
        guard case .refused(let refusal)? = bench.host.events.last else {
            Issue.record("\(bench.host.events)")
            return
        }
        #expect(refusal.error.code == .build && bench.running == running && bench.stack == "acme-support-dev")
        // The next save takes up all that is not live yet, also what has not changed since.
        bench.failure = nil
        try bench.react(handlers: 2)
        #expect(bench.deployments == [[.prompt, .handlers], [.prompt, .handlers]])
        #expect(bench.problem == nil && bench.running != running)
    }

    @Test func anInterruptionEndsIt() throws {
        let bench = try DevBench()
        bench.failure = .interrupted
        expectFailure(.interrupted) { try bench.react(handlers: 2) }
        #expect(bench.host.events.isEmpty)
    }

    @Test func eventsAsJSON() throws {
        let reload = DevReload(parts: [.prompt, .rules], way: .functions, milliseconds: 120, plan: nil)
        #expect(
            DevEvent.live(reload).json == [
                "formatVersion": 1, "event": "live", "parts": ["prompt", "rules"], "way": "functions", "ms": 120,
            ]
        )
        let error = OperationError(.build, "no", details: ["a"], fix: "do")
        #expect(
            DevEvent.failed(error).json == [
                "formatVersion": 1, "event": "failed",
                "error": ["code": "build", "message": "no", "details": ["a"], "fix": "do", "diagnostics": []],
            ]
        )
    }
}
