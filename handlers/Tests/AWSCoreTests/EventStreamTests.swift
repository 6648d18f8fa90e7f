import AWSCore
import TestSupport
import Testing

struct EventStreamTests {
    typealias Header = EventStreamMessage.Header

    private static func decode(_ pieces: [ArraySlice<UInt8>]) -> (messages: [EventStreamMessage], failed: Bool) {
        var decoder = EventStreamDecoder()
        var messages: [EventStreamMessage] = []
        do {
            for piece in pieces {
                decoder.push(piece)
                while let message = try decoder.next() { messages.append(message) }
            }
        } catch {
            return (messages, true)
        }
        return (messages, false)
    }

    private static func message(_ generator: inout SeededGenerator) -> EventStreamMessage {
        let values: [EventStreamMessage.Value] = [
            .bool(true), .bool(false), .byte(-128), .short(-2), .integer(.min), .long(.max),
            .bytes(generator.bytes(20)), .string(generator.text("aé漢🙂", 0...9)),
            .timestamp(Timestamp(milliseconds: 1_440_938_160_123)), .uuid(generator.bytes(16)),
        ]
        var headers: [Header] = []
        for number in 0..<Int.random(in: 0...6, using: &generator) {
            headers.append(Header("h\(number)-" + generator.text("aé:", 0...5), generator.pick(values)))
        }
        return EventStreamMessage(
            headers: headers,
            payload: generator.bytes(Int.random(in: 0...300, using: &generator))
        )
    }

    /// The example of an empty message with no headers in AWS's own test vectors.
    @Test func encodesThePublishedEmptyMessage() throws {
        #expect(
            hexEncode(try EventStreamMessage(headers: [], payload: []).encoded())
                == "000000100000000005c248eb7d98c8ff"
        )
    }

    @Test func botocoreReadsWhatIsWritten() throws {
        var generator = SeededGenerator(seed: 12)
        let messages = (0..<500).map { _ in Self.message(&generator) }
        let answers = try Python.run(
            "Tests/AWSCoreTests/eventstream_oracle.py",
            lines: messages.map { .string(base64Encode(try $0.encoded())) }
        )
        for (message, answer) in zip(messages, answers) {
            #expect(answer["failed"] == false && answer["messages"]?.arrayValue?.count == 1)
            let read = answer["messages"]?[0]
            #expect(read?["payload"]?.stringValue == base64Encode(message.payload))
            let headers = Dictionary(uniqueKeysWithValues: message.headers.map { ($0.name, Self.json($0.value)) })
            #expect(read?["headers"] == .object(headers))
        }
    }

    private static func json(_ value: EventStreamMessage.Value) -> JSONValue {
        switch value {
        case .bool(let value): .bool(value)
        case .byte(let value): .int(Int64(value))
        case .short(let value): .int(Int64(value))
        case .integer(let value): .int(Int64(value))
        case .long(let value): .int(value)
        case .bytes(let value), .uuid(let value): ["bytes": .string(base64Encode(value))]
        case .string(let value): .string(value)
        case .timestamp(let value): .int(value.milliseconds)
        }
    }

    /// Mutations with their checksums made right again, so that they reach the header reader.
    @Test func botocoreRefusesWhatIsRefused() throws {
        var generator = SeededGenerator(seed: 13)
        var streams: [[UInt8]] = []
        for _ in 0..<2000 {
            var bytes = try Self.message(&generator).encoded()
            let headersLength = Int(bytes[6]) << 8 | Int(bytes[7])
            if headersLength > 0, generator.chance(80) {
                let position = 12 + Int.random(in: 0..<headersLength, using: &generator)
                bytes[position] = generator.chance(50) ? UInt8.random(in: 0...12, using: &generator) : 0xFF
            }
            let body = bytes.dropLast(4)
            let checksum = crc32(body)
            streams.append(body + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) })
        }
        let answers = try Python.run(
            "Tests/AWSCoreTests/eventstream_oracle.py",
            lines: streams.map { .string(base64Encode($0)) }
        )
        var refused = 0
        for (stream, answer) in zip(streams, answers) {
            let read = Self.decode([stream[...]])
            let theirs = answer["messages"]?.arrayValue ?? []
            if read.failed {
                refused += 1
            } else {
                #expect(theirs.count == 1)
                #expect(theirs.first?["payload"]?.stringValue == read.messages.first.map { base64Encode($0.payload) })
            }
            // botocore slices past the end of a short header without noticing; what it refuses, we refuse.
            if answer["failed"] == true { #expect(read.failed) }
        }
        #expect(refused > 200)
    }

    @Test func splitsAtEveryByteAlike() throws {
        var generator = SeededGenerator(seed: 14)
        let messages = (0..<3).map { _ in Self.message(&generator) }
        let stream = try messages.flatMap { try $0.encoded() }
        for split in 0...stream.count {
            #expect(Self.decode([stream[..<split], stream[split...]]).messages == messages)
        }
        #expect(Self.decode(stream.indices.map { stream[$0...$0] }).messages == messages)
        var decoder = EventStreamDecoder()
        decoder.push(stream.dropLast())
        while try decoder.next() != nil {}
        #expect(decoder.isWithinMessage)
    }

    @Test func everyChangedByteIsNoticed() throws {
        let stream = try EventStreamMessage(headers: [Header("a", .string("b"))], payload: [1, 2, 3]).encoded()
        for position in stream.indices {
            for bit in 0..<8 {
                var bytes = stream
                bytes[position] ^= 1 << UInt8(bit)
                #expect(Self.decode([bytes[...]]).messages.isEmpty)
            }
        }
    }

    @Test func refusesImpossibleLengthsBeforeWaitingForThem() {
        for (total, headers) in [(0, 0), (15, 0), (16, 1), (0x7FFF_FFFF, 0), (200_016, 200_000), (24 << 20 + 17, 0)] {
            var bytes = Self.bigEndian(UInt32(total)) + Self.bigEndian(UInt32(headers))
            bytes += Self.bigEndian(crc32(bytes))
            #expect(Self.decode([bytes[...]]).failed, "\(total), \(headers)")
        }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }

    @Test func mutatedStreamsCrashNothing() throws {
        var generator = SeededGenerator(seed: 15)
        let seeds = try (0..<20).map { _ in try Self.message(&generator).encoded() }
        for _ in 0..<100_000 {
            let bytes = generator.mutate(generator.pick(seeds))
            _ = Self.decode([bytes[...]])
        }
    }

    @Test(arguments: [
        EventStreamMessage(headers: [Header("", .bool(true))], payload: []),
        EventStreamMessage(headers: [Header(String(repeating: "a", count: 256), .bool(true))], payload: []),
        EventStreamMessage(headers: [Header("a", .bytes([UInt8](repeating: 0, count: 65_536)))], payload: []),
        EventStreamMessage(headers: [Header("a", .uuid([1]))], payload: []),
        EventStreamMessage(
            headers: (0..<3).map { Header("\($0)", .bytes([UInt8](repeating: 0, count: 60_000))) },
            payload: []
        ),
    ])
    func refusesToWriteWhatDoesNotFit(_ message: EventStreamMessage) {
        #expect(throws: EventStreamError.self) { try message.encoded() }
    }

    @Test func errorsInsideAStream() {
        let exception = EventStreamMessage(
            headers: [
                Header(":message-type", .string("exception")),
                Header(":exception-type", .string("throttlingException")),
            ],
            payload: Array(#"{"message":"Slow down"}"#.utf8)
        )
        let error = exception.error(operation: "bedrock.ConverseStream")
        #expect(error?.code == "ThrottlingException" && error?.message == "Slow down" && error?.status == 200)
        let failure = EventStreamMessage(
            headers: [
                Header(":message-type", .string("error")), Header(":error-code", .string("InternalFailure")),
                Header(":error-message", .string("Oops")),
            ],
            payload: []
        ).error(operation: "o")
        #expect(failure?.code == "InternalFailure" && failure?.message == "Oops")
        let event = EventStreamMessage(
            headers: [Header(":message-type", .string("event")), Header(":event-type", .string("messageStart"))],
            payload: []
        )
        #expect(event.error(operation: "o") == nil && event.eventType == "messageStart")
    }
}
