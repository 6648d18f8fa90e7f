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

    init(client: AWSClient, call: AWSCall, deadline: Timestamp?) {
        self.client = client
        self.call = call
        self.deadline = deadline
    }

    /// Waits for the whole answer, of status 2xx.
    public func response() throws(AWSError) -> HTTPResponse {
        while true {
            let exchange = try opened()
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
            let exchange = try opened()
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

    func begin() throws(AWSError) {
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

    /// An attempt that got as far as an exchange; those before it are counted as failed.
    private func opened() throws(AWSError) -> any HTTPExchange {
        while true {
            do throws(AWSError) {
                return try current()
            } catch {
                try failed(error, headers: [:])
            }
        }
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
        var decision = (call.retry ?? client.retry).decide(
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
