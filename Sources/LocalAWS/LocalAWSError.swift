/// Why a part of the local AWS could not be started.
package struct LocalAWSError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// No MiniStack executable was found.
        case ministackMissing = "local.ministack.missing"
        /// MiniStack could not be started, or ended by itself.
        case ministackExited = "local.ministack.exited"
        /// MiniStack runs, but does not answer in time.
        case ministackUnhealthy = "local.ministack.unhealthy"
        /// The IAM user could not be made.
        case identity = "local.identity"
        /// No loopback port, thread or folder was to be had.
        case resources = "local.resources"
    }

    package var code: Code
    package var message: String
    /// What to do next, imperative.
    package var fix: String

    package init(_ code: Code, _ message: String, fix: String) {
        self.code = code
        self.message = message
        self.fix = fix
    }

    package var description: String { "\(message); \(fix) [\(code.rawValue)]" }
}
