import AWSCore

/// `--verbose`: one line for each attempt of an AWS call, and their number at the end.
final class CallLog {
    private let console: Console
    private let isShown: Bool
    private var attempts = 0

    init(_ console: Console, isShown: Bool) {
        self.console = console
        self.isShown = isShown
    }

    func record(_ attempt: AWSAttempt) {
        attempts += 1
        console.error(console.errorStyle.faint(Self.line(attempt)) + "\n")
    }

    func finish() {
        guard isShown, attempts > 0 else { return }
        console.error(console.errorStyle.faint("\(attempts) AWS call\(attempts == 1 ? "" : "s")") + "\n")
    }

    /// `aws  cloudformation.DescribeStacks  200  12 ms`
    static func line(_ attempt: AWSAttempt) -> String {
        var parts = [
            "aws", attempt.operation, attempt.status == 0 ? "no answer" : String(attempt.status),
            "\(attempt.duration.milliseconds) ms",
        ]
        if attempt.attempt > 1 { parts.append("attempt \(attempt.attempt)") }
        if let code = attempt.errorCode { parts.append(code) }
        if let delay = attempt.retryAfter { parts.append("again in \(delay.milliseconds) ms") }
        return parts.joined(separator: "  ")
    }
}
