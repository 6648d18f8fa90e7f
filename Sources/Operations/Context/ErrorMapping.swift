import AWSClients
package import AWSCore
import HandlerBuild

extension OperationError {
    /// - Parameter doing: what the call was for, as in "cannot describe the stack".
    package init(_ error: AWSError, _ doing: String) {
        let known = KnownCause.find(reason: "\(error.code): \(error.message)")
        let details =
            ["\(error.operation): \(error.code): \(error.message)"] + (known.map { [$0.sentence] } ?? [])
            + (error.requestId.map { ["request id \($0)"] } ?? [])
        if let problem = error.accessProblem {
            let code: Code = problem == .denied ? .accessDenied : .credentials
            self.init(code, "AWS refused to \(doing)", details: details, fix: known?.wayOut ?? problem.nextStep)
        } else if error.code == "transport.cancelled" {
            self = .interrupted
        } else if error.code.hasPrefix("transport.") {
            self.init(
                .network,
                "cannot \(doing): no answer from AWS",
                details: details,
                fix: "check the network, the region and the endpoint (--region, --endpoint-url, AWS_ENDPOINT_URL)"
            )
        } else if error.code.hasPrefix("credentials.") {
            self.init(
                .credentials,
                "cannot \(doing) without credentials",
                details: [error.message],
                fix: "check the credentials (--profile, AWS_PROFILE, AWS_ACCESS_KEY_ID)"
            )
        } else {
            self.init(
                .aws,
                "AWS could not \(doing)",
                details: details,
                fix: known?.wayOut ?? "run the command again with --verbose"
            )
        }
    }

    init(_ error: SessionError) {
        if error.code == .interrupted {
            self = .interrupted
            return
        }
        let code: Code =
            switch error.code {
            case .unreadableFile: .file
            case _ where error.isAboutCredentials: .credentials
            default: .aws
            }
        self.init(
            code,
            error.message,
            // Where one source failed, the others are no news.
            details: error.code == .noCredentials ? error.sources.map { "\($0.source): \($0.detail)" } : [],
            fix: error.nextStep
        )
    }

    init(_ error: BuildError) {
        self =
            error.code == .interrupted
            ? .interrupted
            : OperationError(.build, error.message, details: error.output, fix: error.fix)
    }
}
