/// Reads little-endian numbers out of bytes that may be hostile: every step says whether it stayed inside.
struct ByteReader {
    private let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes from the position to the end; 0 when the position lies outside.
    var remaining: Int { position >= 0 && position <= bytes.count ? bytes.count - position : 0 }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, position >= 0, position <= bytes.count, count <= bytes.count - position else {
            return nil
        }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func skip(_ count: Int) -> Bool { take(count) != nil }

    mutating func u16() -> UInt16? { number(2).map { UInt16(truncatingIfNeeded: $0) } }
    mutating func u32() -> UInt32? { number(4).map { UInt32(truncatingIfNeeded: $0) } }
    mutating func u64() -> UInt64? { number(8) }

    private mutating func number(_ count: Int) -> UInt64? {
        guard let slice = take(count) else { return nil }
        var value: UInt64 = 0
        for byte in slice.reversed() { value = value << 8 | UInt64(byte) }
        return value
    }
}
