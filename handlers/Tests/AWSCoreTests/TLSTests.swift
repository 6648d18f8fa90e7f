import AWSCore
import TestSupport
import Testing

/// Against Python's `ssl`, with certificates that the `openssl` command makes.
struct TLSTests {
    private static func failure(_ transport: SocketTransport, _ request: HTTPRequest) -> TransportError? {
        do throws(TransportError) {
            _ = try transport.send(request, timeout: .seconds(60))
            return nil
        } catch {
            return error
        }
    }

    @Test func speaksTLSAndRefusesWhatItMust() throws {
        let server = try TLSServer()
        let transport = try server.transport()
        let text = { (request: HTTPRequest) in
            String(decoding: try transport.send(request, timeout: .seconds(60)).body, as: UTF8.self)
        }
        #expect(try text(server.request("good")) == "TLSv1.3 http/1.1 ")
        #expect(try text(server.request("good", host: "127.0.0.1")) == "TLSv1.3 http/1.1 ")
        #expect(try text(server.request("tls12")) == "TLSv1.2 http/1.1 ")

        for (kind, host) in [
            ("wrongHost", "localhost"), ("wrongHost", "127.0.0.1"), ("nameOnly", "127.0.0.1"),
            ("unknownAuthority", "localhost"), ("expired", "localhost"), ("tls11", "localhost"),
        ] {
            let failure = Self.failure(transport, try server.request(kind, host: host))
            #expect(failure?.kind == .tls, "\(kind): \(String(describing: failure))")
        }

        var large = try server.request("good")
        large.body = [UInt8](repeating: 0x5A, count: 5_000_000)
        for _ in 0..<3 { #expect(try transport.send(large, timeout: .seconds(30)).body == large.body) }

        #expect(try text(server.request("good", path: "/end")) == "honest end")
        #expect(Self.failure(transport, try server.request("good", path: "/cut"))?.kind == .truncated)

        let first = try transport.begin(server.request("good"), timeout: .seconds(60))
        let second = try transport.begin(server.request("tls12"), timeout: .seconds(60))
        #expect(try second.response().status == 200)
        #expect(try first.response().status == 200)

        let machine = SocketTransport(certificateAuthorities: nil)
        #expect(Self.failure(machine, try server.request("good"))?.kind == .tls)
        let missing = SocketTransport(certificateAuthorities: "/nonexistent/ca.pem")
        let failure = Self.failure(missing, try server.request("good"))
        #expect(failure?.kind == .tls && failure?.detail.contains("/nonexistent/ca.pem") == true)
    }

    @Test func plainServersAreNotMistaken() throws {
        let server = try LoopbackServer { connection in connection.answer("plain") }
        let endpoint = Endpoint(scheme: .https, host: "127.0.0.1", port: server.port)
        let transport = SocketTransport(certificateAuthorities: nil)
        #expect(Self.failure(transport, HTTPRequest(method: "GET", endpoint: endpoint))?.kind == .tls)
    }
}
