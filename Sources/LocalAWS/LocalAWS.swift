import AWSClients
import AWSCore
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A local AWS: MiniStack with signatures and permissions checked, and a Bedrock stand-in beside it.
package enum LocalAWS {
    package struct Options {
        package var region: String
        /// Twelve digits.
        package var accountId: String
        /// MiniStack's executable; `nil` looks for it.
        package var ministack: String?
        /// Where `.venv` is looked for.
        package var projectDirectory: String
        /// Read for `BOTCTL_MINISTACK`, `PATH` and `TMPDIR`; only `PATH` reaches the server.
        package var environment: [String: String]
        /// 0 takes a free one.
        package var port: Int
        /// How many function processes may run at a time.
        package var lambdaConcurrency: Int
        package var startTimeout: Duration
        package var bedrock: BedrockStandIn.Options
        /// Where everything is kept for the next start; absolute. `nil` keeps nothing.
        package var stateDirectory: String?
        /// `nil` leaves connections to MiniStack, which keeps to none of API Gateway's limits.
        package var gateway: Gateway?
        package var isCancelled: () -> Bool

        package init(
            region: String,
            accountId: String = "111122223333",
            ministack: String? = nil,
            projectDirectory: String = ".",
            environment: [String: String],
            port: Int = 0,
            lambdaConcurrency: Int = 20,
            startTimeout: Duration = .seconds(30),
            bedrock: BedrockStandIn.Options = BedrockStandIn.Options(),
            stateDirectory: String? = nil,
            gateway: Gateway? = Gateway(),
            isCancelled: @escaping () -> Bool = { false }
        ) {
            self.region = region
            self.accountId = accountId
            self.ministack = ministack
            self.projectDirectory = projectDirectory
            self.environment = environment
            self.port = port
            self.lambdaConcurrency = lambdaConcurrency
            self.startTimeout = startTimeout
            self.bedrock = bedrock
            self.stateDirectory = stateDirectory
            self.gateway = gateway
            self.isCancelled = isCancelled
        }
    }

    /// How connections are served.
    package struct Gateway: Sendable, Equatable {
        /// 0 takes a free one.
        package var port: Int
        /// How many times faster than on AWS connections grow old.
        package var timeScale: Int

        package init(port: Int = 0, timeScale: Int = 1) {
            self.port = port
            self.timeScale = timeScale
        }
    }

    /// Starts the servers and makes an IAM user whose key is checked as on AWS. On an error nothing is left
    /// behind.
    package static func start(_ options: Options) throws(LocalAWSError) -> RunningLocalAWS {
        let locator = MiniStackLocator(environment: options.environment) { access($0, X_OK) == 0 && !isDirectory($0) }
        let executable = try locator.find(asked: options.ministack, projectDirectory: options.projectDirectory)
        let directory: String
        if let kept = options.stateDirectory {
            directory = kept
            try prepareKept(kept)
        } else {
            directory = try makeDirectory(under: options.environment["TMPDIR"])
        }
        do throws(LocalAWSError) {
            let bedrock = try BedrockStandIn.start(options.bedrock)
            do throws(LocalAWSError) {
                return try start(options, executable: executable, directory: directory, bedrock: bedrock)
            } catch {
                bedrock.stop()
                throw error
            }
        } catch {
            if options.stateDirectory == nil { removeDirectory(directory) }
            throw error
        }
    }

    /// Where a WebSocket API of the local AWS is connected to; the URL that the API itself reports is not.
    /// - Parameter endpoint: `RunningLocalAWS.webSocketEndpoint`.
    package static func webSocketURL(endpoint: String, apiId: String, stage: String) -> String {
        let address = endpoint.hasPrefix("http") ? "ws" + endpoint.dropFirst(4) : endpoint
        return "\(address)/_aws/execute-api/\(apiId)/\(stage)"
    }

    private static func start(
        _ options: Options,
        executable: String,
        directory: String,
        bedrock: BedrockStandIn
    ) throws(LocalAWSError) -> RunningLocalAWS {
        let port = options.port == 0 ? try freePort() : options.port
        let gateway = try options.gateway.map { asked throws(LocalAWSError) in
            try WebSocketGateway.start(
                MiniStackBackend(port: port, region: options.region, accountId: options.accountId),
                WebSocketGateway.Options(port: asked.port, limits: GatewayLimits(timeScale: asked.timeScale))
            )
        }
        do throws(LocalAWSError) {
            return try start(options, port: port, gateway, executable: executable, directory: directory, bedrock)
        } catch {
            gateway?.stop()
            throw error
        }
    }

    private static func start(
        _ options: Options,
        port: Int,
        _ gateway: WebSocketGateway?,
        executable: String,
        directory: String,
        _ bedrock: BedrockStandIn
    ) throws(LocalAWSError) -> RunningLocalAWS {
        let environment = MiniStackEnvironment(
            port: port,
            region: options.region,
            accountId: options.accountId,
            directory: directory,
            bedrockURL: bedrock.url,
            connectionsURL: gateway?.url ?? "http://127.0.0.1:\(port)",
            lambdaConcurrency: options.lambdaConcurrency,
            keepsState: options.stateDirectory != nil,
            path: options.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        )
        let log = "\(directory)/ministack.log"
        let process = try ServerProcess(
            executable: executable,
            environment: environment.variables,
            log: log,
            directory: options.stateDirectory == nil ? directory : nil
        )
        if options.stateDirectory != nil {
            try? Data("\(process.pid)".utf8).write(to: URL(filePath: "\(directory)/\(processFile)"))
        }
        do throws(LocalAWSError) {
            let transport = CurlTransport()
            let clock = SystemClock()
            let started = ContinuousClock.now
            try MiniStackHealth(
                timeout: options.startTimeout,
                probe: { isHealthy(transport, port: environment.port) },
                hasExited: process.hasExited,
                isCancelled: options.isCancelled,
                elapsed: { ContinuousClock.now - started },
                pause: clock.sleep,
                log: { tail(of: log) }
            ).wait()
            let credentials = try LocalIdentity.create(environment, transport: transport, clock: clock)
            return RunningLocalAWS(
                region: options.region,
                endpoint: environment.url,
                gateway: gateway,
                bedrockEndpoint: bedrock.url,
                credentials: credentials,
                logFile: log,
                process: process,
                bedrock: bedrock,
                directory: directory,
                keepsState: options.stateDirectory != nil
            )
        } catch {
            process.stop()
            throw error
        }
    }

    private static func isHealthy(_ transport: CurlTransport, port: Int) -> Bool {
        let request = HTTPRequest(
            method: "GET",
            endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: port),
            path: "/_ministack/health"
        )
        return (try? transport.send(request, timeout: .seconds(2)))?.status == 200
    }

    private static func tail(of file: String) -> String {
        guard let data = FileManager.default.contents(atPath: file) else { return "" }
        return String(decoding: data.suffix(2000), as: UTF8.self)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }

    /// Whether a port of 127.0.0.1 could be listened on a moment ago; 0 is none.
    package static func isFree(_ port: Int) -> Bool {
        guard port != 0, let server = try? LoopbackServer.start(port: port, handler: { _, _ in }) else { return false }
        server.stop()
        return true
    }

    private static func freePort() throws(LocalAWSError) -> Int {
        let server = try LoopbackServer.start { _, _ in }
        server.stop()
        return server.port
    }

    private static func makeDirectory(under parent: String?) throws(LocalAWSError) -> String {
        let parent = parent.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
        var template = Array("\(parent)/botctl-local-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw LocalAWSError(
                .resources,
                "no folder can be made in \(parent)",
                fix: "set TMPDIR to one that is writable"
            )
        }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for folder in folders { mkdir("\(directory)/\(folder)", 0o700) }
        return directory
    }

    private static let folders = ["tmp", "state", "s3"]

    /// Makes the folder, or clears from it what a run that was killed has left: unpacked functions, an old log.
    private static func prepareKept(_ directory: String) throws(LocalAWSError) {
        awaitEarlier(directory)
        for leftover in ["tmp", "ministack.log"] { removeDirectory("\(directory)/\(leftover)") }
        do {
            for folder in folders {
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(folder)",
                    withIntermediateDirectories: true
                )
            }
        } catch {
            throw LocalAWSError(
                .resources,
                "\(directory) cannot be made",
                fix: "check that the folder and its parents can be written"
            )
        }
        chmod(directory, 0o700)
    }

    private static let processFile = "ministack.pid"

    /// The server of a run that was killed writes its state when the guardian ends it: two would write into each other.
    private static func awaitEarlier(_ directory: String) {
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(processFile)"),
            let group = pid_t(String(decoding: data, as: UTF8.self)), group > 1
        else { return }
        // The number may be another's by now: it is waited for as long as a guardian takes, and no longer.
        for _ in 0..<100 where kill(-group, 0) == 0 { usleep(50_000) }
    }

    /// Forgets everything that was kept.
    package static func removeState(_ directory: String) {
        awaitEarlier(directory)
        removeDirectory(directory)
    }

    static func removeDirectory(_ directory: String) {
        // A file that a dying function still writes makes the first attempt fail.
        for _ in 0..<5 where access(directory, F_OK) == 0 {
            if (try? FileManager.default.removeItem(atPath: directory)) != nil { return }
            usleep(20_000)
        }
    }
}
