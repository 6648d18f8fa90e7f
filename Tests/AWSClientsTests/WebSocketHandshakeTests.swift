import AWSCore
import TestSupport
import Testing

@testable import AWSClients

@Suite struct WebSocketHandshakeTests {
    /// RFC 6455 §1.3: the key of "the sample nonce".
    static let handshake = WebSocketHandshake(random: Array("the sample nonce".utf8))
    static let accepted = [
        "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ]

    @Test func keyAndAcceptAreThoseOfTheRFC() {
        #expect(Self.handshake.key == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(Self.handshake.expectedAccept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    /// FIPS 180-4's examples and lengths around the block size; digests by Python's hashlib.
    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (String(repeating: "a", count: 55), "c1c8bbdc22796e28c0e15163d20899b65621d65a"),
        (String(repeating: "a", count: 56), "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
        (String(repeating: "a", count: 64), "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
        (String(repeating: "a", count: 119), "ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56"),
        (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ])
    func sha1Matches(_ text: String, _ digest: String) {
        #expect(hexEncode(sha1(Array(text.utf8))) == digest)
    }

    @Test func writesTheRequest() throws {
        let url = try #require(WebSocketURL("wss://bot.example:8443/prod?token=a%2Fb"))
        let request = try #require(Self.handshake.request(url, headers: ["Origin": "https://shop.example"]))
        let expected = [
            "GET /prod?token=a%2Fb HTTP/1.1", "Host: bot.example:8443", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
            "Origin: https://shop.example", "", "",
        ]
        #expect(String(decoding: request, as: UTF8.self) == expected.joined(separator: "\r\n"))
        #expect(Self.handshake.request(url, headers: ["X": "a\r\nEvil: 1"]) == nil)
    }

    @Test func acceptsAndKeepsWhatFollows() throws {
        let head = Array((Self.accepted.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for count in 0..<head.count {
            #expect(try Self.handshake.evaluate(Array(head[..<count])) == .needsMore, "after \(count) bytes")
        }
        #expect(try Self.handshake.evaluate(head + [0x81, 0]) == .accepted(rest: [0x81, 0]))
    }

    @Test(arguments: [
        (1, "Upgrade: h2c"), (2, "Connection: close"), (3, "Sec-WebSocket-Accept: AAAA"), (3, "X: no accept"),
        (2, "Connection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate"),
        (2, "Connection: Upgrade\r\nSec-WebSocket-Protocol: chat"), (0, "HTTP/2 101"), (0, "SSH-2.0-x"),
        (2, "no colon"),
    ])
    func refusesAnswers(_ line: Int, _ replacement: String) {
        var lines = Self.accepted
        lines[line] = replacement
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        #expect(throws: WebSocketError.self) { try Self.handshake.evaluate(bytes) }
    }

    @Test func listsMayHoldMore() throws {
        var lines = Self.accepted
        lines[1] = "upgrade: WebSocket"
        lines[2] = "connection: keep-alive, Upgrade"
        let bytes = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        #expect(try Self.handshake.evaluate(bytes) == .accepted(rest: []))
    }

    @Test func reportsARefusal() throws {
        let text = "HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nno"
        guard case .refused(let head, let body, let isComplete) = try Self.handshake.evaluate(Array(text.utf8)) else {
            Issue.record("not a refusal")
            return
        }
        #expect(head.status == 403 && body == Array("no".utf8) && !isComplete)
    }

    @Test func aRefusalsBodyIsWithoutItsChunks() throws {
        let json = #"{"message":"Forbidden","connectionId":"c="}"#
        let size = String(json.utf8.count, radix: 16)
        let head = "HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n"
        let whole = "\(head)\(size)\r\n\(json)\r\n0\r\n\r\n"
        guard case .refused(let answer, let body, true) = try Self.handshake.evaluate(Array(whole.utf8)) else {
            Issue.record("not a whole refusal")
            return
        }
        #expect(body == Array(json.utf8))
        let error = WebSocketError.refused(status: answer.status, headers: answer.headers, body: body)
        #expect(error.description == "the server refused the connection with status 403: Forbidden")
        let half = Array(whole.utf8.prefix(head.utf8.count + 10))
        guard case .refused(_, _, false) = try Self.handshake.evaluate(half) else {
            Issue.record("half a body is not the whole")
            return
        }
    }

    @Test(arguments: [("", ""), ("no\r\n  way", "no way"), (#"{"Message":"Gone"}"#, "Gone"), ("[1]", "[1]")])
    func theWordsOfARefusal(_ body: String, _ words: String) {
        #expect(WebSocketError.message(in: Array(body.utf8)) == words)
    }

    @Test func survivesHostileAnswers() {
        var random = SeededGenerator(seed: 101)
        let good = Array((Self.accepted.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        for _ in 0..<3000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? Self.handshake.evaluate(bytes)
        }
        #expect(throws: WebSocketError.self) {
            try Self.handshake.evaluate(.init(repeating: 0x41, count: 40 << 10))
        }
    }

    @Test(arguments: [
        ("ws://h", "h", 80, "/", "h"), ("WSS://h.example/a/b?c=d", "h.example", 443, "/a/b?c=d", "h.example"),
        ("ws://127.0.0.1:4566/_aws/x/dev", "127.0.0.1", 4566, "/_aws/x/dev", "127.0.0.1:4566"),
        ("ws://[::1]:9/", "::1", 9, "/", "[::1]:9"), ("ws://h?q", "h", 80, "/?q", "h"),
    ])
    func readsURLs(_ text: String, _ host: String, _ port: Int, _ target: String, _ authority: String) throws {
        let url = try #require(WebSocketURL(text))
        #expect(url.host == host && url.port == port && url.target == target && url.authority == authority)
    }

    @Test(arguments: [
        "", "ws:", "ws://", "http://h", "ws://h:0", "ws://h:65536", "ws://h:+1", "ws://u@h", "ws://h/#f", "ws://h /",
        "ws://[::1", "ws://[zz]", "ws://h/\r\nX: y", "ws://h\u{e9}", "ws://:80", "ws://a b",
    ])
    func refusesURLs(_ text: String) { #expect(WebSocketURL(text) == nil) }
}
