package import AWSCore

/// Waits for something to happen in folders. What it was is found out by a scan: a watcher that wakes too often costs
/// a moment, and one system's way of telling is as good as another's.
package protocol FileWatcher: AnyObject {
    /// Watches these folders from now on, and no others.
    func watch(_ folders: Set<String>)
    /// - Returns: whether to look, at the latest after `timeout`; earlier, too, when the process is asked to stop.
    func wait(_ timeout: Duration) -> Bool
}

/// Where the system tells nothing: looks every now and then.
package final class PollingWatcher: FileWatcher {
    package static let interval = Duration.milliseconds(200)
    private let clock: any WallClock

    package init(clock: any WallClock) { self.clock = clock }

    package func watch(_ folders: Set<String>) {}

    package func wait(_ timeout: Duration) -> Bool {
        clock.sleep(min(timeout, Self.interval))
        return true
    }
}

/// Editors write a file in several steps, and people save several files at once: what follows shortly belongs to it.
package struct Debounce {
    /// After the last change.
    package static let quiet = Duration.milliseconds(30)
    /// After the first one, however many follow.
    package static let longest = Duration.milliseconds(500)

    package private(set) var first: Timestamp?
    package private(set) var last: Timestamp?

    package init() {}

    package mutating func saw(at time: Timestamp) {
        first = first ?? time
        last = time
    }

    /// How long until the changes are to be taken; `nil` when there are none.
    package func due(at now: Timestamp) -> Duration? {
        guard let first, let last else { return nil }
        let end = min(last.advanced(by: Self.quiet), first.advanced(by: Self.longest))
        return max(.zero, now.duration(to: end))
    }

    /// The changes are taken.
    /// - Returns: when the last one was.
    package mutating func take() -> Timestamp? {
        defer { (first, last) = (nil, nil) }
        return last
    }
}
