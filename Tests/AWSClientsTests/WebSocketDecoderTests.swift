import TestSupport
import Testing

@testable import AWSClients

@Suite struct WebSocketDecoderTests {
    /// A server's frame: unmasked, its length in the shortest form unless `lengthBytes` says otherwise.
    static func frame(_ first: UInt8, _ payload: [UInt8], lengthBytes: Int? = nil) -> [UInt8] {
        let width = lengthBytes ?? (payload.count <= 125 ? 0 : payload.count <= 0xFFFF ? 2 : 8)
        var bytes = [first, width == 0 ? UInt8(payload.count) : width == 2 ? 126 : 127]
        for index in 0..<width { bytes.append(UInt8(payload.count >> (8 * (width - 1 - index)) & 0xFF)) }
        return bytes + payload
    }

    static func events(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [WebSocketEvent] {
        var decoder = WebSocketDecoder(maximumMessageBytes: limit)
        decoder.push(bytes)
        var events: [WebSocketEvent] = []
        while let event = try decoder.next() { events.append(event) }
        return events
    }

    struct Good: Sendable {
        var bytes: [UInt8]
        var events: [WebSocketEvent]
    }

    static let good: [Good] = [
        // RFC 6455 §5.7: "Hello" whole, and in two fragments.
        Good(bytes: [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], events: [.text("Hello")]),
        Good(bytes: [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F], events: [.text("Hello")]),
        Good(bytes: frame(0x81, []), events: [.text("")]),
        Good(bytes: frame(0x82, [0, 255]), events: [.binary([0, 255])]),
        Good(bytes: frame(0x89, [1, 2]), events: [.ping([1, 2])]),
        Good(bytes: frame(0x8A, []), events: [.pong([])]),
        Good(bytes: frame(0x82, .init(repeating: 7, count: 126)), events: [.binary(.init(repeating: 7, count: 126))]),
        Good(
            bytes: frame(0x82, .init(repeating: 7, count: 65536)),
            events: [.binary(.init(repeating: 7, count: 65536))]
        ),
        // A ping between the fragments, and a character split by them.
        Good(
            bytes: frame(0x01, [0xE2, 0x82]) + frame(0x89, [9]) + frame(0x00, []) + frame(0x80, [0xAC]),
            events: [.ping([9]), .text("€")]
        ),
        Good(bytes: frame(0x88, []), events: [.close(code: 1005, reason: "")]),
        Good(bytes: frame(0x88, [0x03, 0xE8, 0x6F, 0x6B]), events: [.close(code: 1000, reason: "ok")]),
        // What comes after a close frame is nothing.
        Good(bytes: frame(0x88, []) + frame(0x81, [0x41]), events: [.close(code: 1005, reason: "")]),
    ]

    @Test(arguments: good) func reads(_ test: Good) throws {
        #expect(try Self.events(test.bytes) == test.events)
    }

    @Test func readsTheSameHoweverItIsSplit() throws {
        let bytes = Self.good.dropLast(3).filter { $0.bytes.count < 1000 }.flatMap(\.bytes)
        let whole = try Self.events(bytes)
        #expect(whole.count == 9)
        for split in 0...bytes.count {
            var decoder = WebSocketDecoder()
            var events: [WebSocketEvent] = []
            for part in [bytes[..<split], bytes[split...]] {
                decoder.push(part)
                while let event = try decoder.next() { events.append(event) }
            }
            #expect(events == whole, "split at \(split)")
        }
        var decoder = WebSocketDecoder()
        var events: [WebSocketEvent] = []
        for byte in bytes {
            decoder.push([byte])
            while let event = try decoder.next() { events.append(event) }
        }
        #expect(events == whole)
        #expect(decoder.pendingBytes == 0)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var code: UInt16 = 1002
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(name: "reserved bit", bytes: frame(0xC1, [])),
        Bad(name: "unknown data opcode", bytes: frame(0x83, [])),
        Bad(name: "unknown control opcode", bytes: frame(0x8B, [])),
        Bad(name: "masked", bytes: [0x81, 0x80, 0, 0, 0, 0]),
        Bad(name: "fragmented ping", bytes: frame(0x09, [])),
        Bad(name: "long ping", bytes: frame(0x89, .init(repeating: 0, count: 126))),
        Bad(name: "continuation of nothing", bytes: frame(0x80, [])),
        Bad(name: "message in a message", bytes: frame(0x01, []) + frame(0x81, [])),
        Bad(name: "16-bit length not shortest", bytes: frame(0x82, [1], lengthBytes: 2)),
        Bad(name: "64-bit length not shortest", bytes: frame(0x82, [1], lengthBytes: 8)),
        Bad(name: "negative length", bytes: [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        Bad(name: "too long", bytes: [0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 1], code: 1009),
        Bad(
            name: "fragments too long",
            bytes: frame(0x02, .init(repeating: 0, count: 1 << 20)) + [0x80, 1],
            code: 1009
        ),
        Bad(name: "not UTF-8", bytes: frame(0x81, [0xFF]), code: 1007),
        Bad(name: "overlong UTF-8", bytes: frame(0x81, [0xC0, 0x80]), code: 1007),
        Bad(name: "surrogate", bytes: frame(0x81, [0xED, 0xA0, 0x80]), code: 1007),
        Bad(name: "half a close code", bytes: frame(0x88, [3])),
        Bad(name: "close code 1005", bytes: frame(0x88, [0x03, 0xED])),
        Bad(name: "close code 999", bytes: frame(0x88, [0x03, 0xE7])),
        Bad(name: "close code 5000", bytes: frame(0x88, [0x13, 0x88])),
        Bad(name: "close reason not UTF-8", bytes: frame(0x88, [0x03, 0xE8, 0xFF]), code: 1007),
    ]

    @Test(arguments: bad) func refuses(_ test: Bad) {
        var decoder = WebSocketDecoder()
        decoder.push(test.bytes)
        let error = #expect(throws: WebSocketViolation.self) { while try decoder.next() != nil {} }
        #expect(error?.closeCode == test.code)
        decoder.push(Self.frame(0x81, [0x41]))
        #expect((try? decoder.next()) == .some(nil), "nothing is read after a violation")
    }

    /// Frames put together at random and damaged at random: no crash, and nothing kept beyond the limit.
    @Test func survivesHostileInput() {
        var random = SeededGenerator(seed: 6455)
        for _ in 0..<5000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let first = UInt8.random(in: 0...15, using: &random) | (Bool.random(using: &random) ? 0x80 : 0)
                let count = [0, 1, 2, 125, 126, 300].randomElement(using: &random) ?? 0
                bytes += Self.frame(first, (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            }
            var decoder = WebSocketDecoder(maximumMessageBytes: 512)
            decoder.endure(bytes, limit: 512, &random)
        }
    }

    @Test(arguments: [0, 1, 125, 126, 65535, 65536]) func writesMaskedFrames(_ count: Int) {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let bytes = WebSocketFrame(.binary, payload).encoded(mask: 0x0102_0304)
        let header = count <= 125 ? 2 : count <= 0xFFFF ? 4 : 10
        #expect(bytes.count == header + 4 + count)
        #expect(bytes[0] == 0x82 && bytes[1] & 0x80 == 0x80)
        #expect(Array(bytes[header..<header + 4]) == [1, 2, 3, 4])
        #expect(bytes[(header + 4)...].enumerated().map { $1 ^ UInt8($0 % 4 + 1) } == payload)
    }

    @Test func closeReasonIsCutBetweenCharacters() {
        #expect(WebSocketFrame.close(code: nil).payload == [])
        #expect(WebSocketFrame.close(code: 1000, reason: "x").payload == [0x03, 0xE8, 0x78])
        let long = WebSocketFrame.close(code: 1000, reason: String(repeating: "€", count: 60)).payload
        #expect(long.count <= 125)
        #expect(String(validating: long.dropFirst(2), as: UTF8.self) != nil)
    }
}
