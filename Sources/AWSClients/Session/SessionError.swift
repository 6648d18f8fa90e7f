/// Why no session can be opened: no usable credentials, or settings that contradict themselves.
package struct SessionError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// No source had credentials.
        case noCredentials = "credentials.none"
        /// A source has an access key without its secret.
        case partialCredentials = "credentials.partial"
        /// A source is configured in a way that botctl does not support.
        case unsupportedCredentials = "credentials.unsupported"
        /// What a source gave is past its time.
        case expiredCredentials = "credentials.expired"
        /// The service that gives the credentials knows the caller and refuses.
        case refusedCredentials = "credentials.refused"
        /// No complete answer came from the service that gives the credentials.
        case unreachableCredentials = "credentials.unreachable"
        /// A source answered with something that is not credentials.
        case unreadableCredentials = "credentials.unreadable"
        /// The sign-in through the browser is missing or has ended.
        case signInNeeded = "credentials.signIn"
        /// A code of an MFA device is needed, and nobody can be asked for it.
        case mfaNeeded = "credentials.mfa"
        /// `credential_process` failed.
        case processFailed = "credentials.process"
        case profileNotFound = "profile.notFound"
        /// The profile's settings contradict each other, or lead in a circle.
        case invalidProfile = "profile.invalid"
        case unreadableFile = "config.unreadable"
        case malformedFile = "config.malformed"
        case noRegion = "region.none"
        case invalidRegion = "region.invalid"
        case invalidEndpoint = "endpoint.invalid"
        case invalidSetting = "setting.invalid"
        /// Ctrl-C while a source was asked.
        case interrupted = "interrupted"
    }

    package var code: Code
    /// Commands exit with 77 on these.
    package var isAboutCredentials: Bool {
        switch code {
        case .noCredentials, .partialCredentials, .unsupportedCredentials, .expiredCredentials, .refusedCredentials,
            .unreachableCredentials, .unreadableCredentials, .signInNeeded, .mfaNeeded, .processFailed,
            .profileNotFound, .invalidProfile:
            true
        case .unreadableFile, .malformedFile, .noRegion, .invalidRegion, .invalidEndpoint, .invalidSetting,
            .interrupted:
            false
        }
    }
    package var message: String
    /// Imperative, without a full stop.
    package var nextStep: String
    /// Every source of credentials, in order, and what came of it; empty where none was asked.
    package var sources: [SourceReport]

    init(_ code: Code, _ message: String, nextStep: String, sources: [SourceReport] = []) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
        self.sources = sources
    }

    package static let interrupted = SessionError(.interrupted, "interrupted", nextStep: "run the command again")
    package static let notConfirmed = SessionError(
        .signInNeeded,
        "the sign-in was not confirmed in time",
        nextStep: "run `botctl login` again, open the address and confirm the code"
    )
    package static let signInDenied = SessionError(
        .refusedCredentials,
        "the sign-in was denied",
        nextStep: "run `botctl login` again and allow the request, or ask whoever administers the start page"
    )

    package var description: String {
        message + sources.map { "\n  \($0.source): \($0.detail)" }.joined()
    }
}

/// What came of one source of credentials.
package struct SourceReport: Sendable, Equatable {
    package enum Outcome: String, Sendable, Equatable, CaseIterable {
        case used
        /// Nothing in the environment or the files asks for it.
        case notConfigured
        /// It is configured, but another source comes first.
        case lost
        /// It was asked, and this ended the search: the user chose it.
        case failed
        /// It was asked and had none, or was not asked because nothing tells beforehand whether it has any.
        case none
    }

    /// For people: `environment`, `profile acme (~/.aws/credentials)`.
    package var source: String
    package var outcome: Outcome
    /// One clause, for people: `AWS_ACCESS_KEY_ID is not set`.
    package var detail: String

    package init(_ source: String, _ outcome: Outcome, _ detail: String) {
        self.source = source
        self.outcome = outcome
        self.detail = detail
    }
}
