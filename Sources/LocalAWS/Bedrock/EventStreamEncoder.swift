import AWSCore

/// Writes messages of `application/vnd.amazon.eventstream`
/// (https://docs.aws.amazon.com/lexv2/latest/dg/event-stream-encoding.html):
///
///     total length │ headers length │ CRC of both │ headers │ payload │ CRC of all before
enum EventStreamEncoder {
    /// - Parameter headers: names up to 255 and values up to 32,767 bytes; all are written as strings (type 7).
    static func encode(headers: [(name: String, value: String)], payload: [UInt8]) -> [UInt8] {
        var headerBytes: [UInt8] = []
        for (name, value) in headers {
            headerBytes.append(UInt8(truncatingIfNeeded: name.utf8.count))
            headerBytes += Array(name.utf8)
            headerBytes.append(7)
            headerBytes += [UInt8(value.utf8.count >> 8 & 0xFF), UInt8(value.utf8.count & 0xFF)]
            headerBytes += Array(value.utf8)
        }
        var message = bigEndian(UInt32(16 + headerBytes.count + payload.count)) + bigEndian(UInt32(headerBytes.count))
        message += bigEndian(crc32(message))
        message += headerBytes
        message += payload
        return message + bigEndian(crc32(message))
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 0xFF) }
    }
}
