/// Waits until a server that was just started answers.
struct MiniStackHealth {
    static let interval = Duration.milliseconds(20)

    var timeout: Duration
    var probe: () -> Bool
    var hasExited: () -> Bool
    var isCancelled: () -> Bool
    var elapsed: () -> Duration
    var pause: (Duration) -> Void
    /// The end of what the server wrote.
    var log: () -> String

    func wait() throws(LocalAWSError) {
        while true {
            if hasExited() {
                throw LocalAWSError(
                    .ministackExited,
                    "MiniStack ended while it started:\n\(log())",
                    fix:
                        "read its last lines; pip install ministack==\(MiniStackLocator.version) repairs an installation"
                )
            }
            if probe() { return }
            if isCancelled() {
                throw LocalAWSError(.ministackUnhealthy, "interrupted while MiniStack started", fix: "start it again")
            }
            if elapsed() >= timeout {
                throw LocalAWSError(
                    .ministackUnhealthy,
                    "MiniStack did not answer within \(timeout):\n\(log())",
                    fix: "try again when the machine is less busy"
                )
            }
            pause(Self.interval)
        }
    }
}
