import AWSCore
import Testing

struct RetryPolicyTests {
    private static func error(_ code: String, _ status: Int) -> AWSError {
        AWSError(code: code, message: "", status: status, operation: "o")
    }

    @Test(
        arguments: [
            ("ThrottlingException", 400, ErrorClass.throttling),
            ("ProvisionedThroughputExceededException", 400, .throttling),
            ("SlowDown", 503, .throttling), ("Anything", 429, .throttling), ("500", 500, .transient),
            ("502", 502, .transient),
            ("ServiceUnavailableException", 503, .transient), ("504", 504, .transient),
            ("ModelTimeoutException", 408, .transient),
            ("InternalServerError", 500, .transient), ("RequestTimeout", 400, .transient),
            ("transport.reset", 0, .transient),
            ("transport.timeout", 0, .transient), ("transport.truncated", 0, .transient),
            ("transport.connect", 0, .transient),
            ("transport.tls", 0, .permanent), ("transport.malformed", 0, .permanent),
            ("transport.cancelled", 0, .permanent),
            ("ValidationException", 400, .permanent), ("AccessDeniedException", 403, .permanent),
            ("GoneException", 410, .permanent),
            ("410", 410, .permanent), ("ConditionalCheckFailedException", 400, .permanent), ("404", 404, .permanent),
            ("501", 501, .permanent), ("credentials.missing", 0, .permanent),
        ] as [(String, Int, ErrorClass)]
    )
    func classes(_ code: String, _ status: Int, _ expected: ErrorClass) {
        #expect(ErrorClass(Self.error(code, status)) == expected)
        let decision = RetryPolicy.standard.decide(error: Self.error(code, status), attempt: 2, random: { 0.5 })
        #expect((decision == .stop) == (expected == .permanent))
    }

    @Test func backsOffWithFullJitterUnderACap() {
        let policy = RetryPolicy(maximumAttempts: 99, base: .milliseconds(100), cap: .seconds(5))
        let wait = { (attempt: Int, random: Double) in
            policy.decide(error: Self.error("500", 500), attempt: attempt, random: { random })
        }
        #expect(wait(1, 0) == .retry(after: .zero))
        #expect(wait(1, 0.5) == .retry(after: .milliseconds(50)))
        #expect(wait(3, 0.5) == .retry(after: .milliseconds(200)))
        #expect(wait(50, 1) == .retry(after: .seconds(5)))
        #expect(wait(98, 0.5) == .retry(after: .milliseconds(2500)))
        #expect(wait(99, 0.5) == .stop)
    }

    @Test func neverWaitsPastTheDeadlineNorLessThanAsked() {
        let policy = RetryPolicy.standard
        let decide = { (remaining: Duration?, asked: Duration?) in
            policy.decide(
                error: Self.error("500", 500),
                attempt: 1,
                remaining: remaining,
                retryAfter: asked,
                random: { 0.5 }
            )
        }
        #expect(decide(.milliseconds(50), nil) == .stop)
        #expect(decide(.milliseconds(51), nil) == .retry(after: .milliseconds(50)))
        #expect(decide(nil, .seconds(3)) == .retry(after: .seconds(3)))
        #expect(decide(nil, .milliseconds(1)) == .retry(after: .milliseconds(50)))
        #expect(decide(.seconds(2), .seconds(3)) == .stop)
        #expect(decide(nil, .seconds(3600)) == .stop)
        #expect(decide(.zero, nil) == .stop)
    }

    @Test func aResetIsTriedAgainAtOnceTheFirstTime() {
        let decide = { (attempt: Int) in
            RetryPolicy.standard.decide(error: Self.error("transport.reset", 0), attempt: attempt, random: { 0.5 })
        }
        #expect(decide(1) == .retry(after: .zero))
        #expect(decide(2) == .retry(after: .milliseconds(100)))
        #expect(RetryPolicy.none.decide(error: Self.error("500", 500), attempt: 1, random: { 0 }) == .stop)
    }
}
