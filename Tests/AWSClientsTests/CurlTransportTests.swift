import AWSCore
import Testing

@testable import AWSClients

@Suite struct CurlTransportTests {
    private func request(
        _ server: TestServer,
        _ method: String = "GET",
        path: String = "/",
        headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) -> HTTPRequest {
        HTTPRequest(
            method: method,
            endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: server.port),
            path: path,
            headers: headers,
            body: body
        )
    }

    private func failure(of body: () throws -> Void) -> TransportError? {
        do { try body() } catch { return error as? TransportError }
        return nil
    }

    @Test func connectionsAreKeptAlive() throws {
        let server = try TestServer { connection in
            while let (head, _) = connection.request() { connection.answer(body: String(head.prefix(6))) }
        }
        defer { server.stop() }
        let transport = CurlTransport()
        for path in ["/a", "/b", "/c"] {
            let answer = try transport.send(request(server, path: path), timeout: .seconds(60))
            #expect(
                answer == HTTPResponse(status: 200, headers: ["Content-Length": "6"], body: Array("GET \(path)".utf8))
            )
        }
        #expect(server.connections == 1)
    }

    @Test func keptConnectionsThatTheServerClosedAreReplaced() throws {
        let closed = Gate()
        let server = try TestServer { connection in
            guard connection.request() != nil else { return }
            connection.answer(body: "ok")
            connection.close()
            closed.arrive()
        }
        defer { server.stop() }
        let transport = CurlTransport()
        #expect(try transport.send(request(server), timeout: .seconds(60)).status == 200)
        closed.wait()
        #expect(try transport.send(request(server, "POST", body: [1]), timeout: .seconds(60)).status == 200)
        #expect(server.connections == 2)
    }

    @Test func twoExchangesOverlapOnOneThread() throws {
        // Neither request is answered before both have arrived.
        let both = Gate(2)
        let server = try TestServer { connection in
            while let (head, _) = connection.request() {
                both.arrive()
                both.wait()
                connection.answer(body: String(head.prefix(6)))
            }
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let first = try transport.begin(request(server, path: "/1"), timeout: .seconds(60))
        let second = try transport.begin(request(server, path: "/2"), timeout: .seconds(60))
        #expect(try second.response().body == Array("GET /2".utf8))
        #expect(try first.response().body == Array("GET /1".utf8))
    }

    @Test func requestGoesOutAsItWasGiven() throws {
        let server = try TestServer { connection in
            while let (head, body) = connection.request() {
                connection.answer(body: head + "|" + String(decoding: body, as: UTF8.self))
            }
        }
        defer { server.stop() }
        let transport = CurlTransport()
        func seen(_ request: HTTPRequest) throws -> String {
            String(decoding: try transport.send(request, timeout: .seconds(60)).body, as: UTF8.self)
        }
        let host = "Host: 127.0.0.1:\(server.port)\r\n"
        let headers: HTTPHeaders = ["Zeta": "1", "alpha": "2", "X-Empty": ""]
        let odd = "/a//b/../c/./%2F%7e%C3%BC;x=1/"
        #expect(
            try seen(request(server, path: odd, headers: headers))
                == "GET \(odd) HTTP/1.1\r\n\(host)Zeta: 1\r\nalpha: 2\r\nX-Empty:|"
        )
        #expect(
            try seen(request(server, "POST", headers: ["Content-Type": "text/plain"], body: Array("hi".utf8)))
                == "POST / HTTP/1.1\r\n\(host)Content-Type: text/plain\r\nContent-Length: 2|hi"
        )
        #expect(try seen(request(server, "PUT")) == "PUT / HTTP/1.1\r\n\(host)Content-Length: 0|")
        #expect(try seen(request(server, "DELETE")) == "DELETE / HTTP/1.1\r\n\(host)".dropLast() + "|")
        var named = request(server, headers: ["Host": "example.com"])
        named.query = [.init("a b", "ü&="), .init("empty", "")]
        #expect(try seen(named) == "GET /?a%20b=%C3%BC%26%3D&empty= HTTP/1.1\r\nHost: example.com|")
        #expect(failure { _ = try seen(request(server, headers: ["A": "x\r\nB: y"])) }?.kind == .malformed)
        #expect(server.connections == 1)
    }

    @Test func answersComeAsTheyAre() throws {
        let server = try TestServer { connection in
            while let (head, _) = connection.request() {
                if head.hasPrefix("HEAD") {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nETag: \"x\"\r\n\r\n")
                } else if head.hasPrefix("GET /redirect") {
                    connection.answer("302 Found", ["Location: http://127.0.0.1:1/"], body: "moved")
                } else if head.hasPrefix("GET /interim") {
                    connection.write("HTTP/1.1 100 Continue\r\n\r\n")
                    connection.answer("200 OK", ["A:  spaced \t", "A: 2"])
                } else if head.hasPrefix("GET /encoded") {
                    connection.answer("200 OK", ["Content-Encoding: gzip"], body: "not gzip")
                } else {
                    connection.write(
                        "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n"
                    )
                }
            }
        }
        defer { server.stop() }
        let transport = CurlTransport()
        func send(_ method: String, _ path: String) throws -> HTTPResponse {
            try transport.send(request(server, method, path: path), timeout: .seconds(60))
        }
        #expect(
            try send("HEAD", "/")
                == HTTPResponse(status: 200, headers: ["Content-Length": "12345", "ETag": "\"x\""])
        )
        #expect(try send("GET", "/redirect").status == 302)
        #expect(try send("GET", "/interim").headers.values(of: "a") == ["spaced", "2"])
        #expect(try send("GET", "/encoded").body == Array("not gzip".utf8))
        let chunked = try send("GET", "/chunked")
        #expect(chunked.status == 404)
        #expect(chunked.body == Array("abc".utf8))
        #expect(chunked.headers["T"] == nil)
        #expect(server.connections == 1)
    }

    @Test(
        arguments: [
            ("slow", TransportError.Kind.timeout), ("silent", .timeout), ("short", .truncated),
            ("chunk", .truncated), ("reset", .reset), ("closed", .reset), ("noise", .malformed),
            ("header", .malformed),
        ]
    )
    func brokenAnswers(_ behaviour: String, _ kind: TransportError.Kind) throws {
        let server = try TestServer { connection in
            guard connection.request() != nil else { return }
            switch behaviour {
            case "slow":
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")
                connection.hold()
            case "silent": connection.hold()
            case "short": connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab")
            case "chunk": connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nab")
            case "reset": connection.reset()
            case "closed": connection.close()
            case "noise": connection.write("SSH-2.0-OpenSSH_9.2\r\nmore\r\n\r\n")
            default:
                let line = "X: " + String(repeating: "y", count: 60_000) + "\r\n"
                connection.write("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 6) + "\r\n")
            }
        }
        defer { server.stop() }
        // Only what never ends may run into the timeout, however busy the machine is.
        let timeout: Duration = kind == .timeout ? .milliseconds(300) : .seconds(30)
        let error = failure { _ = try CurlTransport().send(request(server), timeout: timeout) }
        #expect(error?.kind == kind, "\(String(describing: error))")
        #expect(error?.peer == "127.0.0.1:\(server.port)")
    }

    @Test func nobodyThere() throws {
        let closed = try ClosedPort()
        defer { closed.release() }
        let refused = HTTPRequest(
            method: "GET",
            endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: closed.port)
        )
        #expect(failure { _ = try CurlTransport().send(refused, timeout: .seconds(60)) }?.kind == .connect)
        let unknown = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .http, host: "nobody.invalid"))
        #expect(failure { _ = try CurlTransport().send(unknown, timeout: .seconds(60)) }?.kind == .resolve)
    }

    @Test func cancellationEndsEveryWait() throws {
        let server = try TestServer { $0.hold() }
        defer { server.stop() }
        // Far below the exchange's own timeout, far above what a busy machine needs.
        #expect(try timeToCancel(server) < .seconds(20))
    }

    private func timeToCancel(_ server: TestServer) throws -> Duration {
        let pressed = Gate()
        let interrupted = Gate()
        let transport = CurlTransport(isCancelled: { interrupted.isOpen })
        let exchange = try transport.begin(request(server), timeout: .seconds(120))
        startThread {
            pressed.wait()
            interrupted.arrive()
        }
        let took = ContinuousClock().measure {
            pressed.arrive()
            #expect(failure { _ = try exchange.head() }?.kind == .cancelled)
        }
        #expect(failure { _ = try exchange.next() }?.kind == .cancelled)
        #expect(failure { _ = try transport.begin(request(server), timeout: .seconds(60)) }?.kind == .cancelled)
        return took
    }

    @Test func givenUpExchangesLeaveTheOthersAlone() throws {
        let server = try TestServer { connection in
            while let (head, _) = connection.request() {
                if head.hasPrefix("GET /never") { return connection.hold() }
                connection.answer(body: "ok")
            }
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let cancelled = try transport.begin(request(server, path: "/never"), timeout: .seconds(30))
        _ = try transport.begin(request(server, path: "/never-dropped"), timeout: .seconds(30))
        let kept = try transport.begin(request(server, path: "/kept"), timeout: .seconds(60))
        cancelled.cancel()
        #expect(failure { _ = try cancelled.head() }?.kind == .cancelled)
        #expect(try kept.response().body == Array("ok".utf8))
        #expect(try transport.send(request(server), timeout: .seconds(60)).status == 200)
    }

    @Test func largeBodiesInBothDirections() throws {
        let body = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let release = Gate()
        let server = try TestServer { connection in
            // The upload is not read before `begin` has returned.
            release.wait()
            guard let (head, body) = connection.request() else { return }
            #expect(header("expect", in: head) == nil)
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
            connection.write(body)
        }
        defer { server.stop() }
        let exchange = try CurlTransport().begin(request(server, "PUT", body: body), timeout: .seconds(20))
        release.arrive()
        var received: [UInt8] = []
        var largest = 0
        while let chunk = try exchange.next() {
            largest = max(largest, chunk.count)
            received += chunk
        }
        #expect(received == body)
        #expect(largest <= 2 << 20, "the unread part is bounded")
    }

    @Test func stalledExchangesAreGivenUp() throws {
        let server = try TestServer { $0.hold() }
        defer { server.stop() }
        let transport = CurlTransport(settings: CurlSettings(stallTimeout: .seconds(1)))
        let error = failure { _ = try transport.send(request(server), timeout: .seconds(30)) }
        #expect(error?.kind == .timeout)
    }

    @Test func proxiesOfTheEnvironment() throws {
        let proxy = try TestServer { connection in
            guard let (head, _) = connection.request() else { return }
            let line = head.prefix { $0 != "\r\n" }
            if line.hasPrefix("CONNECT") { return connection.answer("407 Proxy Authentication Required") }
            connection.answer(body: String(line))
        }
        defer { proxy.stop() }
        let address = "http://127.0.0.1:\(proxy.port)"
        let settings = CurlSettings(
            environment: ["http_proxy": address, "HTTPS_PROXY": address, "NO_PROXY": "direct.invalid,.local"],
            fileExists: { _ in false }
        )
        let transport = CurlTransport(settings: settings)
        func get(_ scheme: Endpoint.Scheme, _ host: String) throws -> String {
            let request = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: scheme, host: host), path: "/x")
            return String(decoding: try transport.send(request, timeout: .seconds(60)).body, as: UTF8.self)
        }
        #expect(try get(.http, "aws.invalid") == "GET http://aws.invalid/x HTTP/1.1")
        let refused = failure { _ = try get(.https, "aws.invalid") }
        #expect(refused?.kind == .connect)
        #expect(refused?.detail.contains("407") == true)
        #expect(failure { _ = try get(.http, "direct.invalid") }?.kind == .resolve)
    }

    @Test(
        arguments: [
            (["AWS_CA_BUNDLE": "/a", "SSL_CERT_FILE": "/b"], "/p", "/a"),
            (["SSL_CERT_FILE": "/b"], "/p", "/p"),
            (["AWS_CA_BUNDLE": "", "SSL_CERT_FILE": "/b"], nil, "/b"),
            ([:], nil, "/etc/pki/tls/certs/ca-bundle.crt"),
        ] as [([String: String], String?, String)]
    )
    func certificateAuthorities(_ environment: [String: String], _ profile: String?, _ expected: String) {
        let settings = CurlSettings(environment: environment, profileBundle: profile) { $0.hasPrefix("/etc/pki") }
        #expect(settings.certificateAuthorities == expected)
    }

    @Test func upperCaseHTTPProxyIsNotRead() {
        let settings = CurlSettings(environment: ["HTTP_PROXY": "http://evil"]) { _ in false }
        #expect(settings.httpProxy == nil)
    }
}
