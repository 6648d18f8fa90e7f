import AWSCore
import BotContract
import BotSpec
package import LocalAWS

/// `botctl dev`: the whole bot on this machine, until Ctrl-C.
///
///     lock ─▶ local AWS (with the last run's state) ─▶ deploy ─▶ page ─▶ watch: save ─▶ live or refused
///                                                                  └──── logs, turns ──▶ terminal and page
package struct Dev {
    package struct Options {
        /// Of the page; 0 takes the last run's, or a free one.
        package var port: Int
        package var fresh: Bool
        /// What answers in the place of Bedrock.
        package var model: LocalModel
        /// MiniStack, where there is none.
        package var mayInstall: Bool
        /// Of the connections; its port is the last run's where that is free.
        package var gateway: LocalAWS.Gateway?
        /// Named in the widget's file.
        package var version: String
        /// Opens a browser; `nil` opens none.
        package var open: ((_ url: String) -> Void)?

        package init(
            port: Int = 0,
            fresh: Bool = false,
            model: LocalModel = LocalModel(),
            mayInstall: Bool = true,
            gateway: LocalAWS.Gateway? = LocalAWS.Gateway(),
            version: String,
            open: ((_ url: String) -> Void)? = nil
        ) {
            self.port = port
            self.fresh = fresh
            self.model = model
            self.mayInstall = mayInstall
            self.gateway = gateway
            self.version = version
            self.open = open
        }
    }

    /// Waits between two words of the offline answerer, so that they appear as a model's do.
    static let pace = Duration.milliseconds(12)
    static let folder = ".botctl/dev"

    /// - Throws: what kept it from starting, and `local` when the local AWS ends by itself. Ctrl-C returns.
    package static func run(
        _ context: ProjectContext,
        _ options: Options,
        _ host: any DevHost
    ) throws(OperationError) {
        let began = context.effects.clock.now()
        var context = context
        context.effects.signals = context.effects.signals.endingAtOnce()
        let folder = context.path(Self.folder)
        try context.effects.files.makeDirectory(folder)
        let lock = try DevLock("\(folder)/dev.lock", process: context.effects.processes.owner.process)
        defer { withExtendedLifetime(lock) {} }
        let calls = ModelCalls()
        let board = DevBoard()
        let host = BoardHost(host, board)
        var start = DevStart(context, options, host, calls: calls, folder: folder)
        do throws(OperationError) {
            let (cloud, session) = try start.bot()
            defer { cloud.running?.stop() }
            let memoryFile = "\(folder)/\(DevMemory.fileName)"
            let actions = DevActions(directory: context.directory, files: context.effects.files)
            let page = try start.page(session.outputs, board, actions)
            defer { page.stop() }
            start.memory.pagePort = page.port
            start.memory.chatPort = (cloud.running?.webSocketEndpoint).flatMap { Endpoint(url: $0)?.port } ?? 0
            try start.memory.write(memoryFile, context.effects)
            var loop = DevLoop(cloud, session, board, actions, calls, host, runId: start.runId)
            try loop.begin()
            host.notify(
                .ready(
                    DevAddresses(
                        page: page.url,
                        chat: session.outputs.chatURL ?? "",
                        endpoint: cloud.endpoint,
                        stack: session.outputs.stack,
                        milliseconds: began.duration(to: context.effects.clock.now()).milliseconds
                    )
                )
            )
            options.open?(page.url)
            try loop.run(machineWatcher(clock: context.effects.clock))
        } catch {
            if error.code != .interrupted { throw error }
        }
    }
}

/// The way to a bot that runs and a page that shows it.
struct DevStart {
    private let context: ProjectContext
    private let options: Dev.Options
    private let host: any DevHost
    private let calls: ModelCalls
    private let folder: String
    var memory: DevMemory
    /// A page that was opened in an earlier run sees by it that this is another.
    let runId: String

    init(
        _ context: ProjectContext,
        _ options: Dev.Options,
        _ host: any DevHost,
        calls: ModelCalls,
        folder: String
    ) {
        self.context = context
        self.options = options
        self.host = host
        self.calls = calls
        self.folder = folder
        memory = DevMemory.read("\(folder)/\(DevMemory.fileName)", context.effects)
        runId = hexEncode(context.effects.randomBytes(8))
    }

    /// Starts the local AWS and deploys; a state of an earlier run that no longer works is given up for a new one.
    func bot() throws(OperationError) -> (DevCloud, DevSession) {
        let spec = try context.loadSpec().spec
        if let url = context.overrides.endpointURL { return try deployed(DevCloud.named(url, context, spec), spec) }
        let ministack = try MiniStackInstallation(context).ensure(mayInstall: options.mayInstall, host)
        var model = try options.model.prepare(context, region: spec.region, host)
        if options.model.choice == .offline { model.bedrock.pace = Dev.pace }
        model.bedrock.observe = { [calls] call in calls.observe(call) }
        let state = "\(folder)/aws"
        if options.fresh { LocalAWS.removeState(state) }
        let hadState = context.effects.files.exists("\(state)/state/cloudformation.json")
        let reason: String
        do throws(OperationError) {
            return try attempt(spec, state, ministack, model)
        } catch {
            // Without an old state there is nothing else to blame than what the error says.
            guard hadState, [.local, .aws, .network, .stackState, .deployFailed, .rolledBack].contains(error.code)
            else { throw error }
            reason = error.message
        }
        host.notify(DevEvent.freshState(reason: reason))
        LocalAWS.removeState(state)
        return try attempt(spec, state, ministack, model)
    }

    private func attempt(
        _ spec: BotSpec,
        _ state: String,
        _ ministack: String,
        _ model: LocalModel.Prepared
    ) throws(OperationError) -> (DevCloud, DevSession) {
        let cloud = try DevCloud.start(
            context,
            spec,
            folder: state,
            chatPort: memory.chatPort,
            gateway: options.gateway,
            ministack: ministack,
            model: model,
            observesModel: !options.model.usesAWS
        )
        do throws(OperationError) {
            return try deployed(cloud, spec)
        } catch {
            cloud.running?.stop()
            throw error
        }
    }

    private func deployed(_ cloud: DevCloud, _ spec: BotSpec) throws(OperationError) -> (DevCloud, DevSession) {
        let local = cloud.context
        let scan = ProjectScan.live(DevLoop.paths(local))
        let handlers = DevSession.handlers(in: scan, of: spec, local)
        let result = try Deploy.run(local, host, options: DevLoop.deployOptions)
        if cloud.isRestored, result.outcome == .nothingToDo, let defect = try cloud.defect(spec, result.outputs) {
            throw OperationError(.stackState, defect, fix: "start with --fresh")
        }
        let session = DevSession(local, host, spec: spec, handlers: handlers, outputs: result.outputs) {
            parts,
            relay throws(OperationError) in
            try Self.bring(local, relay, waits: cloud.running == nil)
        }
        return (cloud, session)
    }

    /// Other code goes straight to the functions; what only CloudFormation can change goes by change set.
    /// - Parameter waits: until every function says that it runs the code. dev's own local AWS runs it from its answer
    ///   on, and says so half a second later.
    private static func bring(
        _ local: ProjectContext,
        _ host: any OperationHost,
        waits: Bool
    ) throws(OperationError) -> DevSession.Deployed {
        return switch try Hotswap.run(local, host, options: Hotswap.Options(approval: .never, waits: waits)) {
        case .hotswap(let result):
            DevSession.Deployed(outputs: result.outputs, way: result.outcome == .nothingToDo ? .nothing : .functions)
        case .deployment(let result):
            DevSession.Deployed(outputs: result.outputs, way: result.outcome == .nothingToDo ? .nothing : .changeSet)
        }
    }

    /// On the port of the last run where it is free and no other is asked for.
    func page(_ outputs: BotOutputs, _ board: DevBoard, _ actions: DevActions) throws(OperationError) -> DevPage {
        let kept = LocalAWS.isFree(memory.pagePort) ? memory.pagePort : 0
        return try DevPage.start(
            port: options.port == 0 ? kept : options.port,
            token: memory.token,
            version: options.version,
            connect: Self.source(of: outputs.chatURL ?? ""),
            board: board,
            actions: actions
        )
    }

    /// `ws://127.0.0.1:4566/_aws/…` → `ws://127.0.0.1:4566`
    static func source(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else { return "" }
        return String(url[..<scheme.upperBound]) + url[scheme.upperBound...].prefix { $0 != "/" }
    }
}
