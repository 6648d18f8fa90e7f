import CZlib

/// One file of a zip, compressed already.
struct ZipEntry: Sendable, Equatable {
    var name: String
    /// Unix permissions, `0o755`.
    var mode: UInt16
    /// Raw deflate data (RFC 1951).
    var deflated: [UInt8]
    var crc32: UInt32
    /// Bytes before compression.
    var size: Int
}

/// Writes zip archives whose bytes depend on nothing but names, modes and contents: entries sorted by name,
/// the date fixed at 1980-01-01, no extra fields (APPNOTE.TXT 6.3.10).
enum ZipWriter {
    /// Level 6: measured, 9 costs three times as long for 0.4 % of a bootstrap.
    static let compressionLevel: Int32 = 6
    /// 1980-01-01 in MS-DOS format, the earliest that it can say.
    private static let date: UInt16 = 1 << 5 | 1

    static func entry(name: String, mode: UInt16, contents: [UInt8]) -> ZipEntry {
        ZipEntry(
            name: name,
            mode: mode,
            deflated: deflate(contents),
            crc32: checksum(contents),
            size: contents.count
        )
    }

    static func archive(_ entries: [ZipEntry]) -> [UInt8] {
        let sorted = entries.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var output: [UInt8] = []
        output.reserveCapacity(sorted.reduce(64) { $0 + $1.deflated.count + 2 * $1.name.utf8.count + 96 })
        var directory: [UInt8] = []
        for entry in sorted {
            let offset = UInt32(output.count)
            let fields = commonFields(of: entry)
            output.append32(0x0403_4B50)
            output += fields
            output += entry.name.utf8
            output += entry.deflated

            directory.append32(0x0201_4B50)
            directory.append16(3 << 8 | 20)
            directory += fields
            directory.append16(0)
            directory.append16(0)
            directory.append16(0)
            directory.append32((0o100000 | UInt32(entry.mode)) << 16)
            directory.append32(offset)
            directory += entry.name.utf8
        }
        let directoryOffset = UInt32(output.count)
        output += directory
        output.append32(0x0605_4B50)
        output.append16(0)
        output.append16(0)
        output.append16(UInt16(sorted.count))
        output.append16(UInt16(sorted.count))
        output.append32(UInt32(directory.count))
        output.append32(directoryOffset)
        output.append16(0)
        return output
    }

    /// The fields that the local header and the central directory share, version to extra length.
    private static func commonFields(of entry: ZipEntry) -> [UInt8] {
        var fields: [UInt8] = []
        fields.append16(20)
        fields.append16(entry.name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11)
        fields.append16(8)
        fields.append16(0)
        fields.append16(date)
        fields.append32(entry.crc32)
        fields.append32(UInt32(entry.deflated.count))
        fields.append32(UInt32(entry.size))
        fields.append16(UInt16(entry.name.utf8.count))
        fields.append16(0)
        return fields
    }

    static func deflate(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let opened = deflateInit2_(
            &stream,
            compressionLevel,
            Z_DEFLATED,
            -15,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(opened == Z_OK, "zlib refused its own constants or found no memory")
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(bound)
                let ended = CZlib.deflate(&stream, Z_FINISH)
                precondition(ended == Z_STREAM_END, "deflateBound is an upper bound")
                count = Int(stream.total_out)
            }
        }
    }

    /// CRC-32 as zip wants it.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
    }
}

extension [UInt8] {
    fileprivate mutating func append16(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
    }

    fileprivate mutating func append32(_ value: UInt32) {
        append16(UInt16(truncatingIfNeeded: value))
        append16(UInt16(truncatingIfNeeded: value >> 16))
    }
}
