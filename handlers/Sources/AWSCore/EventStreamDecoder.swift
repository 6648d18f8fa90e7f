/// Reads event-stream messages from bytes as they come: push what arrived, then take messages until `nil`.
/// Both checksums of each message are verified; after an error the stream has no known place to go on from.
public struct EventStreamDecoder {
    private var buffer: [UInt8] = []
    private var position = 0
    private var failure: EventStreamError?

    public init() {}

    public mutating func push(_ bytes: some Sequence<UInt8>) {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            position = 0
        } else if position > 64 * 1024 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer += bytes
    }

    /// Whether a message has begun and not ended: an answer that ends here is truncated.
    public var isWithinMessage: Bool { position < buffer.count }

    /// - Returns: `nil` when more bytes are needed.
    public mutating func next() throws(EventStreamError) -> EventStreamMessage? {
        if let failure { throw failure }
        do throws(EventStreamError) {
            return try decode()
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func decode() throws(EventStreamError) -> EventStreamMessage? {
        let available = buffer.count - position
        guard available >= EventStreamFormat.preludeLength else { return nil }
        let total = Int(word(at: position))
        let headersLength = Int(word(at: position + 4))
        guard crc32(buffer[position..<position + 8]) == word(at: position + 8) else {
            throw EventStreamError(detail: "the checksum of a message's prelude is wrong")
        }
        let overhead = EventStreamFormat.preludeLength + EventStreamFormat.checksumLength
        guard headersLength <= EventStreamFormat.maximumHeadersLength, total >= overhead + headersLength,
            total - overhead - headersLength <= EventStreamFormat.maximumPayloadLength
        else { throw EventStreamError(detail: "a message has an impossible length") }
        guard available >= total else { return nil }
        let end = position + total - EventStreamFormat.checksumLength
        guard crc32(buffer[position..<end]) == word(at: end) else {
            throw EventStreamError(detail: "the checksum of a message is wrong")
        }
        let headersStart = position + EventStreamFormat.preludeLength
        var reader = HeaderReader(bytes: buffer[headersStart..<headersStart + headersLength])
        let message = EventStreamMessage(
            headers: try reader.headers(),
            payload: Array(buffer[(headersStart + headersLength)..<end])
        )
        position += total
        return message
    }

    private func word(at index: Int) -> UInt32 {
        UInt32(buffer[index]) << 24 | UInt32(buffer[index + 1]) << 16 | UInt32(buffer[index + 2]) << 8
            | UInt32(buffer[index + 3])
    }
}

private struct HeaderReader {
    var bytes: ArraySlice<UInt8>

    mutating func headers() throws(EventStreamError) -> [EventStreamMessage.Header] {
        var headers: [EventStreamMessage.Header] = []
        var names: Set<String> = []
        while !bytes.isEmpty {
            let name = try text(count: Int(try integer(UInt8.self)))
            guard !name.isEmpty, names.insert(name).inserted else {
                throw EventStreamError(detail: "a header is repeated or has no name")
            }
            headers.append(.init(name, try value()))
        }
        return headers
    }

    private mutating func value() throws(EventStreamError) -> EventStreamMessage.Value {
        let type = try integer(UInt8.self)
        switch type {
        case 0: return .bool(true)
        case 1: return .bool(false)
        case 2: return .byte(try integer(Int8.self))
        case 3: return .short(try integer(Int16.self))
        case 4: return .integer(try integer(Int32.self))
        case 5: return .long(try integer(Int64.self))
        case 6: return .bytes(Array(try take(Int(try integer(UInt16.self)))))
        case 7: return .string(try text(count: Int(try integer(UInt16.self))))
        case 8: return .timestamp(Timestamp(milliseconds: try integer(Int64.self)))
        case 9: return .uuid(Array(try take(16)))
        default: throw EventStreamError(detail: "a header has the unknown type \(type)")
        }
    }

    private mutating func take(_ count: Int) throws(EventStreamError) -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw EventStreamError(detail: "a header ends too early") }
        defer { bytes.removeFirst(count) }
        return bytes.prefix(count)
    }

    private mutating func text(count: Int) throws(EventStreamError) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw EventStreamError(detail: "a header is not UTF-8")
        }
        return text
    }

    private mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type
    ) throws(EventStreamError) -> Integer {
        try take(Integer.bitWidth / 8).reduce(0) { value, byte in
            // Shifting a one-byte integer by eight gives 0, as wanted.
            (value << 8) | Integer(truncatingIfNeeded: byte)
        }
    }
}
