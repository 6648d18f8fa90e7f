import AWSClients
import AWSCore

/// From the handshake to `$disconnect`.
extension WebSocketGateway {
    func connect(_ address: StageAddress, _ request: ServerRequest, _ writer: ResponseWriter) {
        let handshake = GatewayEvent.Handshake(request, traceId: traceId())
        let requestId = nextId()
        var facts = GatewayEvent.Connection(
            apiId: address.apiId,
            stage: address.stage,
            connectionId: nextId(),
            connectedAt: options.time(),
            host: request.headers["Host"] ?? "",
            userAgent: request.headers["User-Agent"]
        )
        do throws(Refusal) {
            let key = try Self.webSocketKey(request)
            guard request.path.count + request.query.count <= GatewayLimits.urlCharacters else {
                throw Refusal(.urlTooLong)
            }
            guard let api = backend.api(address.apiId, stage: address.stage, maximumAge: .zero), !isStopping else {
                throw Refusal(.forbidden)
            }
            guard admits(api, address) else { throw Refusal(.tooManyRequests) }
            var answered: Invocation.ProxyAnswer?
            if let route = api.routes["$connect"] {
                facts.authorizer = try authorize(route, api, facts, handshake, requestId)
                answered = try runConnect(route, facts, handshake, requestId)
            }
            open(facts, address, writer, accepting(key, answered))
        } catch {
            writer.send(
                error.own ?? error.answer.response(connectionId: facts.connectionId, requestId: requestId)
            )
        }
    }

    /// Why a handshake is refused: an answer of API Gateway, or one of the `$connect` function.
    private struct Refusal: Error {
        var answer: GatewayAnswer
        var own: HTTPResponse?

        init(_ answer: GatewayAnswer) { self.answer = answer }

        init(status: Int) {
            answer = .badGateway
            own = HTTPResponse(status: status)
        }
    }

    /// RFC 6455 §4.2.1.
    private static func webSocketKey(_ request: ServerRequest) throws(Refusal) -> String {
        let upgrade = request.headers.values(of: "Upgrade").joined(separator: ",").lowercased()
        let connection = request.headers.values(of: "Connection").joined(separator: ",").lowercased()
        guard request.method == "GET", upgrade.contains("websocket"), connection.contains("upgrade") else {
            throw Refusal(.forbidden)
        }
        guard request.headers["Sec-WebSocket-Version"] == "13", let key = request.headers["Sec-WebSocket-Key"],
            base64Decode(key)?.count == 16
        else { throw Refusal(.badRequest) }
        return key
    }

    private func authorize(
        _ route: DeployedAPI.Route,
        _ api: DeployedAPI,
        _ facts: GatewayEvent.Connection,
        _ handshake: GatewayEvent.Handshake,
        _ requestId: String
    ) throws(Refusal) -> [String: JSONValue]? {
        let function: String
        switch route.authorization {
        case .none: return nil
        case .unsupported: throw Refusal(.missingToken)
        case .function(let name, let sources):
            guard sources.allSatisfy({ isPresent($0, handshake, api) }) else { throw Refusal(.unauthorized) }
            function = name
        }
        let arn =
            "arn:aws:execute-api:\(backend.region):\(backend.accountId):\(facts.apiId)/\(facts.stage)/$connect"
        let event = GatewayEvent(connection: facts, routeKey: "$connect", requestId: requestId, now: options.time())
            .authorize(handshake, arn: arn, stageVariables: api.stageVariables)
        switch backend.invoke(function, event.encoded(), timeout: GatewayLimits.integrationTimeouts.upperBound) {
        case .answered(let answer, let size):
            switch AuthorizerAnswer(answer, size: size, arn: arn) {
            case .allow(let context): return context
            case .deny(let isExplicit): throw Refusal(.denied(isExplicit: isExplicit))
            case .malformed: throw Refusal(.internalError)
            }
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
        case .failed(message: "Unauthorized"): throw Refusal(.unauthorized)
        case .failed, .refused, .timedOut: throw Refusal(.internalError)
        }
    }

    private func isPresent(_ source: String, _ handshake: GatewayEvent.Handshake, _ api: DeployedAPI) -> Bool {
        let parts = source.split(separator: ".", maxSplits: 3).map(String.init)
        let value: String? =
            switch (parts.dropLast().joined(separator: "."), parts.last ?? "") {
            case ("route.request.header", let name): handshake.headers[name]
            case ("route.request.querystring", let name): handshake.query.last { $0.name == name }?.value
            case ("stageVariables", let name): api.stageVariables[name]
            default: nil
            }
        return value?.isEmpty == false
    }

    private func runConnect(
        _ route: DeployedAPI.Route,
        _ facts: GatewayEvent.Connection,
        _ handshake: GatewayEvent.Handshake,
        _ requestId: String
    ) throws(Refusal) -> Invocation.ProxyAnswer? {
        guard let integration = route.integration else { throw Refusal(.internalError) }
        guard case .function(let function, let timeout) = integration else { return nil }
        let event = GatewayEvent(connection: facts, routeKey: "$connect", requestId: requestId, now: options.time())
        let invocation = backend.invoke(function, event.connect(handshake).encoded(), timeout: timeout)
        switch invocation {
        case .timedOut: throw Refusal(.timedOut)
        case .refused: throw Refusal(.internalError)
        case .answered, .failed: break
        }
        guard let answer = invocation.proxyAnswer else { throw Refusal(.badGateway) }
        guard (200..<300).contains(answer.statusCode) else {
            guard (300..<600).contains(answer.statusCode) else { throw Refusal(.badGateway) }
            throw Refusal(status: answer.statusCode)
        }
        return answer
    }

    private func accepting(_ key: String, _ answer: Invocation.ProxyAnswer?) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": webSocketAccept(key: key),
        ]
        // The function chooses one
        // (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html).
        let name = "Sec-WebSocket-Protocol"
        let chosen = answer?.headers.first { $0.key.lowercased() == name.lowercased() }?.value.stringValue
        if let chosen, chosen.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { headers[name] = chosen }
        return headers
    }

    private func open(
        _ facts: GatewayEvent.Connection,
        _ address: StageAddress,
        _ writer: ResponseWriter,
        _ headers: HTTPHeaders
    ) {
        var end = GatewayConnection.End(code: WebSocketCloseCode.abnormal, reason: "")
        guard let (descriptor, head, received) = writer.switchProtocols(headers),
            let socket = GatewaySocket(descriptor: descriptor)
        else { return disconnect(facts, end) }
        let connection = GatewayConnection(facts, socket: socket, limits: options.limits, now: options.now)
        // Known before the client is: functions may reach whoever is connected.
        if socket.greet(head, register: { add(connection) }) {
            end = connection.serve(received: received, time: options.time) { text in
                // Each in its own time: API Gateway does not wait for one before it hands on the next.
                if !self.work.start({ self.deliver(text, on: connection) }) {
                    self.tell(connection, .tooManyRequests, requestId: self.nextId())
                }
            }
        }
        remove(connection)
        socket.retire()
        disconnect(facts, end)
    }

    /// A change to an API is seen by the connections that are open within this time.
    private static let freshness = Duration.seconds(1)

    private func deliver(_ text: String, on connection: GatewayConnection) {
        let facts = connection.facts
        let requestId = nextId()
        if let answer = run(text, on: connection, requestId: requestId) {
            tell(connection, answer, requestId: requestId)
        }
        // After the answer, for the next message: reading an API takes longer than anything else here.
        if !isStopping { _ = backend.api(facts.apiId, stage: facts.stage, maximumAge: Self.freshness) }
    }

    /// - Returns: what goes wrong, for the client to be told.
    private func run(_ text: String, on connection: GatewayConnection, requestId: String) -> GatewayAnswer? {
        let facts = connection.facts
        func api(_ maximumAge: Duration?) -> DeployedAPI? {
            backend.api(facts.apiId, stage: facts.stage, maximumAge: maximumAge)
        }
        var current = api(nil)
        // What is asked for by a name that is not known may have been deployed meanwhile.
        if current?.route(of: text).map({ $0.key == "$default" }) ?? true { current = api(Self.freshness) }
        guard let current else { return .forbidden }
        guard admits(current, StageAddress(apiId: facts.apiId, stage: facts.stage)) else { return .tooManyRequests }
        guard var route = current.route(of: text) else { return .forbidden }
        var outcome = invoke(route, text, facts, requestId)
        if outcome == .refused, let now = api(.zero)?.route(of: text), now.integration != route.integration {
            // The function went, and another came in its place.
            route = now
            outcome = invoke(route, text, facts, requestId)
        }
        guard let outcome else { return nil }
        if outcome == .timedOut { return .timedOut }
        // The status does not matter to a message; that there is one does.
        guard let answer = outcome.proxyAnswer else { return .internalError }
        if route.answersClient, let body = answer.body, !body.isEmpty {
            _ = connection.post(body, isPost: false, at: options.time())
        }
        return nil
    }

    /// `nil` for an integration that has nothing to run.
    private func invoke(
        _ route: DeployedAPI.Route,
        _ text: String,
        _ facts: GatewayEvent.Connection,
        _ requestId: String
    ) -> Invocation? {
        guard let integration = route.integration else { return .refused }
        guard case .function(let function, let timeout) = integration else { return nil }
        let event = GatewayEvent(connection: facts, routeKey: route.key, requestId: requestId, now: options.time())
        return backend.invoke(function, event.message(text, messageId: nextId()).encoded(), timeout: timeout)
    }

    private func tell(_ connection: GatewayConnection, _ answer: GatewayAnswer, requestId: String) {
        let text = answer.body(connectionId: connection.facts.connectionId, requestId: requestId)
        _ = connection.post(text, isPost: false, at: options.time())
    }

    /// After the connection has ended, and whether or not the function is there: nobody hears of its answer.
    private func disconnect(_ facts: GatewayEvent.Connection, _ end: GatewayConnection.End) {
        guard !isStopping else { return }
        _ = work.start {
            guard let api = self.backend.api(facts.apiId, stage: facts.stage, maximumAge: nil),
                case .function(let function, let timeout)? = api.routes["$disconnect"]?.integration
            else { return }
            let event = GatewayEvent(
                connection: facts,
                routeKey: "$disconnect",
                requestId: self.nextId(),
                now: self.options.time()
            )
            _ = self.backend.invoke(
                function,
                event.disconnect(code: end.code, reason: end.reason).encoded(),
                timeout: timeout
            )
        }
    }

    /// `Root=1-<seconds>-<24 digits>`
    /// (https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader).
    private func traceId() -> String {
        let seconds = String(UInt32(clamping: options.time().seconds), radix: 16)
        let random = hexEncode(options.random() + options.random()).prefix(24)
        return "Root=1-\(String(repeating: "0", count: 8 - seconds.count))\(seconds)-\(random)"
    }
}

extension StageAddress {
    init(apiId: String, stage: String) {
        self.apiId = apiId
        self.stage = stage
    }
}
