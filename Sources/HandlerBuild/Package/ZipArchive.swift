import CZlib

/// Reads a zip by its central directory. The end of the file is enough for the names, sizes and checksums, and
/// for the contents of the entries that lie in it: `diff` fetches the last few hundred kilobytes of a package
/// and leaves the executable where it is.
package struct ZipArchive: Sendable {
    package struct Entry: Sendable, Equatable {
        package var name: String
        /// Bytes, uncompressed.
        package var size: Int
        package var crc32: UInt32
        var compressedSize: Int
        var method: UInt16
        var localHeader: Int
    }

    package enum Failure: Error, Sendable, Equatable {
        /// Not a zip, or one of a kind that botctl does not write (zip64, encrypted, more disks).
        case malformed(String)
        /// The entry begins before the bytes at hand.
        case outside(name: String)
    }

    package let entries: [Entry]
    private let bytes: [UInt8]
    private let start: Int

    /// What one entry may unpack to: Lambda's limit on the whole package.
    static let maximumSize = 250 * 1024 * 1024

    /// - Parameters:
    ///   - tail: the file's last bytes, or all of it.
    ///   - totalSize: of the file; the tail's own size when omitted.
    package init(tail: [UInt8], totalSize: Int? = nil) throws(Failure) {
        let total = totalSize ?? tail.count
        guard total >= tail.count else { throw .malformed("the tail is longer than the file") }
        bytes = tail
        start = total - tail.count
        var reader = ByteReader(tail)
        guard let end = Self.endOfDirectory(in: tail) else {
            throw .malformed("no end of central directory record")
        }
        reader.position = end + 4
        guard let disk = reader.u16(), let directoryDisk = reader.u16(), let onDisk = reader.u16(),
            let count = reader.u16(), let size = reader.u32(), let offset = reader.u32()
        else { throw .malformed("end record cut short") }
        guard disk == 0, directoryDisk == 0, onDisk == count, offset != .max else {
            throw .malformed("zip64 or several disks")
        }
        let directory = Int(offset) - start
        guard directory >= 0 else { throw .outside(name: "central directory") }
        guard directory + Int(size) <= end else { throw .malformed("central directory overlaps its end") }
        reader.position = directory
        var found: [Entry] = []
        for _ in 0..<count { found.append(try Self.entry(&reader)) }
        entries = found
    }

    /// The unpacked bytes of an entry, checked against its CRC-32; `nil` when there is none of that name.
    package func contents(of name: String) throws(Failure) -> [UInt8]? {
        guard let entry = entries.first(where: { $0.name == name }) else { return nil }
        guard entry.localHeader >= start else { throw .outside(name: name) }
        var reader = ByteReader(bytes)
        reader.position = entry.localHeader - start
        guard reader.u32() == 0x0403_4B50, reader.skip(22), let nameLength = reader.u16(),
            let extraLength = reader.u16(), reader.skip(Int(nameLength) + Int(extraLength)),
            let packed = reader.take(entry.compressedSize)
        else { throw .malformed("entry \(name) cut short") }
        guard entry.size <= Self.maximumSize else { throw .malformed("entry \(name) is too large") }
        let unpacked: [UInt8]?
        switch entry.method {
        case 0: unpacked = packed.count == entry.size ? Array(packed) : nil
        case 8: unpacked = Self.inflate(Array(packed), size: entry.size)
        default: throw .malformed("entry \(name) is compressed by method \(entry.method)")
        }
        guard let unpacked, ZipWriter.checksum(unpacked) == entry.crc32 else {
            throw .malformed("entry \(name) is damaged")
        }
        return unpacked
    }

    /// The end record is followed by a comment of up to 64 KB: the last match whose comment reaches the end.
    private static func endOfDirectory(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 22 else { return nil }
        for position in stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 65_535), by: -1)
        where bytes[position] == 0x50 && bytes[position + 1] == 0x4B && bytes[position + 2] == 5
            && bytes[position + 3] == 6
        {
            let comment = Int(bytes[position + 20]) | Int(bytes[position + 21]) << 8
            if position + 22 + comment == bytes.count { return position }
        }
        return nil
    }

    private static func entry(_ reader: inout ByteReader) throws(Failure) -> Entry {
        guard reader.u32() == 0x0201_4B50, reader.skip(4), let flags = reader.u16(), let method = reader.u16(),
            reader.skip(4), let crc = reader.u32(), let compressed = reader.u32(), let size = reader.u32(),
            let nameLength = reader.u16(), let extra = reader.u16(), let comment = reader.u16(),
            reader.skip(8), let offset = reader.u32(), let name = reader.take(Int(nameLength)),
            reader.skip(Int(extra) + Int(comment))
        else { throw .malformed("central directory cut short") }
        guard flags & 1 == 0 else { throw .malformed("encrypted") }
        guard compressed != .max, size != .max, offset != .max else { throw .malformed("zip64") }
        return Entry(
            name: String(decoding: name, as: UTF8.self),
            size: Int(size),
            crc32: crc,
            compressedSize: Int(compressed),
            method: method,
            localHeader: Int(offset)
        )
    }

    /// `nil` unless the data unpacks to exactly `size` bytes.
    private static func inflate(_ bytes: [UInt8], size: Int) -> [UInt8]? {
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        var complete = false
        // One byte more than announced, so that data that unpacks to more is told apart.
        let output = [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
            bytes.withUnsafeBufferPointer { input in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(size + 1)
                complete = CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END
                count = Int(stream.total_out)
            }
        }
        return complete && output.count == size ? output : nil
    }
}
