import AWSClients
import AWSCore
import Synchronization
import Testing

@testable import LocalAWS

/// The gateway on a real port, with botctl's own WebSocket client and functions of the test. PyPI's `websockets`
/// judges the same in Tests/EndToEnd/test_gateway.py.
@Suite struct WebSocketGatewayTests {
    static func serve(
        _ backend: FakeBackend,
        clock: TestClock? = nil,
        _ body: (WebSocketGateway) throws -> Void
    ) throws {
        var options = WebSocketGateway.Options()
        if let clock { options.now = { clock.now() } }
        let gateway = try WebSocketGateway.start(backend, options)
        defer { gateway.stop() }
        try body(gateway)
    }

    static func connect(_ gateway: WebSocketGateway, query: String = "", headers: HTTPHeaders = [:]) throws
        -> WebSocketConnection
    {
        try WebSocketConnection.connect(
            url: LocalAWS.webSocketURL(endpoint: gateway.url, apiId: "api1", stage: "dev") + query,
            headers: headers,
            timeout: .seconds(60)
        )
    }

    static func text(_ connection: WebSocketConnection) throws -> String? {
        guard case .text(let text)? = try connection.receive(timeout: .seconds(60)) else { return nil }
        return text
    }

    /// The code that the server closes with.
    static func closeCode(_ connection: WebSocketConnection) -> UInt16? {
        do {
            while try connection.receive(timeout: .seconds(60)) != nil {}
            return nil
        } catch WebSocketError.closed(let code, _) {
            return code
        } catch {
            return nil
        }
    }

    static func refusal(_ gateway: WebSocketGateway, query: String = "") -> (status: Int, message: String)? {
        do {
            _ = try connect(gateway, query: query)
            return nil
        } catch WebSocketError.refused(let status, _, let body) {
            return (status, (try? JSONValue.parse(body))?["message"]?.stringValue ?? "")
        } catch {
            return (-1, "\(error)")
        }
    }

    static func manage(
        _ gateway: WebSocketGateway,
        _ method: String,
        _ id: String,
        _ body: [UInt8] = [],
        stage: String = "dev"
    ) throws -> HTTPResponse {
        let request = HTTPRequest(
            method: method,
            endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: gateway.port),
            path: "/_aws/execute-api/api1/\(stage)/@connections/\(percentEncode(id))",
            body: body
        )
        return try SocketTransport(certificateAuthorities: nil).send(request, timeout: .seconds(60))
    }

    @Test func aConnectionFromItsFirstEventToItsLast() throws {
        let backend = FakeBackend(.example())
        try Self.serve(backend) { gateway in
            let client = try Self.connect(gateway, query: "?a=1&a=2&b=x%20y+z", headers: ["User-Agent": "test/1"])
            try client.send(text: #"{"action":"hello","n":1}"#)
            let message = try #require(backend.seen("MESSAGE").first)
            let connect = try #require(backend.seen("CONNECT").first)
            #expect(connect.event["queryStringParameters"] == ["a": "2", "b": "x y z"])
            #expect(connect.event["multiValueQueryStringParameters"] == ["a": ["1", "2"], "b": ["x y z"]])
            #expect(connect.event["headers"]?["User-Agent"] == "test/1")
            #expect(connect.event["headers"]?["X-Forwarded-For"] == "127.0.0.1")
            #expect(connect.event["headers"]?["Upgrade"] == nil)
            #expect(connect.timeout == .seconds(29) && message.timeout == .seconds(29))
            #expect(message.event["body"] == #"{"action":"hello","n":1}"#)
            let context = try #require(message.event["requestContext"])
            #expect(context["routeKey"] == "hello" && context["apiId"] == "api1" && context["stage"] == "dev")
            #expect(context["identity"] == ["sourceIp": "127.0.0.1", "userAgent": "test/1"])
            #expect(context["connectionId"] == connect.event["requestContext"]?["connectionId"])
            #expect(context["requestId"] != connect.event["requestContext"]?["requestId"])
            #expect(context["messageId"]?.stringValue?.hasSuffix("=") == true)
            client.close(code: 4001, reason: "bye", timeout: .seconds(60))
            let disconnect = try #require(backend.seen("DISCONNECT").first?.event["requestContext"])
            #expect(disconnect["disconnectStatusCode"] == 4001 && disconnect["disconnectReason"] == "bye")
            #expect(disconnect["connectionId"] == context["connectionId"])
        }
    }

    @Test(
        arguments: [
            (FakeBackend.ok(401), 401, ""), (FakeBackend.ok(403), 403, ""), (FakeBackend.ok(500), 500, ""),
            (FakeBackend.ok(302), 302, ""), (FakeBackend.ok(0), 502, "Internal server error"),
            (.failed(message: "boom"), 502, "Internal server error"),
            (.answered(nil, size: 4), 502, "Internal server error"),
            (.answered(["ok": true], size: 9), 502, "Internal server error"), (.refused, 500, "Internal server error"),
            (.timedOut, 504, "Endpoint request timed out"),
        ] as [(Invocation, Int, String)]
    )
    func theConnectFunctionRefuses(_ invocation: Invocation, _ status: Int, _ message: String) throws {
        let backend = FakeBackend(.example()) { _, _ in invocation }
        try Self.serve(backend) { gateway in
            let refusal = try #require(Self.refusal(gateway))
            #expect(refusal.status == status && refusal.message == message)
            #expect(backend.seen.count == 1, "no $disconnect for a connection that never was")
        }
    }

    @Test(
        arguments: [
            (FakeBackend.policy("Deny"), 403), (.failed(message: "Unauthorized"), 401), (.failed(message: "x"), 500),
            (.answered(["isAuthorized": true], size: 20), 500), (.timedOut, 500), (.refused, 500),
        ] as [(Invocation, Int)]
    )
    func theAuthorizerRefuses(_ invocation: Invocation, _ status: Int) throws {
        let backend = FakeBackend(.example(authorization: .function("authorizer", identitySources: []))) { name, _ in
            name == "authorizer" ? invocation : FakeBackend.ok()
        }
        try Self.serve(backend) { gateway in
            #expect(Self.refusal(gateway)?.status == status)
            #expect(backend.seen.map(\.function) == ["authorizer"])
        }
    }

    @Test func theAuthorizersContextIsInEveryEvent() throws {
        let sources = ["route.request.querystring.token", "route.request.header.X-Who"]
        let authorization = DeployedAPI.Authorization.function("authorizer", identitySources: sources)
        let backend = FakeBackend(.example(authorization: authorization)) { name, _ in
            name == "authorizer" ? FakeBackend.policy("Allow") : FakeBackend.ok()
        }
        try Self.serve(backend) { gateway in
            #expect(Self.refusal(gateway, query: "?token=t")?.status == 401)
            #expect(backend.seen.isEmpty, "without its identity sources the authorizer is not asked")
            let client = try Self.connect(gateway, query: "?token=t", headers: ["X-Who": "me"])
            try client.send(text: #"{"action":"hello"}"#)
            _ = backend.seen("MESSAGE")
            client.close()
            _ = backend.seen("DISCONNECT")
            let asked = try #require(backend.seen.first)
            #expect(asked.event["type"] == "REQUEST" && asked.event["requestContext"]?["authorizer"] == nil)
            #expect(
                asked.event["methodArn"] == "arn:aws:execute-api:us-east-2:111122223333:api1/dev/$connect"
            )
            let contexts = backend.seen.dropFirst().map { $0.event["requestContext"]?["authorizer"] }
            #expect(contexts == Array(repeating: ["userId": "u1", "principalId": "u1"], count: 3))
        }
    }

    @Test func whatIsNotDeployedIsForbidden() throws {
        let backend = FakeBackend(nil)
        try Self.serve(backend) { gateway in
            #expect(Self.refusal(gateway)?.status == 403)
            #expect(Self.refusal(gateway)?.message == "Forbidden")
            backend.deploy(.example())
            #expect(Self.refusal(gateway, query: "?" + String(repeating: "x", count: 4096))?.status == 414)
            #expect(Self.refusal(gateway, query: "/more")?.status == 403)
            let plain = HTTPRequest(
                method: "GET",
                endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: gateway.port),
                path: "/_aws/execute-api/api1/dev"
            )
            let answer = try SocketTransport(certificateAuthorities: nil).send(plain, timeout: .seconds(60))
            #expect(answer.status == 403)
            #expect(backend.seen.isEmpty)
        }
    }

    /// An API of routes alone takes every client.
    @Test func withoutAConnectRouteEverybodyIsLetIn() throws {
        try Self.serve(FakeBackend(.example(["hello"]))) { gateway in
            let client = try Self.connect(gateway)
            #expect(client.isOpen)
        }
    }

    @Test func errorsComeInTheGatewaysEnvelope() throws {
        let backend = FakeBackend(.example(["$connect", "dies", "late", "mute", "gone", "well"])) { name, _ in
            switch name {
            case "dies": .failed(message: "secret details")
            case "late": .timedOut
            case "mute": .answered(nil, size: 4)
            case "gone": .refused
            case "well": FakeBackend.ok(500, body: "kept from the client")
            default: FakeBackend.ok()
            }
        }
        try Self.serve(backend) { gateway in
            let client = try Self.connect(gateway)
            let id = try #require(backend.seen.first?.event["requestContext"]?["connectionId"]?.stringValue)
            for (message, text) in [
                (#"{"action":"dies"}"#, "Internal server error"), (#"{"action":"mute"}"#, "Internal server error"),
                (#"{"action":"gone"}"#, "Internal server error"), (#"{"action":"late"}"#, "Endpoint request timed out"),
                (#"{"action":"other"}"#, "Forbidden"), ("no JSON", "Forbidden"), ("", "Forbidden"),
                (#"{"action":"$connect"}"#, "Forbidden"), (#"{"action":"$disconnect"}"#, "Forbidden"),
            ] {
                try client.send(text: #"{"action":"well"}"#)
                try client.send(text: message)
                let answer = try #require(try Self.text(client))
                let parts = answer.split(separator: #""requestId":""#)
                #expect(parts.first == #"{"message": "\#(text)", "connectionId":"\#(id)", "# as Substring, "\(message)")
                #expect(parts.last?.hasSuffix(#"="}"#) == true && parts.last?.count == 18)
            }
            #expect(client.isOpen)
        }
    }

    @Test func aRouteResponseGoesToTheClient() throws {
        let backend = FakeBackend(.example(answersClient: true)) { _, _ in
            FakeBackend.ok(500, body: "said", headers: ["sec-websocket-protocol": "chat.v1"])
        }
        try Self.serve(FakeBackend(.example(answersClient: true)) { _, _ in FakeBackend.ok(200, body: "said") }) {
            let client = try Self.connect($0)
            try client.send(text: #"{"action":"hello"}"#)
            #expect(try Self.text(client) == "said")
        }
        try Self.serve(backend) { gateway in #expect(Self.refusal(gateway)?.status == 500) }
    }

    /// Open connections see what is deployed meanwhile: routes that are new, and functions that replace others.
    @Test func aDeploymentReachesOpenConnections() throws {
        let backend = FakeBackend(.example(["hello"], answersClient: true)) { name, _ in
            name == "hello" ? .refused : FakeBackend.ok(body: "by \(name)")
        }
        try Self.serve(backend) { gateway in
            let client = try Self.connect(gateway)
            var replaced = DeployedAPI.example(["more"], answersClient: true)
            replaced.routes["hello"] = replaced.routes["more"]
            backend.deploy(replaced)
            try client.send(text: #"{"action":"hello"}"#)
            #expect(try Self.text(client) == "by more")
            backend.deploy(.example(["new"], answersClient: true))
            try client.send(text: #"{"action":"new"}"#)
            #expect(try Self.text(client) == "by new")
        }
    }

    @Test func theStagesThrottlingHolds() throws {
        let clock = TestClock()
        let backend = FakeBackend(.example(throttle: DeployedAPI.Throttle(rate: 1, burst: 3)))
        try Self.serve(backend, clock: clock) { gateway in
            let client = try Self.connect(gateway)
            for _ in 0..<2 { try client.send(text: #"{"action":"hello"}"#) }
            _ = backend.seen("MESSAGE", count: 2)
            try client.send(text: #"{"action":"hello"}"#)
            #expect(try Self.text(client)?.contains(#""message": "Too Many Requests""#) == true)
            #expect(Self.refusal(gateway)?.status == 429)
            clock.advance(.seconds(1))
            try client.send(text: #"{"action":"hello"}"#)
            #expect(backend.seen("MESSAGE", count: 3).count == 3)
        }
    }
}
