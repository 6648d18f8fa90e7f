/// CRC-32 as of gzip, zip and the AWS event stream (ISO 3309, reflected polynomial 0xEDB88320).
/// - Parameter seed: the checksum of what came before, to continue it.
public func crc32(_ bytes: some Sequence<UInt8>, seed: UInt32 = 0) -> UInt32 {
    let continued: UInt32? = bytes.withContiguousStorageIfAvailable { buffer in
        crc32Table.withUnsafeBufferPointer { table in
            var value = ~seed
            for byte in buffer { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
            return ~value
        }
    }
    if let continued { return continued }
    var value = ~seed
    for byte in bytes { value = crc32Table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
    return ~value
}

private let crc32Table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    return value
}
