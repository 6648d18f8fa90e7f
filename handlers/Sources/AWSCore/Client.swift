/// One try of a call, for logs.
public struct AWSAttempt: Sendable, Equatable {
    public var operation: String
    /// From 1.
    public var attempt: Int
    /// 0 when no complete answer came.
    public var status: Int
    public var duration: Duration
    /// `nil` when the attempt succeeded.
    public var errorCode: String?
    public var requestId: String?
    /// How long until the next attempt; `nil` when there is none.
    public var retryAfter: Duration?
}

/// Signs, sends and retries calls of AWS APIs. Every attempt is signed anew. Belongs to one thread.
public final class AWSClient {
    private let transport: any HTTPTransport
    private let credentials: any CredentialsProvider
    let clock: any WallClock
    let retry: RetryPolicy
    let random: () -> Double
    let log: ((AWSAttempt) -> Void)?
    private let keys = SigningKeyCache()
    /// What the service's clock is ahead of this machine's, as far as a refused signature has told.
    private var clockOffset: Duration = .zero

    /// - Parameters:
    ///   - random: uniform in 0..<1, for the jitter of retries.
    ///   - log: called after each attempt.
    public init(
        transport: any HTTPTransport,
        credentials: any CredentialsProvider,
        clock: any WallClock,
        retry: RetryPolicy = .standard,
        random: @escaping () -> Double = { Double.random(in: 0..<1) },
        log: ((AWSAttempt) -> Void)? = nil
    ) {
        self.transport = transport
        self.credentials = credentials
        self.clock = clock
        self.retry = retry
        self.random = random
        self.log = log
    }

    /// Waits for the answer, trying again as the retry policy decides.
    /// - Parameter deadline: no attempt outlasts it, and none begins that a wait would put after it.
    /// - Returns: an answer of status 2xx; every other one is thrown as an `AWSError`.
    public func send(_ call: AWSCall, deadline: Timestamp? = nil) throws(AWSError) -> HTTPResponse {
        try begin(call, deadline: deadline).response()
    }

    /// Puts the call on the wire and returns; `PendingAWSCall` waits, and retries. A connection that cannot be
    /// made is reported by the pending call, after its retries.
    /// - Throws: when there are no credentials, or the deadline has passed.
    public func begin(_ call: AWSCall, deadline: Timestamp? = nil) throws(AWSError) -> PendingAWSCall {
        let pending = PendingAWSCall(client: self, call: call, deadline: deadline)
        try pending.begin()
        return pending
    }

    func exchange(_ call: AWSCall, deadline: Timestamp?) throws(AWSError) -> any HTTPExchange {
        let now = clock.now()
        var timeout = call.timeout
        if let deadline {
            timeout = min(timeout, now.duration(to: deadline))
            guard timeout > .zero else {
                throw AWSError(
                    code: TransportError.code(.timeout),
                    message: "the caller's deadline has passed",
                    status: 0,
                    operation: call.operation
                )
            }
        }
        let key: Credentials
        do {
            key = try credentials.credentials()
        } catch let error as AWSError {
            throw error
        } catch {
            throw AWSError(
                code: "credentials.unavailable",
                message: String(describing: error),
                status: 0,
                operation: call.operation
            )
        }
        let request = SigV4.sign(
            call.request,
            credentials: key,
            region: call.region,
            service: call.service,
            date: now.advanced(by: clockOffset),
            keys: keys
        )
        do {
            return try transport.begin(request, timeout: timeout)
        } catch {
            throw AWSError(error, operation: call.operation)
        }
    }

    /// Takes the server's time when a signature was refused and the clocks are further apart than AWS allows.
    /// - Returns: whether a new signature can fare better.
    func correctClock(_ error: AWSError, headers: HTTPHeaders) -> Bool {
        guard Self.skewCodes.contains(error.code), let date = headers["Date"].flatMap({ Timestamp(httpDate: $0) })
        else { return false }
        let offset = clock.now().duration(to: date)
        let difference = offset - clockOffset
        guard max(difference, .zero - difference) > Self.toleratedSkew else { return false }
        clockOffset = offset
        return true
    }

    /// AWS refuses from 5 minutes on; the answer has been under way, so one minute is left for that.
    private static let toleratedSkew: Duration = .seconds(240)

    private static let skewCodes: Set<String> = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
}
