import AWSClients
import BotSpec
import CloudFormation

/// Judges how the execution of a change set ended.
enum DeployFailure {
    /// - Returns: the stack, when the change worked.
    /// - Throws: `rolledBack` or `deployFailed`, with the first real cause in the resource's own words.
    static func check(
        _ outcome: StackWatch.Outcome,
        desired: DesiredStack,
        loaded: LoadedSpec
    ) throws(OperationError) -> Stack {
        if let stack = outcome.stack, stack.status.isSuccess { return stack }
        let cause = RootCause.find(in: outcome.events)
        var details: [String] = []
        if let cause {
            details += RootCause.details(of: cause)
        } else if let reason = outcome.stack?.statusReason {
            details.append(reason)
        }
        let known = cause.flatMap { KnownCause.find(reason: $0.statusReason ?? "", type: $0.resourceType) }
        let diagnostic = cause.flatMap {
            RootCause.diagnostic(for: $0, template: desired.template, sourceMap: loaded.sourceMap)
        }
        let status = outcome.stack?.status ?? .deleteComplete
        if status.isRolledBack || outcome.stack == nil {
            let isNew = status == .rollbackComplete || outcome.stack == nil
            throw OperationError(
                .rolledBack,
                isNew
                    ? "the deployment of \(desired.name) failed; everything it had created was rolled back"
                    : "the deployment of \(desired.name) failed; the stack is as it was before",
                details: details,
                fix: known?.wayOut ?? "correct the cause, then deploy again",
                diagnostics: diagnostic.map { [$0] } ?? []
            )
        }
        throw OperationError(
            .deployFailed,
            "the deployment of \(desired.name) failed, and the stack is now in \(status.word)",
            details: details,
            fix: (known?.wayOut ?? "correct the cause, then deploy again")
                + ": the next deployment takes the stack out of that state",
            diagnostics: diagnostic.map { [$0] } ?? []
        )
    }
}
