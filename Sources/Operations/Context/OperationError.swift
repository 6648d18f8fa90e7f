package import Diagnostics

/// Why an operation did not end as asked: a stable code, what happened, and what to do next.
package struct OperationError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The spec has errors; `diagnostics` holds all of them.
        case specInvalid
        /// A file could not be read or written.
        case file
        /// `init` would overwrite a file.
        case wouldOverwrite
        /// The handlers could not be built.
        case build
        /// No credentials, or none that are valid.
        case credentials
        /// AWS knows the caller and refuses the action.
        case accessDenied
        /// The credentials belong to an account that the spec does not name.
        case wrongAccount
        /// A question needs an answer, and there is neither a terminal nor `--yes`.
        case consentNeeded
        /// The user said no.
        case declined
        /// The stack is in a state that does not allow the operation.
        case stackState
        /// The deployment failed; the stack is as it was before.
        case rolledBack
        /// The deployment failed, and so did going back.
        case deployFailed
        /// The deployment worked, and the bot does not.
        case smoke
        /// `deploy --hotswap` was asked for a change that only CloudFormation can make.
        case needsDeployment
        /// Lambda did not take, or does not run, the code of a hotswap.
        case hotswapFailed
        /// The history has no such deployment, or not all of it.
        case noSuchDeployment
        /// There is no such stack.
        case notDeployed
        /// The command is for another `auth.mode` than the spec's.
        case wrongAuthMode
        /// The stack, or the data, is protected against deletion.
        case protected
        /// AWS refused a call for a reason of its own.
        case aws
        /// No complete answer came from AWS.
        case network
        /// The local stand-ins could not be started.
        case local
        /// The chat could not be held.
        case chat
        /// What CI is to be allowed cannot be made as asked.
        case ci
        /// Another `botctl dev` has the project.
        case alreadyRunning
        /// `explain` knows no such code.
        case unknownCode
        /// Ctrl-C, or a signal.
        case interrupted
    }

    package var code: Code
    /// One sentence without a full stop.
    package var message: String
    /// More of it, one fact to a line: what the resource said, what the compiler wrote.
    package var details: [String]
    /// What to do next, imperative.
    package var fix: String
    /// What in the spec is to blame, where that is known.
    package var diagnostics: [Diagnostic]

    package init(
        _ code: Code,
        _ message: String,
        details: [String] = [],
        fix: String,
        diagnostics: [Diagnostic] = []
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.fix = fix
        self.diagnostics = diagnostics
    }

    package var description: String { "\(message); \(fix)" }

    package static let interrupted = OperationError(
        .interrupted,
        "interrupted",
        fix: "run the same command again: it continues from what is there"
    )
}
