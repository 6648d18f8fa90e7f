import AWSCore
import BotContract

/// Posts a reply while it grows: the first text at once, then no oftener than a reader notices.
final class DeltaPoster {
    static let interval: Duration = .milliseconds(150)
    static let bytes = 1_024

    private let connection: Connection
    private let messageId: String
    private let clock: any WallClock
    private var pending = ""
    private var seq = 0
    private var lastPost: Timestamp?

    init(connection: Connection, messageId: String, clock: any WallClock) {
        self.connection = connection
        self.messageId = messageId
        self.clock = clock
    }

    /// Once something is with the client, another model's words cannot follow it.
    var hasPosted: Bool { lastPost != nil }

    func append(_ text: String) {
        pending += text
        guard !pending.isEmpty else { return }
        if let lastPost, lastPost.duration(to: clock.now()) < Self.interval, pending.utf8.count < Self.bytes { return }
        flush()
    }

    /// Puts what is left on the wire; `connection.settle()` waits for it.
    func flush() {
        for piece in FrameFit.pieces(pending) {
            connection.begin(.delta(messageId: messageId, seq: seq, text: piece))
            seq += 1
            lastPost = clock.now()
        }
        pending = ""
    }

    func discard() { pending = "" }
}
