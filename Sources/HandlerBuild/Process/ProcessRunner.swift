/// A program to run. No shell takes part.
package struct ProcessCommand: Sendable, Equatable {
    /// Absolute path.
    package var executable: String
    /// Without the program's own name.
    package var arguments: [String]
    package var environment: [String: String]

    package init(
        executable: String,
        arguments: [String],
        environment: [String: String]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
    }
}

package enum ProcessStream: Sendable { case standardOutput, standardError }

package enum ProcessExit: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)

    package var succeeded: Bool { self == .exited(0) }
}

package enum ProcessError: Error, Sendable, Equatable {
    /// The program could not be started.
    case launch(executable: String, errno: Int32)
    /// This process was asked to stop (SIGINT, SIGTERM or SIGHUP); the program and all it started are gone.
    case interrupted(signal: Int32)
}

/// Runs programs: the only place that starts one.
package protocol ProcessRunner: AnyObject {
    /// Runs a program to its end, with no input, and hands over each line of its output as it comes, both
    /// streams drained at once so that neither can block it.
    func run(
        _ command: ProcessCommand,
        onLine: (ProcessStream, String) -> Void
    ) throws(ProcessError) -> ProcessExit
}

/// Where a command's name leads, as a shell would look it up.
package func findExecutable(_ name: String, path: String?) -> String? {
    for directory in (path ?? "").split(separator: ":") where directory.hasPrefix("/") {
        let candidate = "\(directory)/\(name)"
        if Files.isExecutable(candidate) { return candidate }
    }
    return nil
}
