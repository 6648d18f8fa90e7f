extension EventStreamMessage {
    /// The message on the wire, with its checksums.
    /// - Throws: when a name (255 bytes), a value (65,535 bytes), a UUID (16 bytes), the headers (128 KB) or the
    ///   payload (24 MB) do not fit.
    public func encoded() throws(EventStreamError) -> [UInt8] {
        var block: [UInt8] = []
        for header in headers {
            let name = Array(header.name.utf8)
            guard (1...255).contains(name.count) else {
                throw EventStreamError(detail: "a header's name must have 1 to 255 bytes")
            }
            block.append(UInt8(name.count))
            block += name
            try header.value.append(to: &block)
        }
        guard block.count <= EventStreamFormat.maximumHeadersLength,
            payload.count <= EventStreamFormat.maximumPayloadLength
        else { throw EventStreamError(detail: "the message is too long") }
        let total =
            EventStreamFormat.preludeLength + block.count + payload.count + EventStreamFormat.checksumLength
        var message: [UInt8] = []
        message.reserveCapacity(total)
        message.appendBigEndian(UInt32(total))
        message.appendBigEndian(UInt32(block.count))
        message.appendBigEndian(crc32(message))
        message += block
        message += payload
        message.appendBigEndian(crc32(message))
        return message
    }
}

extension EventStreamMessage.Value {
    fileprivate func append(to block: inout [UInt8]) throws(EventStreamError) {
        switch self {
        case .bool(let value): block.append(value ? 0 : 1)
        case .byte(let value): block += [2, UInt8(bitPattern: value)]
        case .short(let value):
            block.append(3)
            block.appendBigEndian(value)
        case .integer(let value):
            block.append(4)
            block.appendBigEndian(value)
        case .long(let value):
            block.append(5)
            block.appendBigEndian(value)
        case .bytes(let value): try Self.append(value, type: 6, to: &block)
        case .string(let value): try Self.append(Array(value.utf8), type: 7, to: &block)
        case .timestamp(let value):
            block.append(8)
            block.appendBigEndian(value.milliseconds)
        case .uuid(let value):
            guard value.count == 16 else { throw EventStreamError(detail: "a UUID must have 16 bytes") }
            block.append(9)
            block += value
        }
    }

    private static func append(
        _ value: [UInt8],
        type: UInt8,
        to block: inout [UInt8]
    ) throws(EventStreamError) {
        guard let length = UInt16(exactly: value.count) else {
            throw EventStreamError(detail: "a header's value must have at most 65,535 bytes")
        }
        block.append(type)
        block.appendBigEndian(length)
        block += value
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
