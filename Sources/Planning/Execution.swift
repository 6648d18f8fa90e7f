/// How CloudFormation would carry a plan out, and why so.
package struct Execution: Sendable, Equatable {
    package enum Mode: String, Sendable {
        /// Done when the configuration is applied.
        case express
        /// Done when every resource is ready.
        case standard
    }

    package var mode: Mode
    /// Completes "because …".
    package var reason: String

    package init(_ mode: Mode, because reason: String) {
        self.mode = mode
        self.reason = reason
    }
}
