package import AWSCore

/// A local AWS that runs until `stop`.
package final class RunningLocalAWS {
    package let region: String
    /// `http://127.0.0.1:<port>`, for every service but Bedrock Runtime.
    package let endpoint: String
    /// `http://127.0.0.1:<port>`, for connections and `@connections`: the gateway's, or `endpoint` without one.
    package let webSocketEndpoint: String
    package let bedrockEndpoint: String
    /// An IAM user's with all permissions; signatures are checked against it.
    package let credentials: Credentials
    /// What the server said, for the time that it runs.
    package let logFile: String
    private let process: ServerProcess
    private let gateway: WebSocketGateway?
    private let bedrock: BedrockStandIn
    private let directory: String
    private let keepsState: Bool
    private var isStopped = false

    init(
        region: String,
        endpoint: String,
        gateway: WebSocketGateway?,
        bedrockEndpoint: String,
        credentials: Credentials,
        logFile: String,
        process: ServerProcess,
        bedrock: BedrockStandIn,
        directory: String,
        keepsState: Bool
    ) {
        self.region = region
        self.endpoint = endpoint
        self.gateway = gateway
        webSocketEndpoint = gateway?.url ?? endpoint
        self.bedrockEndpoint = bedrockEndpoint
        self.credentials = credentials
        self.logFile = logFile
        self.process = process
        self.bedrock = bedrock
        self.directory = directory
        self.keepsState = keepsState
    }

    deinit { stop() }

    /// The server's process, which leads a process group with its functions.
    package var pid: Int32 { process.pid }

    /// False once the server has ended by itself.
    package var isRunning: Bool { !isStopped && !process.hasExited() }

    /// What AWS tools, botctl among them, need to be told to use it.
    package var environment: [(name: String, value: String)] {
        [
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI", webSocketEndpoint),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrockEndpoint),
            ("AWS_REGION", region),
            ("AWS_DEFAULT_REGION", region),
            ("AWS_ACCESS_KEY_ID", credentials.accessKeyId),
            ("AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey),
            // Empty means none; one of another session would not fit this key.
            ("AWS_SESSION_TOKEN", ""),
        ]
    }

    /// `export NAME='value'` lines for a POSIX shell.
    package var shellExports: String {
        environment.map { name, value in
            "export \(name)='\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'\n"
        }.joined()
    }

    /// What state is written at the end takes a moment on a busy disk.
    private static let savingGrace = Duration.seconds(20)

    /// Ends the servers and all functions, and removes their files but for a state that is kept; a second call does
    /// nothing.
    package func stop() {
        guard !isStopped else { return }
        isStopped = true
        // Clients hear of it first; what waits for a function is woken by the end of the functions.
        gateway?.close()
        if keepsState { process.stop(grace: Self.savingGrace) } else { process.stop() }
        gateway?.stop()
        bedrock.stop()
        LocalAWS.removeDirectory(keepsState ? "\(directory)/tmp" : directory)
    }
}
