/// What a build reports while it runs; views draw it.
package enum BuildEvent: Sendable, Equatable {
    /// `method` as a sentence fragment: `swift build for arm64 with Swift SDK …`.
    case started(method: String, architecture: LambdaArchitecture)
    /// One line that the compiler or container engine wrote, without its line break.
    case output(String)
    /// Another botctl builds the same project; this one waits for it.
    case waiting
    /// Nothing had to be compiled, and why.
    case skipped(reason: String)
    case finished(seconds: Double)
}

/// The `bootstrap` to ship: it passed the ELF gate, and its bytes are those of `sha256`.
package struct BuiltHandlers: Sendable, Equatable {
    /// Absolute path of the executable.
    package var executable: String
    package var architecture: LambdaArchitecture
    /// SHA-256, lower-case hex, of the executable.
    package var sha256: String
    /// Bytes.
    package var size: Int
    /// Names what it was built from: sources, flags and toolchain.
    package var buildKey: String
    /// No compiler ran.
    package var skipped: Bool
    /// The executable as raw deflate data (RFC 1951), kept beside it so that packaging a finished build is a copy.
    package var deflated: [UInt8]
    /// CRC-32 of the executable, which a zip wants.
    package var crc32: UInt32

    package init(
        executable: String,
        architecture: LambdaArchitecture,
        sha256: String,
        size: Int,
        buildKey: String,
        skipped: Bool,
        deflated: [UInt8],
        crc32: UInt32
    ) {
        self.executable = executable
        self.architecture = architecture
        self.sha256 = sha256
        self.size = size
        self.buildKey = buildKey
        self.skipped = skipped
        self.deflated = deflated
        self.crc32 = crc32
    }
}

/// Why there is no package to ship.
package struct BuildError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The handlers' folder has no Package.swift.
        case noHandlers
        /// No `swift` on PATH.
        case noSwift
        /// The static OpenSSL to link is missing.
        case noOpenSSL
        /// The toolchain cannot link static executables.
        case noStaticLibraries
        /// No container engine on PATH, or it does not answer.
        case noContainerEngine
        /// No way to build for the wanted processor.
        case noWay
        /// The compiler or linker failed; `output` has what it said.
        case compileFailed
        /// The ELF gate refused the executable.
        case refused
        /// Over Lambda's limits.
        case tooLarge
        /// A file could not be read or written.
        case file
        /// Ctrl-C, or a signal.
        case interrupted
    }

    package var code: Code
    /// One sentence without a full stop.
    package var message: String
    /// What to do next, imperative.
    package var fix: String
    /// What the failed tool wrote, at most `maximumOutputLines` last lines.
    package var output: [String]

    package static let maximumOutputLines = 4_000

    package init(_ code: Code, _ message: String, fix: String, output: [String] = []) {
        self.code = code
        self.message = message
        self.fix = fix
        self.output = output
    }

    package var description: String { "\(message); \(fix)" }
}
