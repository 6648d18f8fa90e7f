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
    fileprivate let clock: any WallClock
    fileprivate let retry: RetryPolicy
    fileprivate let random: () -> Double
    fileprivate let log: ((AWSAttempt) -> Void)?
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

    fileprivate func exchange(_ call: AWSCall, deadline: Timestamp?) throws(AWSError) -> any HTTPExchange {
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
    fileprivate func correctClock(_ error: AWSError, headers: HTTPHeaders) -> Bool {
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

/// A call that is under way.
public final class PendingAWSCall {
    private let client: AWSClient
    private let call: AWSCall
    private let deadline: Timestamp?
    private var exchange: (any HTTPExchange)?
    /// Of an attempt that did not get as far as an exchange.
    private var beginFailure: AWSError?
    private var attempt = 0
    private var began = Timestamp(milliseconds: 0)
    private var correctedClock = false
    private var cancelled = false

    fileprivate init(client: AWSClient, call: AWSCall, deadline: Timestamp?) {
        self.client = client
        self.call = call
        self.deadline = deadline
    }

    /// Waits for the whole answer, of status 2xx.
    public func response() throws(AWSError) -> HTTPResponse {
        while true {
            let exchange: any HTTPExchange
            do throws(AWSError) {
                exchange = try current()
            } catch {
                try failed(error, headers: [:])
                continue
            }
            let response: HTTPResponse
            do throws(TransportError) {
                response = try exchange.response()
            } catch {
                try failed(AWSError(error, operation: call.operation), headers: [:])
                continue
            }
            if (200..<300).contains(response.status) {
                succeeded(status: response.status, headers: response.headers)
                return response
            }
            try failed(AWSError(response, operation: call.operation), headers: response.headers)
        }
    }

    /// Waits for the head of an answer of status 2xx; what breaks after it is not retried here, because the
    /// caller has used what came before.
    public func stream() throws(AWSError) -> any HTTPExchange {
        while true {
            let exchange: any HTTPExchange
            do throws(AWSError) {
                exchange = try current()
            } catch {
                try failed(error, headers: [:])
                continue
            }
            let head: HTTPResponseHead
            var body: [UInt8] = []
            do throws(TransportError) {
                head = try exchange.head()
                if (200..<300).contains(head.status) {
                    succeeded(status: head.status, headers: head.headers)
                    return StreamedExchange(exchange, head: head)
                }
                while let chunk = try exchange.next() { body += chunk }
            } catch {
                try failed(AWSError(error, operation: call.operation), headers: [:])
                continue
            }
            let response = HTTPResponse(status: head.status, headers: head.headers, body: body)
            try failed(AWSError(response, operation: call.operation), headers: head.headers)
        }
    }

    /// Gives the call up. What the service has already done stays done.
    public func cancel() {
        cancelled = true
        exchange?.cancel()
    }

    fileprivate func begin() throws(AWSError) {
        do throws(AWSError) {
            try start()
        } catch {
            guard error.code.hasPrefix("transport."), client.clock.now() < (deadline ?? .distantFuture) else {
                throw error
            }
            beginFailure = error
        }
    }

    private func start() throws(AWSError) {
        attempt += 1
        began = client.clock.now()
        exchange = nil
        exchange = try client.exchange(call, deadline: deadline)
    }

    private func current() throws(AWSError) -> any HTTPExchange {
        if cancelled {
            throw AWSError(
                code: TransportError.code(.cancelled),
                message: "the call was given up",
                status: 0,
                operation: call.operation
            )
        }
        if let failure = beginFailure {
            beginFailure = nil
            throw failure
        }
        if let exchange { return exchange }
        try start()
        return try current()
    }

    private func succeeded(status: Int, headers: HTTPHeaders) {
        client.log?(
            AWSAttempt(
                operation: call.operation,
                attempt: attempt,
                status: status,
                duration: began.duration(to: client.clock.now()),
                requestId: headers["x-amzn-RequestId"] ?? headers["x-amz-request-id"]
            )
        )
    }

    /// Returns when the call is to be tried again, having waited.
    private func failed(_ error: AWSError, headers: HTTPHeaders) throws(AWSError) {
        let now = client.clock.now()
        var decision = client.retry.decide(
            error: error,
            attempt: attempt,
            remaining: deadline.map { now.duration(to: $0) },
            retryAfter: requestedWait(headers, now: now),
            random: client.random
        )
        if !correctedClock, client.correctClock(error, headers: headers) {
            correctedClock = true
            decision = .retry(after: .zero)
        }
        if cancelled { decision = .stop }
        var wait: Duration?
        if case .retry(let after) = decision { wait = after }
        client.log?(
            AWSAttempt(
                operation: call.operation,
                attempt: attempt,
                status: error.status,
                duration: began.duration(to: now),
                errorCode: error.code,
                requestId: error.requestId,
                retryAfter: wait
            )
        )
        guard let wait else { throw error }
        exchange = nil
        if wait > .zero { client.clock.sleep(wait) }
    }
}

extension Timestamp {
    static let distantFuture = Timestamp(milliseconds: .max)
}

/// An exchange whose head has been waited for.
private final class StreamedExchange: HTTPExchange {
    private let exchange: any HTTPExchange
    private let seen: HTTPResponseHead

    init(_ exchange: any HTTPExchange, head: HTTPResponseHead) {
        self.exchange = exchange
        seen = head
    }

    func head() -> HTTPResponseHead { seen }
    func next() throws(TransportError) -> [UInt8]? { try exchange.next() }
    func cancel() { exchange.cancel() }
}
