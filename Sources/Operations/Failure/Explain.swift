import Diagnostics

/// `botctl explain CODE`: what a code of a diagnostic or an error means.
package enum Explain {
    package struct Explanation: Sendable, Equatable {
        package var code: String
        /// One sentence without a full stop.
        package var meaning: String
        /// What leads to it, or how AWS says it; `nil` where the meaning says all.
        package var example: String?
        /// Imperative, without a full stop.
        package var wayOut: String
    }

    /// All of them, in the order of their codes.
    package static let all: [Explanation] = specCodes + awsCauses + operationCodes

    /// - Parameter code: in any case.
    package static func run(_ code: String) throws(OperationError) -> Explanation {
        let wanted = code.lowercased()
        if let found = all.first(where: { $0.code.lowercased() == wanted }) { return found }
        let near = Suggestion.nearest(to: code, among: all.map(\.code))
        throw OperationError(
            .unknownCode,
            "there is no code \(code)",
            fix: near.map { "did you mean \($0)?" } ?? "`botctl explain` lists all codes"
        )
    }

    private static let awsCauses = KnownCause.all.map {
        Explanation(code: $0.code, meaning: $0.meaning, example: $0.example, wayOut: $0.wayOut)
    }

    private static let operationCodes = OperationError.Code.allCases.map {
        Explanation(code: $0.rawValue, meaning: $0.meaning, example: nil, wayOut: $0.wayOut)
    }

    /// The rows of docs/errors.md, which a test holds against the codes that there are.
    private static let specCodes: [Explanation] = embeddedFiles.flatMap { file in
        file.contents.split(separator: "\n").compactMap { line in
            let cells = line.split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
            guard line.hasPrefix("| BOT"), cells.count == 4 else { return nil }
            return Explanation(
                code: String(cells[0].dropFirst(2)),
                meaning: cells[1],
                example: cells[2],
                wayOut: cells[3].hasSuffix(" |") ? String(cells[3].dropLast(2)) : cells[3]
            )
        }
    }
}

extension OperationError.Code {
    fileprivate var meaning: String {
        switch self {
        case .specInvalid: "the spec has errors; each has a code of its own"
        case .file: "a file could not be read or written"
        case .wouldOverwrite: "`init` found a file that it would have to overwrite"
        case .build: "the handlers could not be built; the compiler's words are above it"
        case .credentials: "there are no credentials, or none that are valid"
        case .accessDenied: "AWS knows who you are, and does not let you do it"
        case .wrongAccount: "the credentials belong to another account than the spec names"
        case .consentNeeded: "a question needs an answer, and there is nobody to ask"
        case .declined: "the answer was no; nothing was changed"
        case .stackState: "the stack is in a state that does not allow it"
        case .rolledBack: "the deployment failed, and everything is as it was before"
        case .deployFailed: "the deployment failed, and so did going back"
        case .smoke: "the stack is deployed, but a customer who tries the bot gets no answer"
        case .needsDeployment: "a hotswap changes code, prompt, rules and settings only; this needs CloudFormation"
        case .hotswapFailed: "some functions did not take the new code; they may run different packages"
        case .noSuchDeployment: "there is no such deployment to go back to, or its package is gone"
        case .notDeployed: "there is no such bot in this account and region"
        case .wrongAuthMode: "the command belongs to another `auth.mode` than the spec's"
        case .protected: "the stack, or its data, is protected against deletion"
        case .aws: "AWS refused a call for a reason of its own"
        case .network: "no complete answer came from AWS"
        case .local: "the local AWS could not be started"
        case .chat: "the chat could not be held"
        case .ci: "what CI is to be allowed cannot be made as asked"
        case .alreadyRunning: "another `botctl dev` runs in this project"
        case .unknownCode: "`explain` was asked for a code that does not exist"
        case .interrupted: "Ctrl-C, or a signal, has ended the command"
        }
    }

    fileprivate var wayOut: String {
        switch self {
        case .specInvalid: "correct what `botctl validate` lists"
        case .file: "check the path and its permissions"
        case .wouldOverwrite: "choose an empty folder"
        case .build: "correct what the compiler names; `botctl build --verbose` shows its call"
        case .credentials: "export keys, choose a --profile, or sign in"
        case .accessDenied: "have the action that the message names allowed, or choose another --profile"
        case .wrongAccount: "choose the profile of that account, or correct `account`"
        case .consentNeeded: "look at the plan, then say --yes, --approve or --confirm"
        case .declined: "run the command again when you want it"
        case .stackState: "do what the message says; deploying again takes most states further"
        case .rolledBack: "correct the first cause, which the message names, then deploy again"
        case .deployFailed: "correct the first cause, then deploy again: that finishes going back"
        case .smoke: "do what the message says; the functions' logs have more, and --no-smoke deploys without asking"
        case .needsDeployment: "deploy without --hotswap"
        case .hotswapFailed: "run the hotswap again, or deploy: both give every function the same code"
        case .noSuchDeployment: "choose one of `botctl history`"
        case .notDeployed: "deploy it, or check --stage, --region and --profile"
        case .wrongAuthMode: "change `auth.mode`, or leave the command"
        case .protected: "take the protection off in the spec and deploy, then try again"
        case .aws: "read AWS's words in the message; --verbose shows each call"
        case .network: "check the network, the region and the endpoint"
        case .local: "do what the message says"
        case .chat: "do what the message says; the bot's logs have more"
        case .ci: "do what the message says"
        case .alreadyRunning: "use its page, or stop it"
        case .unknownCode: "`botctl explain` lists all codes"
        case .interrupted: "run the same command again: it goes on from what is there"
        }
    }
}
