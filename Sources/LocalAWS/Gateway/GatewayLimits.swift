/// What a WebSocket API of API Gateway allows. The numbers are those of
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
/// unless another source is named.
package struct GatewayLimits: Sendable, Equatable {
    /// Of one frame's payload; a longer one closes the connection with 1009. Also of the frames that a post is
    /// split into.
    package static let frameBytes = 32 << 10
    /// Of one message in any number of frames; a longer one closes the connection with 1009. A longer post is
    /// refused with 413.
    package static let messageBytes = 128 << 10
    /// Within which an integration may set its own. Not scaled: functions run in real time.
    package static let integrationTimeouts = Duration.milliseconds(50)...Duration.seconds(29)
    /// Of what a Lambda authorizer answers.
    package static let authorizerResultBytes = 8 << 10
    /// Of the URL that a client connects to.
    package static let urlCharacters = 4096

    /// Without a message in either direction.
    package var idle = Duration.seconds(600)
    /// From the handshake on.
    package var duration = Duration.seconds(7200)

    /// - Parameter timeScale: how many times faster than on AWS connections grow old.
    package init(timeScale: Int = 1) {
        idle /= max(1, timeScale)
        duration /= max(1, timeScale)
    }
}

/// When a connection has lived long enough. A value: whoever holds it asks with the time.
struct ConnectionAge: Sendable {
    enum End: Sendable { case idle, duration }

    private let limits: GatewayLimits
    private let opened: ContinuousClock.Instant
    private var active: ContinuousClock.Instant

    init(_ limits: GatewayLimits, opened: ContinuousClock.Instant) {
        self.limits = limits
        self.opened = opened
        active = opened
    }

    /// A message went by, in either direction.
    mutating func touch(_ now: ContinuousClock.Instant) { active = max(active, now) }

    /// Why the connection is to be closed; `nil` while it is not.
    func end(at now: ContinuousClock.Instant) -> End? {
        if opened.duration(to: now) >= limits.duration { return .duration }
        return active.duration(to: now) >= limits.idle ? .idle : nil
    }

    /// How long nothing needs to be asked.
    func remaining(at now: ContinuousClock.Instant) -> Duration {
        max(.zero, min(limits.idle - active.duration(to: now), limits.duration - opened.duration(to: now)))
    }
}

/// Throttling of a stage: a bucket of tokens
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-protect.html).
struct TokenBucket: Sendable, Equatable {
    /// Tokens a second.
    let rate: Double
    let burst: Double
    private var tokens: Double
    private var filled: ContinuousClock.Instant

    init(rate: Double, burst: Double, now: ContinuousClock.Instant) {
        self.rate = rate
        self.burst = burst
        tokens = burst
        filled = now
    }

    /// False when there is none left.
    mutating func take(_ now: ContinuousClock.Instant) -> Bool {
        let (seconds, attoseconds) = filled.duration(to: now).components
        tokens = min(burst, tokens + (Double(seconds) + Double(attoseconds) * 1e-18) * rate)
        filled = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
