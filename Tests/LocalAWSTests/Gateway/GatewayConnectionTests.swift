import AWSClients
import AWSCore
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import LocalAWS

/// What connections are held to, and what functions do with them.
@Suite struct GatewayConnectionTests {
    typealias Gateway = WebSocketGatewayTests

    @Test func framesAndMessagesHaveTheirLimits() throws {
        let backend = FakeBackend(.example(["$default"]))
        try Gateway.serve(backend) { gateway in
            let fits = try Gateway.connect(gateway)
            try fits.send(text: String(repeating: "x", count: 32_768))
            #expect(backend.seen("MESSAGE").first?.event["body"]?.stringValue?.count == 32_768)
            let tooLong = try Gateway.connect(gateway)
            try tooLong.send(text: String(repeating: "x", count: 32_769))
            #expect(Gateway.closeCode(tooLong) == 1009)
            let binary = try Gateway.connect(gateway)
            try binary.send(binary: [1, 2, 3])
            #expect(Gateway.closeCode(binary) == 1003)
            #expect(fits.isOpen && backend.seen("MESSAGE").count == 1)
        }
    }

    /// Only messages count: a client that pings is idle all the same.
    @Test func idleAndOldConnectionsAreClosed() throws {
        let clock = TestClock()
        let backend = FakeBackend(.example())
        try Gateway.serve(backend, clock: clock) { gateway in
            let idle = try Gateway.connect(gateway)
            let busy = try Gateway.connect(gateway)
            clock.advance(.seconds(599))
            try busy.send(text: #"{"action":"hello"}"#)
            _ = backend.seen("MESSAGE")
            try idle.ping()
            clock.advance(.seconds(1))
            try idle.ping()
            #expect(Gateway.closeCode(idle) == 1001)
            let told = backend.seen("DISCONNECT").first?.event["requestContext"]
            #expect(told?["disconnectStatusCode"] == 1001 && told?["disconnectReason"] == "Going away")
            for minute in 2...12 {
                try busy.send(text: #"{"action":"hello"}"#)
                _ = backend.seen("MESSAGE", count: minute)
                clock.advance(.seconds(599))
            }
            #expect(busy.isOpen)
            try busy.send(text: #"{"action":"hello"}"#)
            _ = backend.seen("MESSAGE", count: 13)
            clock.advance(.seconds(20))
            try busy.ping()
            #expect(Gateway.closeCode(busy) == 1001)
        }
    }

    /// Each message waits until the other has come: one after the other they would wait for ever.
    @Test func messagesOfAConnectionRunSideBySide() throws {
        let running = Mutex(0)
        let backend = FakeBackend(.example()) { name, _ in
            if name == "hello" {
                running.withLock { $0 += 1 }
                waitUntil { running.withLock { $0 } == 4 }
            }
            return FakeBackend.ok(body: "met")
        }
        try Gateway.serve(backend) { gateway in
            let client = try Gateway.connect(gateway)
            for _ in 0..<4 { try client.send(text: #"{"action":"hello"}"#) }
            waitUntil { running.withLock { $0 } == 4 }
            #expect(running.withLock { $0 } == 4)
        }
    }

    /// A client that sends without end does not take every thread of the machine.
    @Test func aFloodIsThrottled() throws {
        let ends = Mutex(false)
        let backend = FakeBackend(.example()) { name, _ in
            if name == "hello" { waitUntil { ends.withLock { $0 } } }
            return FakeBackend.ok()
        }
        try Gateway.serve(backend) { gateway in
            defer { ends.withLock { $0 = true } }
            let client = try Gateway.connect(gateway)
            for _ in 0..<501 { try client.send(text: #"{"action":"hello"}"#) }
            #expect(try Gateway.text(client)?.contains("Too Many Requests") == true)
        }
    }

    @Test func functionsReachClients() throws {
        let backend = FakeBackend(.example())
        try Gateway.serve(backend) { gateway in
            let client = try Gateway.connect(gateway)
            let id = try #require(backend.seen.first?.event["requestContext"]?["connectionId"]?.stringValue)
            #expect(id.count == 16 && id.hasSuffix("="))
            #expect(try Gateway.manage(gateway, "POST", id, Array("grüße".utf8)).status == 200)
            #expect(try Gateway.text(client) == "grüße")
            #expect(try Gateway.manage(gateway, "POST", id, [0x61, 0xFF]).status == 200)
            #expect(try Gateway.text(client) == "a\u{FFFD}")
            let long = [UInt8](repeating: 0x78, count: 128 << 10)
            #expect(try Gateway.manage(gateway, "POST", id, long).status == 200)
            #expect(try Gateway.text(client)?.count == 128 << 10)
            let tooLong = try Gateway.manage(gateway, "POST", id, long + [0x78])
            #expect(tooLong.status == 413 && tooLong.headers["x-amzn-ErrorType"] == "PayloadTooLargeException")
            let described = try JSONValue.parse(try Gateway.manage(gateway, "GET", id).body)
            #expect(described["identity"]?["sourceIp"] == "127.0.0.1")
            #expect(Timestamp(rfc3339: described["connectedAt"]?.stringValue ?? "") != nil)
            #expect(try Gateway.manage(gateway, "PUT", id).status == 405)
            #expect(try Gateway.manage(gateway, "POST", id, stage: "prod").status == 410)
            #expect(try Gateway.manage(gateway, "DELETE", id).status == 204)
            #expect(try Gateway.manage(gateway, "POST", id, [0x78]).status == 410)
            #expect(Gateway.closeCode(client) == 1000)
            let told = backend.seen("DISCONNECT").first?.event["requestContext"]
            #expect(told?["disconnectReason"] == "Connection Closed Normally")
            for method in ["POST", "GET", "DELETE"] {
                let gone = try Gateway.manage(gateway, method, id)
                #expect(gone.status == 410 && gone.headers["x-amzn-ErrorType"] == "GoneException")
            }
        }
    }

    @Test func whoMayNotPostDoesNot() throws {
        let refused = HTTPResponse(status: 403, headers: ["x-amzn-ErrorType": "ForbiddenException"], body: [0x7B])
        let backend = FakeBackend(.example(), refused: refused)
        try Gateway.serve(backend) { gateway in
            let client = try Gateway.connect(gateway)
            let id = try #require(backend.seen.first?.event["requestContext"]?["connectionId"]?.stringValue)
            let answer = try Gateway.manage(gateway, "POST", id, [0x78])
            #expect(answer.status == 403 && answer.body == [0x7B])
            #expect(try client.receive(timeout: .milliseconds(50)) == nil)
        }
    }

    /// A client that reads nothing fills its buffers; then posts are refused, and the others go on.
    @Test func aFullClientThrottlesItsPosts() throws {
        let backend = FakeBackend(.example())
        try Gateway.serve(backend) { gateway in
            let client = try Gateway.connect(gateway)
            let id = try #require(backend.seen.first?.event["requestContext"]?["connectionId"]?.stringValue)
            let other = try Gateway.connect(gateway)
            let otherId = backend.seen.last?.event["requestContext"]?["connectionId"]?.stringValue
            let bulk = [UInt8](repeating: 0x78, count: 128 << 10)
            var status = 200
            for _ in 0..<1000 where status == 200 { status = try Gateway.manage(gateway, "POST", id, bulk).status }
            // The kernel may take the beginning of a frame and no more: then the client is given up.
            #expect(status == 429 || status == 410)
            #expect(try Gateway.manage(gateway, "POST", otherId ?? "", [0x78]).status == 200)
            #expect(try Gateway.text(other) == "x")
            withExtendedLifetime(client) {}
        }
    }

    @Test func theEndOfTheGatewayIsTold() throws {
        let backend = FakeBackend(.example())
        let gateway = try WebSocketGateway.start(backend)
        let client = try Gateway.connect(gateway)
        gateway.close()
        #expect(Gateway.closeCode(client) == 1001)
        #expect(Gateway.refusal(gateway)?.status == 403)
        gateway.stop()
        gateway.stop()
        #expect(throws: (any Error).self) { try Gateway.connect(gateway) }
    }

    /// Thousands of clients that send anything: each ends, with a code that may be told, and harms nobody.
    @Test func survivesHostileClients() throws {
        var random = SeededGenerator(seed: 32_768)
        let facts = GatewayEvent.Connection(
            apiId: "a",
            stage: "dev",
            connectionId: "c=",
            connectedAt: Timestamp(seconds: 0),
            host: "h"
        )
        var codes: Set<UInt16> = []
        for _ in 0..<3000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let opcode = WebSocketOpcode.allCases.randomElement(using: &random) ?? .text
                let isLong = Int.random(in: 0..<50, using: &random) == 0
                let count = isLong ? 40_000 : [0, 1, 125, 126].randomElement(using: &random) ?? 0
                let payload = [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: count)
                bytes += WebSocketFrame(opcode, payload, isFinal: Int.random(in: 0...3, using: &random) > 0)
                    .encoded(mask: .random(in: .min ... .max, using: &random))
            }
            if !bytes.isEmpty, Bool.random(using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var ends: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            defer { for end in ends { close(end) } }
            // The rest comes with the handshake, as some clients send it.
            let early = bytes.prefix(Int.random(in: 0...bytes.count, using: &random))
            let late = Array(bytes.dropFirst(early.count))
            try #require(late.isEmpty || send(ends[1], late, late.count, 0) == late.count)
            shutdown(ends[1], Int32(SHUT_WR))
            let socket = try #require(GatewaySocket(descriptor: ends[0]))
            let connection = GatewayConnection(facts, socket: socket, limits: GatewayLimits()) { ContinuousClock.now }
            let end = connection.serve(received: Array(early), time: { Timestamp(seconds: 1) }) { text in
                #expect(text.utf8.count <= GatewayLimits.messageBytes)
            }
            socket.retire()
            codes.insert(end.code)
            #expect(WebSocketCloseCode.isSendable(end.code) || [1005, 1006].contains(end.code))
            #expect(connection.post("x", isPost: true, at: Timestamp(seconds: 2)) == .gone)
        }
        #expect(codes.isSuperset(of: [1002, 1003, 1005, 1006, 1007, 1009]))
    }
}
