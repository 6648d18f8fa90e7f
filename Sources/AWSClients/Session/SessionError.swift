/// Why no session can be opened: no usable credentials, or settings that contradict themselves.
package struct SessionError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// No source had credentials.
        case noCredentials = "credentials.none"
        /// A source has an access key without its secret.
        case partialCredentials = "credentials.partial"
        /// A source is configured in a way that botctl does not support.
        case unsupportedCredentials = "credentials.unsupported"
        case profileNotFound = "profile.notFound"
        case unreadableFile = "config.unreadable"
        case malformedFile = "config.malformed"
        case noRegion = "region.none"
        case invalidRegion = "region.invalid"
        case invalidEndpoint = "endpoint.invalid"
        case invalidSetting = "setting.invalid"
    }

    package var code: Code
    /// Commands exit with 77 on these.
    package var isAboutCredentials: Bool {
        switch code {
        case .noCredentials, .partialCredentials, .unsupportedCredentials, .profileNotFound: true
        default: false
        }
    }
    package var message: String
    /// Imperative, without a full stop.
    package var nextStep: String
    /// Every source of credentials that was looked at, in order, and why it was not used.
    package var passedOver: [PassedOverSource]

    init(_ code: Code, _ message: String, nextStep: String, passedOver: [PassedOverSource] = []) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.passedOver = passedOver
    }

    package var description: String {
        let sources = passedOver.map { "\n  \($0.source): \($0.reason)" }.joined()
        return message + sources
    }
}

/// A source of credentials that had none, and why.
package struct PassedOverSource: Sendable, Equatable {
    package var source: String
    package var reason: String
}
