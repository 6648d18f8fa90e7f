package import AWSClients
package import AWSCore
package import BotSpec
package import HandlerBuild

/// The outside world, as values: what operations read and change goes through here.
package struct Effects {
    package var clock: any WallClock
    /// `nil` is libcurl as the environment configures it, started by the first operation that needs it.
    package var transport: (any HTTPTransport)?
    package var files: FileSystem
    package var environment: [String: String]
    /// Somebody can read questions and type answers.
    package var isTerminal: Bool
    /// SIGINT and SIGTERM.
    package var signals: StopSignals
    package var randomBytes: (_ count: Int) -> [UInt8]
    package var processes: ProcessTable
    /// Over which chats with a deployed bot are held.
    package var chat: () -> ChatSession.Effects
    package var loadSpec: SpecLoading
    package var buildPackage: PackageBuilding
    /// Told of every attempt of every AWS call.
    package var log: ((AWSAttempt) -> Void)?
    /// What leads to credentials beyond files and calls.
    package var credentials: CredentialsEffects
    /// Asks a program of this machine about itself.
    package var tools: any ProcessRunner

    package typealias SpecLoading = (
        _ projectDirectory: String, _ specFile: String, _ stage: String, _ region: String?
    ) -> SpecResult

    /// Builds the handlers and packs them with the spec's settings, skipping what has not changed.
    package typealias PackageBuilding = (
        _ spec: BotSpec, _ context: ProjectContext, _ events: (OperationEvent) -> Void
    ) throws(OperationError) -> BuiltPackage

    package init(
        clock: any WallClock,
        transport: (any HTTPTransport)?,
        files: FileSystem,
        environment: [String: String],
        isTerminal: Bool,
        signals: StopSignals,
        randomBytes: @escaping (_ count: Int) -> [UInt8],
        processes: ProcessTable,
        chat: @escaping () -> ChatSession.Effects,
        loadSpec: @escaping SpecLoading,
        buildPackage: @escaping PackageBuilding,
        log: ((AWSAttempt) -> Void)? = nil,
        credentials: CredentialsEffects,
        tools: any ProcessRunner
    ) {
        self.clock = clock
        self.transport = transport
        self.files = files
        self.environment = environment
        self.isTerminal = isTerminal
        self.signals = signals
        self.randomBytes = randomBytes
        self.processes = processes
        self.chat = chat
        self.loadSpec = loadSpec
        self.buildPackage = buildPackage
        self.log = log
        self.credentials = credentials
        self.tools = tools
    }
}

extension Effects {
    /// The process was asked to stop, and nobody has answered yet. Setting it stands in for one Ctrl-C.
    package var isInterrupted: () -> Bool {
        get { { [signals] in signals.isInterrupted } }
        set { signals = StopSignals { newValue() ? StopRequests(interrupts: 1) : StopRequests() } }
    }

    /// The machine itself.
    /// - Parameter askMFACode: asks for the code of the MFA device of that serial; only asked on a terminal.
    package static func live(
        environment: [String: String],
        isTerminal: Bool,
        signals: StopSignals,
        log: ((AWSAttempt) -> Void)? = nil,
        askMFACode: @escaping (_ serial: String) -> String?
    ) -> Effects {
        let isInterrupted = { signals.isInterrupted }
        return Effects(
            clock: SystemClock(),
            transport: nil,
            files: .live,
            environment: environment,
            isTerminal: isTerminal,
            signals: signals,
            randomBytes: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            },
            processes: .live(environment, asks: isTerminal),
            chat: {
                let settings = CurlSettings(environment: environment, fileExists: FileSystem.live.exists)
                return .live(settings: settings, isCancelled: isInterrupted)
            },
            loadSpec: { directory, file, stage, region in
                SpecLoader.live.load(
                    projectDirectory: directory,
                    specFile: file,
                    stage: stage,
                    overrides: SpecOverrides(region: region)
                )
            },
            buildPackage: LivePackage.build,
            log: log,
            credentials: .live(isCancelled: isInterrupted, askMFACode: isTerminal ? askMFACode : nil),
            tools: PosixProcessRunner()
        )
    }

    /// Every effect stops the program and says which it was: what a test does not replace, it does not use.
    package static func trapping() -> Effects {
        Effects(
            clock: TrappingClock(),
            transport: TrappingTransport(),
            files: FileSystem(
                read: { path in trap("files.read(\(path))") },
                write: { path, _, _ in trap("files.write(\(path))") },
                exists: { path in trap("files.exists(\(path))") },
                makeDirectory: { path in trap("files.makeDirectory(\(path))") }
            ),
            environment: [:],
            isTerminal: false,
            signals: StopSignals { StopRequests() },
            randomBytes: { _ in trap("randomBytes") },
            processes: ProcessTable(
                owner: RunOwner(name: "tester", host: "test", process: 1),
                isRunning: { process in trap("processes.isRunning(\(process))") }
            ),
            chat: { trap("chat") },
            loadSpec: { _, _, _, _ in trap("loadSpec") },
            buildPackage: { _, _, _ in trap("buildPackage") },
            credentials: CredentialsEffects(
                writePrivateFile: { path, _ in trap("credentials.writePrivateFile(\(path))") },
                runProcess: { arguments, _ in trap("credentials.runProcess(\(arguments))") }
            ),
            tools: TrappingTools()
        )
    }
}

private func trap(_ effect: String) -> Never { preconditionFailure("unstubbed effect: \(effect)") }

private final class TrappingClock: WallClock {
    func now() -> Timestamp { trap("clock.now") }
    func sleep(_ duration: Duration) { trap("clock.sleep") }
}

private final class TrappingTools: ProcessRunner {
    func run(
        _ command: ProcessCommand,
        onLine: (ProcessStream, String) -> Void
    ) throws(ProcessError) -> ProcessExit {
        trap("tools.run(\(command.executable))")
    }
}

private final class TrappingTransport: HTTPTransport {
    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
        trap("transport.begin(\(request.method) \(request.endpoint.authority)\(request.path))")
    }
}
