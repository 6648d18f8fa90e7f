/// What only some sources of credentials do beyond reading files and talking to services.
package struct CredentialsEffects {
    /// Replaces a file that only its owner may read, whole or not at all; makes the folders above it.
    package var writePrivateFile: (_ path: String, _ bytes: [UInt8]) throws -> Void
    /// Runs a program to its end. No shell takes part.
    /// - Parameter arguments: the program's name or path first.
    package var runProcess: (_ arguments: [String], _ environment: [String: String]) throws -> ProcessOutput
    /// Asks for the code that an MFA device shows; `nil` in place of the closure where nobody can be asked.
    package var askMFACode: ((_ serial: String) -> String?)?

    package struct ProcessOutput: Sendable, Equatable {
        /// 128 and the signal's number where a signal ended it.
        package var status: Int32
        package var output: [UInt8]
        package var errors: [UInt8]

        package init(status: Int32, output: [UInt8], errors: [UInt8]) {
            self.status = status
            self.output = output
            self.errors = errors
        }
    }

    /// Thrown by what is not there.
    package struct Unavailable: Error, CustomStringConvertible {
        package var what: String
        package init(_ what: String) { self.what = what }
        package var description: String { what }
    }

    package init(
        writePrivateFile: @escaping (_ path: String, _ bytes: [UInt8]) throws -> Void,
        runProcess: @escaping (_ arguments: [String], _ environment: [String: String]) throws -> ProcessOutput,
        askMFACode: ((_ serial: String) -> String?)? = nil
    ) {
        self.writePrivateFile = writePrivateFile
        self.runProcess = runProcess
        self.askMFACode = askMFACode
    }

    /// For sessions whose credentials are at hand already.
    package static var none: CredentialsEffects {
        CredentialsEffects(
            writePrivateFile: { path, _ in throw Unavailable("\(path) may not be written here") },
            runProcess: { arguments, _ in throw Unavailable("\(arguments.first ?? "") may not be run here") }
        )
    }

    /// The machine itself.
    /// - Parameter isCancelled: asked while a program runs.
    package static func live(
        isCancelled: @escaping () -> Bool,
        askMFACode: ((_ serial: String) -> String?)?
    ) -> CredentialsEffects {
        CredentialsEffects(
            writePrivateFile: { path, bytes in try PrivateFile.write(path, bytes) },
            runProcess: { arguments, environment in
                try CredentialProcess.run(arguments, environment: environment, isCancelled: isCancelled)
            },
            askMFACode: askMFACode
        )
    }
}
