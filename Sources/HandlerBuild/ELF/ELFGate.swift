/// Lets an executable pass that `provided.al2023` can start, and says of every other why it would not.
package enum ELFGate {
    /// Why an executable is refused.
    package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        package enum Reason: Sendable, Equatable {
            case notELF
            case not64Bit
            case bigEndian
            case malformed(String)
            case operatingSystem(UInt8)
            /// `e_type`
            case notExecutable(UInt16)
            /// `e_machine`
            case machine(UInt16, wanted: LambdaArchitecture)
            /// A shared library: nothing loads it, or it has nowhere to start.
            case sharedLibrary
            case interpreter(String)
            case library(String)
            case symbolVersion(version: String, library: String, symbols: [String])
            case size(Int)
        }

        package var reason: Reason
        package init(_ reason: Reason) { self.reason = reason }
    }

    /// glibc of `provided.al2023` (https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html).
    static let newestGLIBC = [2, 34]

    /// What glibc itself installs, and the loader's names, without their version suffixes.
    static let presentLibraries: Set<String> = [
        "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "ld-linux-x86-64.so.2",
        "ld-linux-aarch64.so.1",
    ]

    /// Lambda refuses larger packages
    /// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 250 MB unzipped).
    package static let maximumUnpackedBytes = 250 * 1024 * 1024

    /// - Parameter shipped: file names in the package's `lib/`, which Lambda has on its library path.
    package static func check(
        _ bytes: [UInt8],
        architecture: LambdaArchitecture,
        shipped: Set<String> = []
    ) throws(Refusal) {
        guard bytes.count <= maximumUnpackedBytes else { throw Refusal(.size(bytes.count)) }
        let file: ELFFile
        do {
            file = try ELFFile(bytes)
        } catch {
            switch error {
            case .notELF: throw Refusal(.notELF)
            case .not64Bit: throw Refusal(.not64Bit)
            case .bigEndian: throw Refusal(.bigEndian)
            case .malformed(let detail): throw Refusal(.malformed(detail))
            }
        }
        guard file.machine == architecture.elfMachine else {
            throw Refusal(.machine(file.machine, wanted: architecture))
        }
        // 0 is System V, 3 is GNU/Linux.
        guard file.osABI == 0 || file.osABI == 3 else { throw Refusal(.operatingSystem(file.osABI)) }
        // 2 is ET_EXEC, 3 is ET_DYN: a position-independent executable, or a shared library.
        guard file.type == 2 || file.type == 3 else { throw Refusal(.notExecutable(file.type)) }
        guard file.entry != 0 else { throw Refusal(.sharedLibrary) }
        guard let interpreter = file.interpreter else {
            // Static, unless it wants libraries and names nobody to load them.
            if !file.needed.isEmpty { throw Refusal(.sharedLibrary) }
            return
        }
        guard interpreter == architecture.interpreter else { throw Refusal(.interpreter(interpreter)) }
        for library in file.needed where !presentLibraries.contains(library) && !shipped.contains(library) {
            throw Refusal(.library(library))
        }
        for need in file.versions where !shipped.contains(need.library) && !isPresent(need.version) {
            throw Refusal(.symbolVersion(version: need.version, library: need.library, symbols: need.symbols))
        }
    }

    /// Whether glibc 2.34 defines a version. `GLIBC_PRIVATE` changes with each release and
    /// `GLIBC_ABI_DT_RELR` came with 2.36, so only numbered versions pass.
    static func isPresent(_ version: String) -> Bool {
        guard version.hasPrefix("GLIBC_") else { return false }
        let parts = version.dropFirst(6).split(separator: ".", omittingEmptySubsequences: false)
        var numbers: [Int] = []
        for part in parts {
            guard part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(part) else { return false }
            numbers.append(number)
        }
        return !newestGLIBC.lexicographicallyPrecedes(Array(numbers.prefix(2)))
    }
}

extension LambdaArchitecture {
    /// `e_machine`: EM_AARCH64, EM_X86_64.
    var elfMachine: UInt16 {
        switch self {
        case .arm64: 183
        case .intel: 62
        }
    }

    /// Where the architecture's ABI puts glibc's loader.
    var interpreter: String {
        switch self {
        case .arm64: "/lib/ld-linux-aarch64.so.1"
        case .intel: "/lib64/ld-linux-x86-64.so.2"
        }
    }
}
