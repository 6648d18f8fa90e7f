import AWSClients
import AWSCore
import Synchronization

/// API Gateway's WebSocket APIs on 127.0.0.1, in front of an emulator that does not keep to their limits
/// (docs/decisions/0017-gateway.md).
///
///     client ══ws══ gateway ──Invoke──▶ authorizer, $connect, hello, sendMessage, …, $disconnect
///     function ──POST @connections──▶ gateway ──is it allowed?──▶ emulator
///                                        └──text──▶ client
package final class WebSocketGateway: Sendable {
    package static let path = "/_aws/execute-api/"

    struct Options: Sendable {
        var port = 0
        var limits = GatewayLimits()
        var now: @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
        var time: @Sendable () -> Timestamp = { SystemClock().now() }
        /// Eleven random bytes are a connection's id.
        var random: @Sendable () -> [UInt8] = { (0..<11).map { _ in UInt8.random(in: .min ... .max) } }
    }

    let options: Options
    let backend: any GatewayBackend
    /// A bound for a client that floods; what one machine's functions get through is far below it.
    let work = WorkerGroup(limit: 500)
    private let state = Mutex(State())

    private struct State {
        var server: LoopbackServer?
        var connections: [String: GatewayConnection] = [:]
        var buckets: [String: TokenBucket] = [:]
        var isStopping = false
    }

    static func start(
        _ backend: any GatewayBackend,
        _ options: Options = Options()
    ) throws(LocalAWSError) -> WebSocketGateway {
        let gateway = WebSocketGateway(backend, options)
        let server = try LoopbackServer.start(port: options.port) { request, writer in
            gateway.serve(request, writer)
        }
        gateway.state.withLock { $0.server = server }
        return gateway
    }

    private init(_ backend: any GatewayBackend, _ options: Options) {
        self.backend = backend
        self.options = options
    }

    package var port: Int { state.withLock { $0.server?.port ?? 0 } }
    package var url: String { "http://127.0.0.1:\(port)" }

    /// Tells every client to go, and takes no more. What is running is not waited for: to be followed by the end of
    /// the backend, and by `stop`.
    package func close() {
        let connections = state.withLock { state in
            state.isStopping = true
            return Array(state.connections.values)
        }
        for connection in connections {
            connection.close(GatewayConnection.End(code: WebSocketCloseCode.goingAway, reason: "Going away"))
        }
    }

    /// Ends what is left and waits for every thread; a second call does nothing.
    package func stop() {
        close()
        let server = state.withLock { state in
            defer { state.server = nil }
            return state.server
        }
        server?.stop()
        work.close()
    }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    func connection(_ id: String) -> GatewayConnection? { state.withLock { $0.connections[id] } }

    /// False while the gateway is ending.
    func add(_ connection: GatewayConnection) -> Bool {
        state.withLock { state in
            guard !state.isStopping else { return false }
            state.connections[connection.facts.connectionId] = connection
            return true
        }
    }

    func remove(_ connection: GatewayConnection) {
        state.withLock { $0.connections[connection.facts.connectionId] = nil }
    }

    /// Whether the stage's throttling lets one more request pass.
    func admits(_ api: DeployedAPI, _ address: StageAddress) -> Bool {
        guard let throttle = api.throttle else { return true }
        let now = options.now()
        return state.withLock { state in
            let key = "\(address.apiId)/\(address.stage)"
            var bucket = state.buckets[key]
            // A deployment has changed it.
            if bucket?.rate != throttle.rate || bucket?.burst != throttle.burst { bucket = nil }
            var current = bucket ?? TokenBucket(rate: throttle.rate, burst: throttle.burst, now: now)
            defer { state.buckets[key] = current }
            return current.take(now)
        }
    }

    /// `JC1dgf9yoAMCK-g=`: as AWS's, sixteen characters of URL-safe base64 of which the last one has to be escaped
    /// in a path.
    func nextId() -> String { base64URLEncode(options.random()) + "=" }

    private func serve(_ request: ServerRequest, _ writer: ResponseWriter) {
        guard let address = StageAddress(request.path) else {
            writer.send(GatewayAnswer.forbidden.response(connectionId: nextId(), requestId: nextId()))
            return
        }
        if let connectionId = address.connectionId {
            writer.send(manage(connectionId, address, request))
        } else {
            connect(address, request, writer)
        }
    }
}

/// `/_aws/execute-api/{apiId}/{stage}`, or of a connection: `…/@connections/{connectionId}`.
struct StageAddress: Sendable, Equatable {
    var apiId: String
    var stage: String
    var connectionId: String?

    /// - Parameter path: percent-encoded.
    init?(_ path: String) {
        guard path.hasPrefix(WebSocketGateway.path) else { return nil }
        var parts = path.dropFirst(WebSocketGateway.path.count).split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 3, parts[2].isEmpty { parts.removeLast() }
        let names = parts.compactMap { percentDecode(String($0)) }
        guard names.count == parts.count, names.count == 2 || names.count == 4, !names.contains("") else { return nil }
        apiId = names[0]
        stage = names[1]
        guard names.count == 4 else { return }
        guard names[2] == "@connections" else { return nil }
        connectionId = names[3]
    }
}
