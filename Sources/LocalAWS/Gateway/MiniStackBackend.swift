import AWSClients
import AWSCore
import Synchronization

/// MiniStack's APIs and functions, called as the service that API Gateway is: with the key that MiniStack takes for
/// the account's root.
final class MiniStackBackend: GatewayBackend {
    /// More than an integration may take; for MiniStack's own answers.
    private static let answerTimeout = Duration.seconds(30)

    let region: String
    let accountId: String
    private let endpoint: Endpoint
    private let lines = Mutex<[Line]>([])
    private let known = Mutex<[String: Known]>([:])

    private struct Known {
        var api: DeployedAPI?
        var readAt: ContinuousClock.Instant
    }

    /// - Parameter port: MiniStack's; nothing has to listen there yet.
    init(port: Int, region: String, accountId: String) {
        endpoint = Endpoint(scheme: .http, host: "127.0.0.1", port: port)
        self.region = region
        self.accountId = accountId
    }

    func api(_ apiId: String, stage: String, maximumAge: Duration?) -> DeployedAPI? {
        let key = "\(apiId)/\(stage)"
        let now = ContinuousClock.now
        if let known = known.withLock({ $0[key] }), maximumAge.map({ known.readAt.duration(to: now) < $0 }) ?? true {
            return known.api
        }
        let api = withLine { line in Self.read(apiId, stage, self.region, line.client, self.endpoint) }
        known.withLock { $0[key] = Known(api: api, readAt: now) }
        return api
    }

    func invoke(_ function: String, _ event: [UInt8], timeout: Duration) -> Invocation {
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint,
            path: "/2015-03-31/functions/\(percentEncode(function))/invocations",
            headers: ["Content-Type": "application/json"],
            body: event
        )
        let call = AWSCall(
            service: "lambda",
            region: region,
            operation: "lambda.Invoke",
            request: request,
            timeout: timeout,
            retry: RetryPolicy.none
        )
        return withLine { line in
            do throws(AWSError) {
                return Self.invocation(try line.client.send(call))
            } catch {
                return error.code == TransportCode.timeout ? .timedOut : .refused
            }
        }
    }

    private enum TransportCode {
        static let timeout = "transport.\(TransportError.Kind.timeout.rawValue)"
    }

    private static func invocation(_ response: HTTPResponse) -> Invocation {
        let answer = try? JSONValue.parse(response.body)
        if response.headers["X-Amz-Function-Error"] != nil {
            return .failed(message: answer?["errorMessage"]?.stringValue)
        }
        return answer.map { .answered($0, size: response.body.count) } ?? .failed(message: nil)
    }

    /// MiniStack looks at signature and permissions before it looks for the connection, which it does not know:
    /// what is allowed ends in 410.
    func refusal(of request: ServerRequest) -> HTTPResponse? {
        var headers = request.headers
        // The hop's own; the body is already put together.
        headers["Connection"] = nil
        headers["Transfer-Encoding"] = nil
        headers["Content-Length"] = nil
        headers["Expect"] = nil
        let forwarded = HTTPRequest(
            method: request.method,
            endpoint: endpoint,
            path: request.path + (request.query.isEmpty ? "" : "?\(request.query)"),
            headers: headers,
            body: request.body
        )
        return withLine { line in
            guard let response = try? line.transport.send(forwarded, timeout: Self.answerTimeout) else {
                return HTTPResponse(status: 500, body: Array(#"{"message": "Internal server error"}"#.utf8))
            }
            if response.status == 410 { return nil }
            var headers = response.headers
            for name in ["Content-Length", "Transfer-Encoding", "Connection"] { headers[name] = nil }
            return HTTPResponse(status: response.status, headers: headers, body: response.body)
        }
    }

    private static func read(
        _ apiId: String,
        _ stage: String,
        _ region: String,
        _ client: AWSClient,
        _ endpoint: Endpoint
    ) -> DeployedAPI? {
        func begin(_ path: String) -> PendingAWSCall? {
            let request = HTTPRequest(
                method: "GET",
                endpoint: endpoint,
                path: "/v2/apis/\(percentEncode(apiId))\(path)",
                query: path.isEmpty ? [] : [HTTPRequest.QueryItem("maxResults", "500")]
            )
            return try? client.begin(
                AWSCall(
                    service: "apigateway",
                    region: region,
                    operation: "apigatewayv2.Get",
                    request: request,
                    timeout: answerTimeout
                )
            )
        }
        // Begun together, so that they cost one wait.
        let calls = ["", "/routes", "/integrations", "/authorizers", "/stages/\(percentEncode(stage))"].map(begin)
        let answers = calls.compactMap { try? JSONValue.parse($0?.response().body ?? []) }
        guard answers.count == calls.count, answers[0]["protocolType"]?.stringValue == "WEBSOCKET" else { return nil }
        return DeployedAPI(
            api: answers[0],
            routes: answers[1],
            integrations: answers[2],
            authorizers: answers[3],
            stage: answers[4]
        )
    }

    /// Takes a line that nobody uses, or opens one.
    private func withLine<Result: Sendable>(_ body: (Line) -> Result) -> Result {
        let line = lines.withLock { $0.popLast() } ?? Line()
        defer { lines.withLock { $0.append(line) } }
        return body(line)
    }

    /// A transport with its kept connections, and the client on top. Of one thread at a time, which `withLine` sees
    /// to: that makes it safe to hand on.
    private final class Line: @unchecked Sendable {
        let transport: SocketTransport
        let client: AWSClient

        init() {
            transport = SocketTransport(certificateAuthorities: nil)
            client = AWSClient(
                transport: transport,
                credentials: StaticCredentials(accessKeyId: "test", secretAccessKey: "test"),
                clock: SystemClock()
            )
        }
    }
}
