import AWSCore
import Foundation
import TestSupport
import Testing

struct SocketTransportTests {
    private static func request(
        _ server: LoopbackServer,
        method: String = "GET",
        path: String = "/",
        body: [UInt8] = []
    ) -> HTTPRequest {
        let endpoint = Endpoint(scheme: .http, host: "127.0.0.1", port: server.port)
        return HTTPRequest(method: method, endpoint: endpoint, path: path, body: body)
    }

    private static func text(_ response: HTTPResponse) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test func keepsItsConnection() throws {
        let server = try LoopbackServer { connection in
            while let (head, body) = connection.request() {
                connection.answer("\(connection.number) \(head.split(separator: " ")[1]) \(body.count)")
            }
        }
        let transport = SocketTransport(certificateAuthorities: nil)
        for number in 0..<20 {
            let body = [UInt8](repeating: 1, count: number * 1000)
            let request = Self.request(server, method: "POST", path: "/\(number)", body: body)
            let response = try transport.send(request, timeout: .seconds(60))
            #expect(Self.text(response) == "1 /\(number) \(number * 1000)")
        }
        #expect(server.connections == 1)
    }

    @Test func resolvesNames() throws {
        let server = try LoopbackServer { connection in
            while connection.request() != nil { connection.answer("ok") }
        }
        let endpoint = Endpoint(scheme: .http, host: "localhost", port: server.port)
        let request = HTTPRequest(method: "GET", endpoint: endpoint)
        let response = try SocketTransport(certificateAuthorities: nil).send(request, timeout: .seconds(60))
        #expect(Self.text(response) == "ok")
        let nowhere = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .http, host: "nothing.invalid"))
        #expect(Self.failure(nowhere)?.kind == .resolve)
    }

    private static func failure(_ request: HTTPRequest, timeout: Duration = .seconds(5)) -> TransportError? {
        do throws(TransportError) {
            _ = try SocketTransport(certificateAuthorities: nil).send(request, timeout: timeout)
            return nil
        } catch {
            return error
        }
    }

    @Test func refusedConnection() throws {
        let port = try { try LoopbackServer { _ in }.port }()
        let request = HTTPRequest(method: "GET", endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: port))
        #expect(Self.failure(request)?.kind == .connect)
    }

    @Test func readsChunkedAndCloseDelimitedAnswers() throws {
        let server = try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            connection.send("6;x\r\n world\r\n0\r\nT: 1\r\n\r\n")
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\n\r\nuntil ")
            connection.send("close")
        }
        let transport = SocketTransport(certificateAuthorities: nil)
        #expect(Self.text(try transport.send(Self.request(server), timeout: .seconds(60))) == "hello world")
        #expect(Self.text(try transport.send(Self.request(server), timeout: .seconds(60))) == "until close")
        #expect(server.connections == 1)
    }

    @Test func handsOnTheBodyAsItComes() throws {
        let server = try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
            // The second part is sent only after the client has shown that it read the first.
            guard connection.request() != nil else { return }
        }
        let exchange = try SocketTransport(certificateAuthorities: nil).begin(
            Self.request(server),
            timeout: .seconds(60)
        )
        #expect(try exchange.head().status == 200)
        #expect(try exchange.next() == Array("one".utf8))
        exchange.cancel()
        #expect(throws: TransportError.self) { try exchange.next() }
    }

    @Test func timesOut() throws {
        let server = try LoopbackServer { connection in
            while let (head, _) = connection.request() {
                if head.contains("/part") { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal") }
            }
        }
        for path in ["/silent", "/part"] {
            let began = ContinuousClock.now
            let failure = Self.failure(Self.request(server, path: path), timeout: .milliseconds(80))
            #expect(failure?.kind == .timeout)
            let taken = ContinuousClock.now - began
            #expect(taken >= .milliseconds(80), "\(taken)")
        }
    }

    @Test func unreachableAddressTimesOut() {
        // TEST-NET-1 (RFC 5737): packets go nowhere, or the machine has no route at all.
        let endpoint = Endpoint(scheme: .http, host: "192.0.2.1", port: 81)
        let kind = Self.failure(HTTPRequest(method: "GET", endpoint: endpoint), timeout: .milliseconds(100))?.kind
        #expect(kind == .timeout || kind == .connect)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", TransportError.Kind.truncated),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", .truncated),
        ("HTTP/1.1 200 OK\r\nContent-Le", .truncated), ("", .reset), ("SSH-2.0-OpenSSH_9.2\r\n", .malformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", .malformed), ("\u{0}\u{1}\u{2}garbage", .malformed),
    ])
    func brokenAnswers(_ answer: String, _ kind: TransportError.Kind) throws {
        let server = try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.send(answer)
        }
        #expect(Self.failure(Self.request(server))?.kind == kind)
    }

    @Test func resetConnections() throws {
        let server = try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.resetOnClose()
        }
        #expect(Self.failure(Self.request(server))?.kind == .reset)
    }

    @Test func hugeBodiesBothWays() throws {
        let size = 20_000_000
        let server = try LoopbackServer { connection in
            while let (_, body) = connection.request() {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n")
                connection.send(body)
            }
        }
        var body = [UInt8](repeating: 7, count: size)
        body[size - 1] = 9
        let transport = SocketTransport(certificateAuthorities: nil)
        for _ in 0..<2 {
            let request = Self.request(server, method: "PUT", body: body)
            #expect(try transport.send(request, timeout: .seconds(60)).body == body)
        }
        #expect(server.connections == 1)
    }

    /// A server that answers before it has read the request, and reads no more of it.
    @Test func earlyAnswerToALargeRequest() throws {
        let server = try LoopbackServer { connection in
            connection.answer("too large", status: "413 Payload Too Large", headers: "Connection: close\r\n")
            var chunk = [UInt8](repeating: 0, count: 4096)
            _ = recv(connection.descriptor, &chunk, chunk.count, 0)
            usleep(300_000)
        }
        let request = Self.request(server, method: "POST", body: [UInt8](repeating: 1, count: 30_000_000))
        let response = try SocketTransport(certificateAuthorities: nil).send(request, timeout: .seconds(20))
        #expect(response.status == 413 && Self.text(response) == "too large")
    }

    @Test func twoExchangesOverlapOnOneThread() throws {
        // Each connection answers only when the other's request has come too.
        let arrived = DispatchSemaphore(value: 0)
        let proceed = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            arrived.wait()
            arrived.wait()
            proceed.signal()
            proceed.signal()
        }
        let server = try LoopbackServer { connection in
            while let (head, _) = connection.request() {
                arrived.signal()
                proceed.wait()
                connection.answer(String(head.split(separator: " ")[1]))
            }
        }
        let transport = SocketTransport(certificateAuthorities: nil)
        let first = try transport.begin(Self.request(server, path: "/1"), timeout: .seconds(60))
        let second = try transport.begin(Self.request(server, path: "/2"), timeout: .seconds(60))
        #expect(Self.text(try first.response()) == "/1")
        #expect(Self.text(try second.response()) == "/2")
        #expect(server.connections == 2)
    }

    /// A kept connection that the server closes as the next request arrives.
    private static func closingServer() throws -> LoopbackServer {
        try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.answer("\(connection.number)")
            // The request is taken, so the client cannot know whether it was acted on.
            guard connection.number == 1 else {
                while connection.request() != nil { connection.answer("\(connection.number)") }
                return
            }
            _ = connection.request()
            connection.resetOnClose()
        }
    }

    @Test func aStaleConnectionIsReplacedWhereThatIsSafe() throws {
        let server = try Self.closingServer()
        let transport = SocketTransport(certificateAuthorities: nil)
        #expect(Self.text(try transport.send(Self.request(server), timeout: .seconds(60))) == "1")
        #expect(Self.text(try transport.send(Self.request(server), timeout: .seconds(60))) == "2")
    }

    @Test func aRequestThatMayHaveBeenActedOnIsNotRepeated() throws {
        let server = try Self.closingServer()
        let transport = SocketTransport(certificateAuthorities: nil)
        _ = try transport.send(Self.request(server), timeout: .seconds(60))
        let post = Self.request(server, method: "POST", body: [1])
        do throws(TransportError) {
            _ = try transport.send(post, timeout: .seconds(60))
            Issue.record("the request was sent twice")
        } catch {
            #expect(error.kind == .reset)
        }
        #expect(server.connections == 1)
        #expect(Self.text(try transport.send(post, timeout: .seconds(60))) == "2")
    }

    @Test func aConnectionThatIsSeenToBeClosedIsNotUsed() throws {
        let closed = DispatchSemaphore(value: 0)
        let server = try LoopbackServer { connection in
            guard connection.request() != nil else { return }
            connection.answer("\(connection.number)")
            shutdown(connection.descriptor, Int32(SHUT_RDWR))
            closed.signal()
        }
        let transport = SocketTransport(certificateAuthorities: nil)
        for number in 1...3 {
            let post = Self.request(server, method: "POST", body: [1])
            #expect(Self.text(try transport.send(post, timeout: .seconds(60))) == "\(number)")
            closed.wait()
        }
    }

    @Test func aRequestThatIsNotHTTPIsNotSent() throws {
        let server = try LoopbackServer { _ in }
        var request = Self.request(server)
        request.headers.add("X", "a\r\nY: b")
        #expect(Self.failure(request)?.kind == .malformed)
        #expect(server.connections == 0)
    }
}
