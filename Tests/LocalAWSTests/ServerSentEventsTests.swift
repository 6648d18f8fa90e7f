import LocalAWS
import TestSupport
import Testing

@Suite struct ServerSentEventsTests {
    static func read(_ pieces: [[UInt8]]) throws -> [ServerSentEvents.Event] {
        var parser = ServerSentEvents()
        var events: [ServerSentEvents.Event] = []
        for piece in pieces {
            try parser.push(piece)
            events += parser.takeEvents()
        }
        parser.close()
        return events + parser.takeEvents()
    }

    typealias Event = ServerSentEvents.Event

    @Test(arguments: [
        ("data: a\n\n", [Event(data: "a")]),
        ("data:a\r\n\r\n", [Event(data: "a")]),
        ("data: a\r\rdata: b\r\r", [Event(data: "a"), Event(data: "b")]),
        ("data: a\ndata: b\n\n", [Event(data: "a\nb")]),
        ("data\n\n", [Event(data: "")]),
        ("data:  two\n\n", [Event(data: " two")]),
        (": keep-alive\n\n: again\ndata: a\n\n", [Event(data: "a")]),
        (
            "event: error\nid: 7\nretry: 10\ndata: a\n\ndata: b\n\n",
            [Event(name: "error", data: "a"), Event(data: "b")]
        ),
        ("event: lost\n\ndata: b\n\n", [Event(data: "b")]),
        ("error: {}\n\n", [Event(name: "error", data: "{}")]),
        ("\u{FEFF}data: a\n\n", [Event(data: "a")]),
        ("data: {\"a\":\"é👍\"}\n\ndata: [DONE]", [Event(data: "{\"a\":\"é👍\"}"), Event(data: "[DONE]")]),
        ("", []), ("\n\n\n", []), ("nonsense\n\n", []),
    ])
    func reads(_ text: String, _ expected: [Event]) throws {
        let bytes = Array(text.utf8)
        #expect(try Self.read([bytes]) == expected)
        #expect(try Self.read(bytes.map { [$0] }) == expected, "byte by byte")
        for cut in bytes.indices { #expect(try Self.read([Array(bytes[..<cut]), Array(bytes[cut...])]) == expected) }
    }

    /// However a stream is cut, it means the same; and whatever comes, the parser comes back.
    @Test func anyBytesInAnyPieces() throws {
        var random = SeededGenerator(seed: 21)
        let words: [[UInt8]] = [
            "data: ", "data", ":", "event: x", "\n", "\r", "\r\n", "\n\n", "[DONE]", "é", "👍", "\u{FEFF}", "error: ",
        ].map { Array($0.utf8) }
        for _ in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...20, using: &random) {
                if Int.random(in: 0..<4, using: &random) == 0 {
                    bytes.append(UInt8.random(in: .min ... .max, using: &random))
                } else {
                    bytes += words[Int.random(in: 0..<words.count, using: &random)]
                }
            }
            var pieces: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...5, using: &random))
                pieces.append(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(try Self.read(pieces) == Self.read([bytes]), "\(bytes)")
        }
    }

    @Test func anEventWithoutEndIsGivenUp() throws {
        var parser = ServerSentEvents()
        let piece = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0...(ServerSentEvents.maximumBytes >> 20) { try parser.push(piece) }
        }
        var many = ServerSentEvents()
        let line = Array("data: ".utf8) + piece + [0x0A]
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0...(ServerSentEvents.maximumBytes >> 20) { try many.push(line) }
        }
    }
}
