import TestSupport
import Testing

@testable import HandlerBuild

@Suite struct ZipTests {
    private static let files: [(name: String, mode: UInt16, contents: [UInt8])] = {
        var generator = SeededGenerator(seed: 7)
        let noise = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return [
            ("lib/libä.so", 0o755, noise), ("bot.json", 0o644, Array(repeating: UInt8(ascii: "{"), count: 70_000)),
            ("empty", 0o644, []), ("bootstrap", 0o755, Array("#!/bin/sh\n".utf8)),
        ]
    }()

    private func archive(_ files: [(name: String, mode: UInt16, contents: [UInt8])] = files) -> [UInt8] {
        ZipWriter.archive(files.map { ZipWriter.entry(name: $0.name, mode: $0.mode, contents: $0.contents) })
    }

    @Test func sameBytesInWhateverOrder() {
        #expect(archive() == archive(Self.files.reversed()))
    }

    /// Python's zipfile and Info-ZIP read it, and see names, modes, date and contents.
    @Test func othersReadIt() throws {
        let folder = TemporaryFolder()
        try folder.write("a.zip", archive())
        let tested = try runProgram("unzip", ["-t", "\(folder.path)/a.zip"])
        #expect(tested.succeeded, "\(tested)")
        let script = """
            import sys, zipfile, zlib
            archive = zipfile.ZipFile(sys.argv[1])
            assert archive.testzip() is None
            for entry in archive.infolist():
                print(entry.filename, oct(entry.external_attr >> 16), entry.date_time, entry.create_system,
                      entry.create_version, entry.file_size, zlib.crc32(archive.read(entry)))
            """
        let python = try runProgram("python3", ["-c", script, "\(folder.path)/a.zip"])
        let expected = Self.files.sorted { $0.name < $1.name }.map { file in
            "\(file.name) 0o100\(String(file.mode, radix: 8)) (1980, 1, 1, 0, 0, 0) 3 20 \(file.contents.count) "
                + "\(ZipWriter.checksum(file.contents))"
        }
        #expect(python.lines == expected)
    }

    @Test func readsBackWhatItWrote() throws {
        let zip = try ZipArchive(tail: archive())
        #expect(zip.entries.map(\.name) == ["bootstrap", "bot.json", "empty", "lib/libä.so"])
        for file in Self.files {
            #expect(try zip.contents(of: file.name) == file.contents)
            #expect(zip.entries.first { $0.name == file.name }?.crc32 == ZipWriter.checksum(file.contents))
        }
        #expect(try zip.contents(of: "absent") == nil)
    }

    @Test func readsFromTheTail() throws {
        let bytes = archive()
        let end = try ZipArchive(tail: bytes)
        let cut = try #require(end.entries.first { $0.name == "bot.json" }).localHeader
        let zip = try ZipArchive(tail: Array(bytes[cut...]), totalSize: bytes.count)
        #expect(zip.entries == end.entries)
        #expect(try zip.contents(of: "bot.json")?.count == 70_000)
        #expect(throws: ZipArchive.Failure.outside(name: "bootstrap")) { try zip.contents(of: "bootstrap") }
        #expect(throws: ZipArchive.Failure.outside(name: "central directory")) {
            try ZipArchive(tail: Array(bytes.suffix(40)), totalSize: bytes.count)
        }
    }

    @Test func readsWhatPythonWrote() throws {
        let folder = TemporaryFolder()
        let script = """
            import sys, zipfile
            with zipfile.ZipFile(sys.argv[1], "w") as archive:
                archive.comment = b"PK\\x05\\x06 not the end"
                archive.writestr("stored", "one")
                archive.writestr("deflated", "two" * 100, zipfile.ZIP_DEFLATED)
            """
        try #require(try runProgram("python3", ["-c", script, "\(folder.path)/p.zip"]).succeeded)
        let zip = try ZipArchive(tail: try Files.read("\(folder.path)/p.zip"))
        #expect(try zip.contents(of: "stored") == Array("one".utf8))
        #expect(try zip.contents(of: "deflated")?.count == 300)
    }

    /// Damage is an error or goes unnoticed where it does not matter; it is never a crash, and contents that
    /// come out are those that went in.
    @Test func survivesDamage() throws {
        var generator = SeededGenerator(seed: 42)
        let small = Self.files.filter { $0.contents.count < 80_000 }
        let bytes = archive(small)
        for _ in 0..<5_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                damaged[Int.random(in: 0..<damaged.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            if Bool.random(using: &generator) { damaged.removeLast(Int.random(in: 0..<60, using: &generator)) }
            guard let zip = try? ZipArchive(tail: damaged) else { continue }
            for entry in zip.entries {
                guard let contents = try? zip.contents(of: entry.name) else { continue }
                #expect(ZipWriter.checksum(contents) == entry.crc32)
            }
        }
    }
}
