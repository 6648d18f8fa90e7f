import TestSupport
import Testing

@testable import HandlerBuild

@Suite struct ELFTests {
    private static let hello = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }"

    private func refusal(
        _ bytes: [UInt8],
        _ architecture: LambdaArchitecture = HostPlatform.current.architecture,
        shipped: Set<String> = []
    ) -> ELFGate.Refusal? {
        do throws(ELFGate.Refusal) {
            try ELFGate.check(bytes, architecture: architecture, shipped: shipped)
            return nil
        } catch {
            return error
        }
    }

    /// binutils says the same of the machine's own programs.
    @Test(arguments: ["/usr/bin/env", "/usr/bin/readelf", "/usr/bin/cc", "/usr/bin/python3", "/usr/bin/unzip"])
    func agreesWithReadelf(path: String) throws {
        let file = try ELFFile(try Files.read(path))
        let dynamic = try runProgram("readelf", ["--wide", "--dynamic", path]).lines
        let needed = dynamic.filter { $0.contains("(NEEDED)") }.compactMap(bracketed)
        #expect(file.needed == needed)
        let headers = try runProgram("readelf", ["--wide", "--program-headers", path]).lines
        let interpreter = headers.first { $0.contains("interpreter:") }.flatMap(bracketed)
        #expect(file.interpreter == interpreter?.replacing("Requesting program interpreter: ", with: ""))

        // `  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 13`
        let versions = try runProgram("readelf", ["--wide", "--version-info", path]).lines
        let names = versions.filter { $0.contains("Name: ") && $0.contains("Flags:") }.compactMap { line in
            line.firstRange(of: "Name: ").map { String(line[$0.upperBound...].prefix { $0 != " " }) }
        }
        #expect(file.versions.map(\.version) == names)
        #expect(!needed.isEmpty && !names.isEmpty)

        // `    36: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND memcpy@GLIBC_2.14 (4)`
        let symbols = try runProgram("readelf", ["--wide", "--dyn-syms", path]).lines.filter { $0.contains(" UND ") }
        for need in file.versions {
            for symbol in need.symbols {
                #expect(symbols.contains { $0.contains(" \(symbol)@\(need.version)") }, "\(symbol)@\(need.version)")
            }
        }
        #expect(file.versions.contains { !$0.symbols.isEmpty })
    }

    private func bracketed(_ line: String) -> String? {
        guard let open = line.firstIndex(of: "["), let close = line.lastIndex(of: "]") else { return nil }
        return String(line[line.index(after: open)..<close])
    }

    @Test func staticPasses() throws {
        #expect(refusal(try compileC(Self.hello, "-static")) == nil)
    }

    @Test func oldEnoughDynamicPasses() throws {
        #expect(refusal(try compileC(Self.hello)) == nil)
    }

    /// arc4random came with glibc 2.36 (https://sourceware.org/legacy-ml/libc-announce/2022/msg00003.html).
    @Test func newerGLIBCIsRefusedByName() throws {
        let source = "#include <stdlib.h>\nint main(void) { return arc4random() & 1; }"
        let refusal = try #require(refusal(try compileC(source)))
        guard case .symbolVersion(let version, let library, let symbols) = refusal.reason else {
            Issue.record("\(refusal)")
            return
        }
        #expect(version == "GLIBC_2.36")
        #expect(library == "libc.so.6")
        #expect(symbols == ["arc4random"])
        #expect(refusal.message.contains("GLIBC_2.36 of libc.so.6 (for arc4random)"))
        #expect(refusal.fix.contains("-static-executable"))
    }

    @Test func missingLibraryIsRefusedUnlessShipped() throws {
        let source = "#include <zlib.h>\nint main(void) { return zlibVersion()[0]; }"
        let program = try compileC(source, "-lz")
        #expect(refusal(program)?.reason == .library("libz.so.1"))
        #expect(refusal(program, shipped: ["libz.so.1"]) == nil)
    }

    @Test func otherMachineIsRefused() throws {
        var program = try compileC(Self.hello, "-static")
        let other: LambdaArchitecture = HostPlatform.current.architecture == .arm64 ? .intel : .arm64
        #expect(refusal(program, other)?.reason == .machine(other == .arm64 ? 62 : 183, wanted: other))
        program[18] = UInt8(other.elfMachine)
        #expect(refusal(program, other) == nil)
    }

    @Test func sharedLibraryIsRefused() throws {
        let library = try compileC("int answer(void) { return 42; }", "-shared", "-fPIC")
        #expect(refusal(library)?.reason == .sharedLibrary)
    }

    @Test func headersThatAreNoExecutableAreRefused() throws {
        let program = try compileC(Self.hello, "-static")
        func patched(_ offset: Int, _ byte: UInt8) -> ELFGate.Refusal.Reason? {
            var copy = program
            copy[offset] = byte
            return refusal(copy)?.reason
        }
        #expect(patched(0, 0) == .notELF)
        #expect(patched(4, 1) == .not64Bit)
        #expect(patched(5, 2) == .bigEndian)
        #expect(patched(5, 3) == .malformed("unknown byte order"))
        #expect(patched(7, 9) == .operatingSystem(9))
        #expect(patched(16, 1) == .notExecutable(1))
        #expect(refusal([])?.reason == .notELF)
        #expect(refusal(Array("#!/bin/sh\n".utf8))?.reason == .notELF)
        #expect(refusal(Array(program[..<40]))?.reason == .malformed("the header is cut short"))
    }

    @Test func interpreterOfAnotherLibraryIsRefused() throws {
        let program = try compileC(Self.hello, "-Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1")
        #expect(refusal(program)?.reason == .interpreter("/lib/ld-musl-x86_64.so.1"))
    }

    @Test(arguments: [
        ("GLIBC_2.2.5", true), ("GLIBC_2.34", true), ("GLIBC_2.34.1", true), ("GLIBC_2.4", true),
        ("GLIBC_2.35", false), ("GLIBC_3.0", false), ("GLIBC_2.100", false), ("GLIBC_PRIVATE", false),
        ("GLIBC_ABI_DT_RELR", false), ("GLIBC_", false), ("GLIBC_2.", false), ("GLIBC_-1", false),
        ("OPENSSL_3.0", false),
    ])
    func knowsWhatGLIBC234Defines(version: String, present: Bool) {
        #expect(ELFGate.isPresent(version) == present)
    }

    @Test func everyRefusalSaysTheWayOut() {
        let reasons: [ELFGate.Refusal.Reason] = [
            .notELF, .not64Bit, .bigEndian, .malformed("x"), .operatingSystem(9), .notExecutable(1),
            .machine(40, wanted: .arm64), .sharedLibrary, .interpreter("/x"), .library("libx.so"),
            .symbolVersion(version: "GLIBC_2.36", library: "libc.so.6", symbols: []), .size(1),
        ]
        for reason in reasons {
            let refusal = ELFGate.Refusal(reason)
            #expect(refusal.message.hasPrefix("bootstrap"))
            #expect(!refusal.fix.isEmpty && !refusal.message.hasSuffix("."))
        }
    }

    /// Headers and dynamic segments are what is read, so that is where the damage goes.
    @Test func survivesDamage() throws {
        var generator = SeededGenerator(seed: 11)
        let source = "#include <stdlib.h>\nint main(void) { return arc4random() & 1; }"
        let program = try compileC(source)
        var outcomes: Set<Bool> = []
        for round in 0..<20_000 {
            var damaged = program
            let range = round.isMultiple(of: 2) ? 0..<0x400 : 0..<damaged.count
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let value: UInt8 =
                    Bool.random(using: &generator)
                    ? .random(in: 0...255, using: &generator)
                    : [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                damaged[Int.random(in: range, using: &generator)] = value
            }
            if round.isMultiple(of: 5) { damaged.removeLast(Int.random(in: 0..<damaged.count, using: &generator)) }
            outcomes.insert(refusal(damaged, .intel) == nil)
        }
        #expect(outcomes.contains(false))
    }
}
