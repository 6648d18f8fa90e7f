/// What decides where an executable runs, read from the file itself: the ELF header, the program headers and
/// what the dynamic segment points at (System V ABI, chapter 5; symbol versions:
/// https://refspecs.linuxfoundation.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html).
/// Section headers are not read: stripping may remove them, and the loader does not look at them either.
struct ELFFile: Equatable {
    enum Failure: Error, Equatable {
        case notELF
        case not64Bit
        case bigEndian
        case malformed(String)
    }

    /// A symbol version that a library must have, with the symbols that want it.
    struct VersionNeed: Equatable {
        var library: String
        var version: String
        /// At most `maximumNamedSymbols`.
        var symbols: [String]
    }

    /// `e_ident[EI_OSABI]`
    var osABI: UInt8
    var type: UInt16
    var machine: UInt16
    var entry: UInt64
    /// The program that loads this one; `nil` when the kernel starts it directly.
    var interpreter: String?
    /// Names of shared libraries, in the file's order.
    var needed: [String]
    var versions: [VersionNeed]

    // Real files are far below these; they bound the work that a hostile file can cause.
    static let maximumHeaders = 1_024
    static let maximumDynamicEntries = 65_536
    static let maximumVersions = 4_096
    static let maximumSymbols = 1_000_000
    static let maximumString = 4_096
    static let maximumNamedSymbols = 5

    init(_ bytes: [UInt8]) throws(Failure) {
        var reader = ByteReader(bytes)
        guard let identification = reader.take(16), identification.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            throw .notELF
        }
        guard bytes[4] == 2 else { throw .not64Bit }
        guard bytes[5] == 1 else { throw bytes[5] == 2 ? .bigEndian : .malformed("unknown byte order") }
        guard bytes[6] == 1 else { throw .malformed("unknown ELF version") }
        osABI = bytes[7]
        guard let type = reader.u16(), let machine = reader.u16(), reader.u32() != nil, let entry = reader.u64(),
            let headers = reader.u64(), reader.skip(14), let headerSize = reader.u16(), let count = reader.u16()
        else { throw .malformed("the header is cut short") }
        self.type = type
        self.machine = machine
        self.entry = entry
        interpreter = nil
        needed = []
        versions = []
        guard count == 0 || headerSize == 56 else { throw .malformed("program headers of \(headerSize) bytes") }
        guard count <= Self.maximumHeaders else { throw .malformed("\(count) program headers") }
        let segments = try Self.segments(reader, at: headers, count: Int(count))
        if let segment = segments.first(where: { $0.type == 3 }) {
            guard let text = Self.string(reader, at: segment.offset, limit: segment.size) else {
                throw .malformed("the interpreter's name lies outside the file")
            }
            interpreter = text
        }
        if let segment = segments.first(where: { $0.type == 2 }) {
            var dynamic = try DynamicSegment(reader, segment, segments)
            needed = try dynamic.libraries()
            versions = try dynamic.versionNeeds()
        }
    }

    struct Segment: Equatable {
        var type: UInt32
        var offset: Int
        var address: UInt64
        var size: Int
    }

    private static func segments(
        _ file: ByteReader,
        at offset: UInt64,
        count: Int
    ) throws(Failure) -> [Segment] {
        var reader = file
        guard let start = Int(exactly: offset) else { throw .malformed("program headers lie outside the file") }
        reader.position = start
        var segments: [Segment] = []
        for _ in 0..<count {
            guard let type = reader.u32(), reader.skip(4), let offset = reader.u64(), let address = reader.u64(),
                reader.skip(8), let size = reader.u64(), reader.skip(16)
            else { throw .malformed("program headers lie outside the file") }
            guard let offset = Int(exactly: offset), let size = Int(exactly: size) else {
                throw .malformed("a segment lies outside the file")
            }
            segments.append(Segment(type: type, offset: offset, address: address, size: size))
        }
        return segments
    }

    /// A zero-terminated string; `nil` when it leaves the file or `limit`.
    static func string(_ file: ByteReader, at offset: Int, limit: Int) -> String? {
        var reader = file
        reader.position = offset
        let window = min(limit, maximumString, reader.remaining)
        guard window > 0, let bytes = reader.take(window), let end = bytes.firstIndex(of: 0) else { return nil }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
