import Testing

@testable import LocalAWS

@Suite struct GatewayLimitsTests {
    let start = ContinuousClock.now

    /// The numbers of AWS's table, which the documentation repeats.
    @Test func areThoseOfAWS() {
        #expect(GatewayLimits.frameBytes == 32_768)
        #expect(GatewayLimits.messageBytes == 131_072)
        #expect(GatewayLimits.integrationTimeouts == .milliseconds(50) ... .seconds(29))
        #expect(GatewayLimits.authorizerResultBytes == 8192)
        #expect(GatewayLimits.urlCharacters == 4096)
        #expect(GatewayLimits().idle == .seconds(600))
        #expect(GatewayLimits().duration == .seconds(7200))
        #expect(GatewayLimits(timeScale: 600).idle == .seconds(1))
        #expect(GatewayLimits(timeScale: 600).duration == .seconds(12))
    }

    @Test func aConnectionWithoutMessagesEndsAfterTenMinutes() {
        var age = ConnectionAge(GatewayLimits(), opened: start)
        #expect(age.end(at: start + .seconds(599)) == nil)
        #expect(age.remaining(at: start + .seconds(599)) == .seconds(1))
        #expect(age.end(at: start + .seconds(600)) == .idle)
        age.touch(start + .seconds(599))
        #expect(age.end(at: start + .seconds(1198)) == nil)
        #expect(age.end(at: start + .seconds(1199)) == .idle)
        #expect(age.remaining(at: start + .seconds(5000)) == .zero)
    }

    @Test func aBusyConnectionEndsAfterTwoHours() {
        var age = ConnectionAge(GatewayLimits(), opened: start)
        for minute in 1..<120 {
            #expect(age.end(at: start + .seconds(minute * 60)) == nil)
            age.touch(start + .seconds(minute * 60))
        }
        #expect(age.remaining(at: start + .seconds(7199)) == .seconds(1))
        #expect(age.end(at: start + .seconds(7200)) == .duration)
        // Threads may tell of messages in another order than they came in.
        age.touch(start)
        #expect(age.end(at: start + .seconds(7199)) == nil)
    }

    @Test func aBucketRefillsAtItsRate() {
        var bucket = TokenBucket(rate: 2, burst: 3, now: start)
        func take(_ seconds: Double, _ count: Int) -> Int {
            (0..<count).count { _ in bucket.take(start + .milliseconds(Int(seconds * 1000))) }
        }
        #expect(take(0, 10) == 3)
        #expect(take(0.4, 1) == 0)
        #expect(take(0.5, 2) == 1)
        #expect(take(1, 2) == 1)
        #expect(take(3600, 10) == 3)
        var none = TokenBucket(rate: 0, burst: 0, now: start)
        let isTaken = none.take(start + .seconds(100))
        #expect(!isTaken)
    }
}
