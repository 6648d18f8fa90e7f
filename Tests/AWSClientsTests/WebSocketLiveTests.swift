import AWSCore
import Glibc
import TestSupport
import Testing

@testable import AWSClients

/// Against the PyPI `websockets` server.
@Suite(.serialized) final class WebSocketLiveTests {
    let server: PythonServer
    let securePort: Int
    let certificate: String
    let proxyPort: Int

    init() throws {
        server = try PythonServer(script: "Tests/AWSClientsTests/Python/websocket_server.py")
        securePort = try #require(server.nextLine().flatMap { Int($0) })
        certificate = try #require(server.nextLine())
        proxyPort = try #require(server.nextLine().flatMap { Int($0) })
    }

    deinit { server.stop() }

    private func connect(_ path: String, headers: HTTPHeaders = [:]) throws -> WebSocketConnection {
        try WebSocketConnection.connect(
            url: "ws://127.0.0.1:\(server.port)\(path)",
            headers: headers,
            timeout: .seconds(60)
        )
    }

    @Test(arguments: ["", "hello", "größer €\u{1F600}", String(repeating: "x", count: 70_000)])
    func echoes(_ text: String) throws {
        for path in ["/echo?token=a%3D", "/fragments"] where !(path == "/fragments" && text.isEmpty) {
            let connection = try connect(path)
            try connection.send(text: text)
            #expect(try connection.receive(timeout: .seconds(60)) == .text(text))
            try connection.send(binary: [0, 1, 255])
            #expect(try connection.receive(timeout: .seconds(60)) == .binary([0, 1, 255]))
            connection.close()
            #expect(!connection.isOpen)
            #expect(throws: WebSocketError.notOpen) { try connection.send(text: "x") }
        }
    }

    @Test func answersPingsWhileItWaits() throws {
        let connection = try connect("/ping")
        #expect(try connection.receive(timeout: .seconds(60)) == .text("pong came"))
        try connection.ping()
        #expect(try connection.receive(timeout: .milliseconds(100)) == nil)
        connection.close(code: 1001, reason: "done")
    }

    @Test(arguments: [UInt16(1000), 1001, 1011, 3000, 4999]) func seesCloseCodes(_ code: UInt16) throws {
        let connection = try connect("/close/\(code)")
        for _ in 0..<2 {
            #expect(throws: WebSocketError.closed(code: code, reason: "because €")) {
                try connection.receive(timeout: .seconds(60))
            }
        }
    }

    @Test func seesADroppedConnection() throws {
        let connection = try connect("/drop")
        let error = #expect(throws: WebSocketError.self) { try connection.receive(timeout: .seconds(60)) }
        switch error {
        case .closed(code: 1006, reason: ""), .transport: break
        default: Issue.record("\(String(describing: error))")
        }
        #expect(!connection.isOpen)
    }

    @Test func closesOnTooBigAndOnInvalid() throws {
        for (path, code) in [("/big", UInt16(1009)), ("/invalid", 1002)] {
            let connection = try connect(path)
            let error = #expect(throws: WebSocketError.self) { try connection.receive(timeout: .seconds(60)) }
            guard case .violation(let violation) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(violation.closeCode == code)
        }
        #expect(server.nextLine() == "closed 1009")
    }

    @Test(arguments: [401, 403, 503]) func seesRefusals(_ status: Int) throws {
        let error = #expect(throws: WebSocketError.self) { try connect("/refuse/\(status)") }
        guard case .refused(status, _, let body) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(String(decoding: body, as: UTF8.self) == #"{"message":"Forbidden"}"#)
    }

    @Test func sendsHeaders() throws {
        let connection = try connect("/headers", headers: ["X-Test": "v"])
        #expect(try connection.receive(timeout: .seconds(60)) == .text("v"))
    }

    @Test func namesWhatKeepsItFromConnecting() {
        let cases: [(String, TransportError.Kind)] = [
            ("ws://127.0.0.1:1/", .connect), ("ws://no-such-host.invalid/", .resolve),
            ("wss://127.0.0.1:\(server.port)/", .tls), ("wss://127.0.0.1:\(securePort)/", .tls),
        ]
        for (url, kind) in cases {
            let error = #expect(throws: WebSocketError.self) { try WebSocketConnection.connect(url: url) }
            guard case .transport(let reason) = error else {
                Issue.record("\(url): \(String(describing: error))")
                continue
            }
            #expect(reason.kind == kind, "\(url): \(reason)")
        }
        #expect(throws: WebSocketError.invalidURL("http://x")) { try WebSocketConnection.connect(url: "http://x") }
    }

    @Test func speaksTLSThroughAProxy() throws {
        for proxy in [nil, "http://127.0.0.1:\(proxyPort)"] {
            let connection = try WebSocketConnection.connect(
                url: "wss://127.0.0.1:\(securePort)/echo",
                settings: CurlSettings(certificateAuthorities: certificate, httpsProxy: proxy)
            )
            // Longer than a TLS record, so that a part of it waits in OpenSSL.
            let text = String(repeating: "y", count: 50_000)
            try connection.send(text: text)
            #expect(try connection.receive(timeout: .seconds(60)) == .text(text))
            connection.close()
        }
        #expect(server.nextLine() == "tunnel 127.0.0.1:\(securePort)")
    }

    @Test func aPlainConnectionIsTunnelledToo() throws {
        let connection = try WebSocketConnection.connect(
            url: "ws://127.0.0.1:\(server.port)/echo",
            settings: CurlSettings(httpProxy: "http://127.0.0.1:\(proxyPort)")
        )
        try connection.send(text: "x")
        #expect(try connection.receive(timeout: .seconds(60)) == .text("x"))
        #expect(server.nextLine() == "tunnel 127.0.0.1:\(server.port)")
    }
}
