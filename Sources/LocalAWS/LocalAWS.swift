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
            self.isCancelled = isCancelled
        }
    }

    /// Starts both servers and makes an IAM user whose key is checked as on AWS. On an error nothing is left
    /// behind.
    package static func start(_ options: Options) throws(LocalAWSError) -> RunningLocalAWS {
        let locator = MiniStackLocator(environment: options.environment) { access($0, X_OK) == 0 && !isDirectory($0) }
        let executable = try locator.find(asked: options.ministack, projectDirectory: options.projectDirectory)
        let directory = try makeDirectory(under: options.environment["TMPDIR"])
        do throws(LocalAWSError) {
            let bedrock = try BedrockStandIn.start(options.bedrock)
            do throws(LocalAWSError) {
                return try start(options, executable: executable, directory: directory, bedrock: bedrock)
            } catch {
                bedrock.stop()
                throw error
            }
        } catch {
            removeDirectory(directory)
            throw error
        }
    }

    /// Where a WebSocket API of the local AWS is connected to; the URL that the API itself reports is not.
    /// - Parameter endpoint: `http://127.0.0.1:<port>`.
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
        let environment = MiniStackEnvironment(
            port: options.port == 0 ? try freePort() : options.port,
            region: options.region,
            accountId: options.accountId,
            directory: directory,
            bedrockURL: bedrock.url,
            lambdaConcurrency: options.lambdaConcurrency,
            path: options.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        )
        let log = "\(directory)/ministack.log"
        let process = try ServerProcess(
            executable: executable,
            environment: environment.variables,
            log: log,
            directory: directory
        )
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
                bedrockEndpoint: bedrock.url,
                credentials: credentials,
                logFile: log,
                process: process,
                bedrock: bedrock,
                directory: directory
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
        for folder in ["tmp", "state", "s3"] { mkdir("\(directory)/\(folder)", 0o700) }
        return directory
    }

    static func removeDirectory(_ directory: String) {
        // A file that a dying function still writes makes the first attempt fail.
        for _ in 0..<5 {
            if (try? FileManager.default.removeItem(atPath: directory)) != nil { return }
            usleep(20_000)
        }
    }
}
