import AWSCore

/// `--verbose`: one line for each attempt of an AWS call, and their number at the end.
final class CallLog {
    private let console: Console
    private let isShown: Bool
    private var attempts = 0
    /// By service, then operation.
    private var counts: [String: [String: Int]] = [:]

    init(_ console: Console, isShown: Bool) {
        self.console = console
        self.isShown = isShown
    }

    func record(_ attempt: AWSAttempt) {
        count(attempt.operation)
        console.error(console.errorStyle.faint(Self.line(attempt)) + "\n")
    }

    /// - Parameter operation: `cloudformation.DescribeStacks`
    func count(_ operation: String) {
        attempts += 1
        let parts = operation.split(separator: ".", maxSplits: 1).map(String.init)
        counts[parts.first ?? "", default: [:]][parts.last ?? "", default: 0] += 1
    }

    func finish() {
        guard isShown, attempts > 0 else { return }
        console.error(console.errorStyle.faint("\(plural(attempts, "AWS call"))\n\(aligned(rows))"))
    }

    /// `cloudformation  3  DescribeStacks 2, GetTemplate 1`
    private var rows: [[String]] {
        counts.sorted { $0.key < $1.key }.map { service, operations in
            let names = operations.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return [service, String(operations.values.reduce(0, +)), names.joined(separator: ", ")]
        }
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
