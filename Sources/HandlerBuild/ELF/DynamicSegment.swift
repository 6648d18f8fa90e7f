/// What the dynamic segment of an ELF file asks of the loader.
struct DynamicSegment {
    private let file: ByteReader
    private let segments: [ELFFile.Segment]
    private var entries: [(tag: UInt64, value: UInt64)] = []

    /// Tags of `.dynamic`, as <elf.h> numbers them.
    private enum Tag: UInt64 {
        case needed = 1
        case hash = 4
        case strings = 5
        case symbols = 6
        case stringsSize = 10
        case gnuHash = 0x6FFF_FEF5
        case symbolVersions = 0x6FFF_FFF0
        case versionNeeds = 0x6FFF_FFFE
        case versionNeedCount = 0x6FFF_FFFF
    }

    init(
        _ file: ByteReader,
        _ segment: ELFFile.Segment,
        _ segments: [ELFFile.Segment]
    ) throws(ELFFile.Failure) {
        self.file = file
        self.segments = segments
        var reader = file
        reader.position = segment.offset
        for _ in 0..<min(segment.size / 16, ELFFile.maximumDynamicEntries) {
            guard let tag = reader.u64(), let value = reader.u64() else {
                throw .malformed("the dynamic segment lies outside the file")
            }
            if tag == 0 { return }
            entries.append((tag, value))
        }
        throw .malformed("the dynamic segment has no end")
    }

    func libraries() throws(ELFFile.Failure) -> [String] {
        var names: [String] = []
        for entry in entries where entry.tag == Tag.needed.rawValue { names.append(try name(entry.value)) }
        return names
    }

    mutating func versionNeeds() throws(ELFFile.Failure) -> [ELFFile.VersionNeed] {
        guard let address = value(.versionNeeds) else { return [] }
        guard var position = offset(of: address) else { throw .malformed("version needs lie outside the file") }
        var needs: [ELFFile.VersionNeed] = []
        var indices: [UInt16: Int] = [:]
        var reader = file
        for _ in 0..<min(value(.versionNeedCount) ?? 0, UInt64(ELFFile.maximumVersions)) {
            reader.position = position
            guard reader.skip(2), let count = reader.u16(), let library = reader.u32(),
                let first = reader.u32(), let next = reader.u32()
            else { throw .malformed("version needs lie outside the file") }
            let libraryName = try name(UInt64(library))
            var auxiliary = position + Int(first)
            for _ in 0..<count {
                reader.position = auxiliary
                guard reader.skip(6), let index = reader.u16(), let version = reader.u32(),
                    let following = reader.u32()
                else { throw .malformed("version needs lie outside the file") }
                guard needs.count < ELFFile.maximumVersions else { throw .malformed("too many version needs") }
                indices[index & 0x7FFF] = needs.count
                let versionName = try name(UInt64(version))
                needs.append(ELFFile.VersionNeed(library: libraryName, version: versionName, symbols: []))
                if following == 0 { break }
                auxiliary += Int(following)
            }
            if next == 0 { break }
            position += Int(next)
        }
        nameSymbols(&needs, indices)
        return needs
    }

    /// Says which symbols want a version. They make a refusal easier to act on; a file whose symbol table
    /// cannot be read is judged by its versions alone.
    private func nameSymbols(_ needs: inout [ELFFile.VersionNeed], _ indices: [UInt16: Int]) {
        guard let symbols = value(.symbols).flatMap(offset(of:)),
            let versions = value(.symbolVersions).flatMap(offset(of:))
        else { return }
        var symbolReader = file
        var versionReader = file
        symbolReader.position = symbols
        versionReader.position = versions
        var attempts = 0
        for _ in 0..<min(symbolCount(), ELFFile.maximumSymbols) where attempts < ELFFile.maximumVersions {
            guard let version = versionReader.u16(), let name = symbolReader.u32(), symbolReader.skip(20) else {
                return
            }
            guard let index = indices[version & 0x7FFF],
                needs[index].symbols.count < ELFFile.maximumNamedSymbols
            else { continue }
            attempts += 1
            if let text = try? self.name(UInt64(name)), !text.isEmpty { needs[index].symbols.append(text) }
        }
    }

    /// The classic hash table counts all symbols. GNU's counts those before the first it has hashed, which
    /// are all the undefined ones, and only those are of interest here.
    private func symbolCount() -> Int {
        var reader = file
        if let table = value(.hash).flatMap(offset(of:)) {
            reader.position = table + 4
        } else if let table = value(.gnuHash).flatMap(offset(of:)) {
            reader.position = table + 4
        } else {
            return 0
        }
        return Int(reader.u32() ?? 0)
    }

    private func value(_ tag: Tag) -> UInt64? { entries.first { $0.tag == tag.rawValue }?.value }

    /// Where in the file the loader finds what it maps at an address.
    private func offset(of address: UInt64) -> Int? {
        for segment in segments where segment.type == 1 && address >= segment.address {
            let distance = address - segment.address
            guard distance < UInt64(segment.size), segment.offset <= Int.max / 2 else { continue }
            return segment.offset + Int(distance)
        }
        return nil
    }

    private func name(_ index: UInt64) throws(ELFFile.Failure) -> String {
        guard let table = value(.strings).flatMap(offset(of:)), let size = value(.stringsSize), index < size,
            let index = Int(exactly: index), let limit = Int(exactly: size), table <= Int.max / 2,
            index <= Int.max / 2, let text = ELFFile.string(file, at: table + index, limit: limit - index)
        else { throw .malformed("a name lies outside the string table") }
        return text
    }
}
