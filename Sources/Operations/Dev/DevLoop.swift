import AWSCore
import BotSpec

/// Looks at the files, the logs and the local AWS, one after another, on one thread.
struct DevLoop {
    private let cloud: DevCloud
    private let session: DevSession
    private let board: DevBoard
    private let actions: DevActions
    private let tracer: TurnTracer
    private let host: any DevHost
    private let runId: String
    /// The bot that the page and the tracer know.
    private var shown: BotSpec?

    /// Nobody is asked: it is the developer's own machine. The chat on the page is the smoke turn.
    static let deployOptions = Deploy.Options(approval: .never, smokes: false)
    /// The longest time between two looks at what tells nothing by itself.
    private static let look = Duration.milliseconds(100)

    init(
        _ cloud: DevCloud,
        _ session: DevSession,
        _ board: DevBoard,
        _ actions: DevActions,
        _ calls: ModelCalls,
        _ host: any DevHost,
        runId: String
    ) {
        self.cloud = cloud
        self.session = session
        self.board = board
        self.actions = actions
        self.host = host
        self.runId = runId
        tracer = TurnTracer(cloud.context, calls: calls)
    }

    private var context: ProjectContext { cloud.context }
    private var clock: any WallClock { context.effects.clock }

    /// What decides what the bot is, absolute: the spec, the files that it names, and the handlers.
    static func paths(_ context: ProjectContext) -> [String] {
        let result = context.effects.loadSpec(
            context.directory,
            context.specFile,
            context.stage,
            context.overrides.region
        )
        let handlers = result.spec?.handlers.path ?? BotSpec.Handlers.standard.path
        return ([context.specFile, handlers] + result.sources).map { $0.hasPrefix("/") ? $0 : context.path($0) }
    }

    mutating func begin() throws(OperationError) { try show() }

    /// Until Ctrl-C.
    mutating func run(_ watcher: any FileWatcher) throws(OperationError) {
        var paths = Self.paths(context)
        var seen = ProjectScan.live(paths)
        watcher.watch(seen.folders)
        var debounce = Debounce()
        // What was saved while the bot was deployed.
        try react(to: seen, saved: clock.now())
        while !context.effects.isInterrupted() {
            if let running = cloud.running, !running.isRunning {
                throw OperationError(
                    .local,
                    "the local AWS has stopped by itself",
                    details: ["its log is \(running.logFile)"],
                    fix: "start it again with `botctl dev`"
                )
            }
            if watcher.wait(debounce.due(at: clock.now()) ?? Self.look) {
                let scan = ProjectScan.live(paths)
                if scan != seen {
                    seen = scan
                    watcher.watch(scan.folders)
                    debounce.saw(at: clock.now())
                }
            }
            if debounce.due(at: clock.now()) == .zero, let saved = debounce.take() {
                try react(to: seen, saved: saved)
                let wanted = Self.paths(context)
                if wanted != paths {
                    // A new `rules` or `promptFile` has other files. What happened to them meanwhile nobody has seen.
                    paths = wanted
                    seen = ProjectScan.live(paths)
                    watcher.watch(seen.folders)
                    debounce.saw(at: clock.now())
                }
            }
            for text in cloud.notices?.take() ?? [] { host.notify(OperationEvent.note(text)) }
            tracer.poll { host.notify($0) }
        }
    }

    private mutating func react(to scan: ProjectScan, saved: Timestamp) throws(OperationError) {
        let before = session.outputs
        try session.react(to: scan, saved: saved)
        try show(outputsChanged: before != session.outputs)
    }

    /// Tells the page what runs now.
    private mutating func show(outputsChanged: Bool = false) throws(OperationError) {
        let spec = session.spec
        if shown != spec || outputsChanged {
            shown = spec
            try tracer.follow(spec, session.outputs)
            actions.allow(texts(of: spec), tokenKey: try tokenKey(spec))
        }
        board.set(state(spec))
    }

    private func tokenKey(_ spec: BotSpec) throws(OperationError) -> [UInt8]? {
        guard spec.auth.mode == .signed else { return nil }
        return try TokenKeyStore.key(of: spec, try Cloud(context, region: spec.region))
    }

    /// The files that a business owner writes: the spec, the prompt's, the rules'.
    private func texts(of spec: BotSpec) -> [String] {
        let result = context.effects.loadSpec(
            context.directory,
            context.specFile,
            context.stage,
            context.overrides.region
        )
        let rules = spec.rules.map(\.file)
        let prompt = result.sources.filter { path in
            guard !rules.contains(path), let bytes = try? context.effects.files.read(context.path(path)) else {
                return false
            }
            return String(decoding: bytes, as: UTF8.self) == spec.prompt
        }
        return (context.specFile.hasPrefix("/") ? [] : [context.specFile]) + prompt + rules
    }

    private func state(_ spec: BotSpec) -> [String: JSONValue] {
        var values: [String: JSONValue] = [
            "run": .string(runId),
            "bot": .object([
                "name": .string(spec.name), "stage": .string(spec.stage), "stack": .string(spec.stackName),
                "region": .string(spec.region), "model": .string(spec.model.id), "prompt": .string(spec.prompt),
                "authMode": .string(spec.auth.mode.rawValue),
                "rules": .array(spec.rules.map { ["file": .string($0.file), "text": .string($0.text)] }),
            ]),
            "chatUrl": .string(session.outputs.chatURL ?? ""), "endpoint": .string(cloud.endpoint),
            "observesModel": .bool(cloud.observesModel), "answers": .string(cloud.model),
        ]
        values["problem"] = session.problem?.json ?? .null
        return values
    }
}

/// Tells both the terminal and the page.
final class BoardHost: DevHost {
    private let host: any DevHost
    private let board: DevBoard

    init(_ host: any DevHost, _ board: DevBoard) {
        self.host = host
        self.board = board
    }

    func notify(_ event: DevEvent) {
        host.notify(event)
        board.publish(event)
    }

    func notify(_ event: OperationEvent) { host.notify(event) }
    func ask(_ question: Question) -> Bool { host.ask(question) }
}
