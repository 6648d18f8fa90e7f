public enum RetryDecision: Sendable, Equatable {
    case retry(after: Duration)
    case stop
}

/// Decides whether a failed call is tried again, and when; performs nothing. Exponential backoff with full
/// jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
public struct RetryPolicy: Sendable, Equatable {
    /// The first attempt counts.
    public var maximumAttempts: Int
    /// What the first backoff is drawn below; doubled for each attempt after it.
    public var base: Duration
    /// No backoff is longer, except where the service asks for more.
    public var cap: Duration
    /// A service that asks for a longer wait than this is not waited for.
    public var longestRequestedWait: Duration

    public init(
        maximumAttempts: Int,
        base: Duration = .milliseconds(100),
        cap: Duration = .seconds(5),
        longestRequestedWait: Duration = .seconds(20)
    ) {
        self.maximumAttempts = maximumAttempts
        self.base = base
        self.cap = cap
        self.longestRequestedWait = longestRequestedWait
    }

    /// Three attempts, the AWS SDKs' `standard` mode.
    public static let standard = RetryPolicy(maximumAttempts: 3)
    public static let none = RetryPolicy(maximumAttempts: 1)

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - remaining: until the caller's deadline; `nil` when there is none. A wait that would not end before
    ///     it is not begun.
    ///   - retryAfter: what the service asked for.
    ///   - random: uniform in 0..<1.
    public func decide(
        error: AWSError,
        attempt: Int,
        remaining: Duration? = nil,
        retryAfter: Duration? = nil,
        random: () -> Double
    ) -> RetryDecision {
        guard attempt < maximumAttempts, ErrorClass(error).isRetryable else { return .stop }
        var wait = backoff(attempt: attempt, random: random)
        if error.code == TransportError.code(.reset), attempt == 1 {
            // A kept connection that the server has closed says nothing about load.
            wait = .zero
        }
        if let retryAfter {
            guard retryAfter <= longestRequestedWait else { return .stop }
            wait = max(wait, retryAfter)
        }
        if let remaining, wait >= remaining { return .stop }
        return .retry(after: wait)
    }

    private func backoff(attempt: Int, random: () -> Double) -> Duration {
        let doublings = min(max(attempt - 1, 0), 30)
        let ceiling = min(cap, base * (1 << doublings))
        return ceiling * min(max(random(), 0), 1)
    }
}

extension TransportError {
    /// The `AWSError.code` of a kind.
    public static func code(_ kind: Kind) -> String { "transport.\(kind.rawValue)" }
}

/// What kind of failure an error is, as far as trying again goes.
public enum ErrorClass: Sendable, Equatable {
    /// The service asks for fewer calls.
    case throttling
    /// The service or the way to it failed, and may not the next time.
    case transient
    /// The same call will fail in the same way.
    case permanent

    public var isRetryable: Bool { self != .permanent }

    public init(_ error: AWSError) {
        if Self.throttlingCodes.contains(error.code) {
            self = .throttling
        } else if Self.transientCodes.contains(error.code) {
            self = .transient
        } else if error.status == 429 {
            self = .throttling
        } else if [500, 502, 503, 504].contains(error.status) {
            self = .transient
        } else {
            self = .permanent
        }
    }

    /// Of botocore's `standard` retry mode (botocore/retries/standard.py).
    private static let throttlingCodes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
        "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled",
        "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
    ]

    /// The services' own, and what the transport reports when another connection may do better. A refused
    /// certificate is not among them.
    private static let transientCodes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServerError",
        "InternalServerException", "ServiceUnavailable", "ServiceUnavailableException", "InternalFailure",
        "ModelNotReadyException", "ModelTimeoutException",
        TransportError.code(.resolve), TransportError.code(.connect), TransportError.code(.timeout),
        TransportError.code(.reset), TransportError.code(.truncated),
    ]
}
