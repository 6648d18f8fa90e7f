/// A point in wall-clock time, in milliseconds since 1970-01-01T00:00:00Z: what the Lambda deadline header,
/// DynamoDB TTL and message ids are made of.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public init(seconds: Int64) { milliseconds = seconds * 1000 }

    public var seconds: Int64 { milliseconds / 1000 }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    public func advanced(by duration: Duration) -> Timestamp {
        Timestamp(milliseconds: milliseconds + duration.milliseconds)
    }

    public func duration(to other: Timestamp) -> Duration {
        .milliseconds(other.milliseconds - milliseconds)
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}

/// Time as an effect: passed in, so that tests decide what it is and nothing ever sleeps in them.
public protocol WallClock: AnyObject {
    func now() -> Timestamp
    /// Returns early, without an error, when the process is asked to stop.
    func sleep(_ duration: Duration)
}
