extension ELFGate.Refusal {
    private static let linkStatically =
        "link statically, as `botctl build` does (--static-swift-stdlib -Xswiftc -static-executable)"

    /// One sentence without a full stop.
    package var message: String {
        switch reason {
        case .notELF: "bootstrap is not an ELF executable"
        case .not64Bit: "bootstrap is not a 64-bit executable"
        case .bigEndian: "bootstrap is a big-endian executable, which no Lambda processor runs"
        case .malformed(let detail): "bootstrap is a damaged ELF file: \(detail)"
        case .operatingSystem(let number): "bootstrap is for another operating system than Linux (OS/ABI \(number))"
        case .notExecutable(let type): "bootstrap is an ELF file of type \(type), not an executable"
        case .machine(let machine, let wanted):
            "bootstrap is for \(Self.machineName(machine)), the functions are to run on \(wanted.rawValue)"
        case .sharedLibrary: "bootstrap is a shared library, not an executable"
        case .interpreter(let path): "bootstrap wants the loader \(path), which provided.al2023 does not have"
        case .library(let name): "bootstrap needs the shared library \(name), which provided.al2023 does not have"
        case .symbolVersion(let version, let library, let symbols):
            "bootstrap needs \(version) of \(library)"
                + (symbols.isEmpty ? "" : " (for \(symbols.joined(separator: ", ")))")
                + ", provided.al2023 has glibc 2.34"
        case .size(let size):
            "bootstrap has \(size) bytes, Lambda takes \(ELFGate.maximumUnpackedBytes) in all"
        }
    }

    /// What to do next, imperative.
    package var fix: String {
        switch reason {
        case .notELF, .not64Bit, .bigEndian, .operatingSystem, .notExecutable, .sharedLibrary:
            "make the product `bootstrap` an executable target for Linux"
        case .malformed: "delete the build folder (.botctl/build) and build again"
        case .machine:
            "set handlers.architecture to the processor you build for, or handlers.build to sdk or container"
        case .interpreter, .symbolVersion: Self.linkStatically
        case .library(let name): "\(Self.linkStatically), or put \(name) into the handlers' lib/ folder"
        case .size: "leave large resources out of the executable"
        }
    }

    package var description: String { "\(message); \(fix)" }

    private static func machineName(_ machine: UInt16) -> String {
        switch machine {
        case 3: "32-bit x86"
        case 40: "32-bit ARM"
        case 62: "x86_64"
        case 183: "arm64"
        case 243: "RISC-V"
        default: "processor \(machine)"
        }
    }
}
