package import Operations

/// What a command's end tells scripts.
package enum ExitStatus: Int32, Sendable, CaseIterable {
    /// Done, or nothing to do.
    case done = 0
    case failed = 1
    /// `diff` found changes.
    case changes = 2
    /// Deployed, but CloudFormation rolled it back.
    case rolledBack = 3
    case usage = 64
    case specInvalid = 65
    /// No usable credentials, or they do not allow what was asked.
    case noPermission = 77
    case interrupted = 130

    package init(_ code: OperationError.Code) {
        switch code {
        case .specInvalid: self = .specInvalid
        case .credentials, .accessDenied, .wrongAccount: self = .noPermission
        case .rolledBack: self = .rolledBack
        case .interrupted: self = .interrupted
        case .file, .wouldOverwrite, .build, .consentNeeded, .declined, .stackState, .deployFailed, .notDeployed,
            .wrongAuthMode, .protected, .aws, .network, .local, .chat, .ci, .unknownCode, .smoke,
            .noSuchDeployment, .needsDeployment, .hotswapFailed, .alreadyRunning:
            self = .failed
        }
    }

    /// One line for `--help` and the documentation.
    package var meaning: String {
        switch self {
        case .done: "done, or nothing to do"
        case .failed: "failed"
        case .changes: "diff found changes"
        case .rolledBack: "deployed, but rolled back"
        case .usage: "bad usage"
        case .specInvalid: "the spec is invalid"
        case .noPermission: "no usable credentials, or access denied"
        case .interrupted: "interrupted"
        }
    }
}
