import AWSCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the page shows: the state as it is, and everything that happens. Written by the loop, read by the threads of
/// the page's server.
final class DevBoard: Sendable {
    private struct State {
        var values: [String: JSONValue] = [:]
        var turns: [JSONValue] = []
        /// Ends to write to, and what waits at each.
        var readers: [Int32: [String]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private static let keptTurns = 50
    /// A reader that takes nothing for so long starts over with the state.
    private static let maximumWaiting = 500

    /// Puts a value into the state, and tells it.
    func set(_ values: [String: JSONValue]) {
        state.withLock { state in
            state.values.merge(values) { $1 }
            Self.tell(Self.message("state", .object(state.values)), &state)
        }
    }

    func publish(_ event: DevEvent) {
        state.withLock { state in
            if case .turn(let turn) = event {
                state.turns.append(turn.json)
                if state.turns.count > Self.keptTurns { state.turns.removeFirst() }
            }
            Self.tell(Self.message("dev", event.json), &state)
        }
    }

    var value: JSONValue {
        state.withLock { .object($0.values.merging(["turns": .array($0.turns)]) { $1 }) }
    }

    /// Ends every reader.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for reader in state.readers.keys { Self.wake(reader) }
        }
    }

    /// Server-sent events for one page (https://html.spec.whatwg.org/multipage/server-sent-events.html), the state
    /// first, until `send` says that it is gone or the board is closed.
    func read(_ send: (String) -> Bool) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        let (near, far) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            let everything = state.values.merging(["turns": .array(state.turns)]) { $1 }
            state.readers[far] = [Self.message("state", .object(everything))]
            Self.wake(far)
            return true
        }
        while isOpen {
            var readable = pollfd(fd: near, events: Int16(POLLIN), revents: 0)
            let count = poll(&readable, 1, Self.heartbeat)
            if count < 0, errno != EINTR { break }
            var ignored = [UInt8](repeating: 0, count: 64)
            while Glibc.read(near, &ignored, ignored.count) > 0 {}
            let (messages, isClosed) = state.withLock { state -> ([String], Bool) in
                defer { state.readers[far] = [] }
                return (state.readers[far] ?? [], state.isClosed)
            }
            // A comment finds out whether somebody is still there.
            guard !isClosed, send(messages.isEmpty ? ":\n\n" : messages.joined()) else { break }
        }
        state.withLock { $0.readers[far] = nil }
        Glibc.close(near)
        Glibc.close(far)
    }

    /// Milliseconds.
    private static let heartbeat: Int32 = 10_000

    private static func tell(_ message: String, _ state: inout State) {
        for (reader, waiting) in state.readers {
            state.readers[reader] = waiting.count < maximumWaiting ? waiting + [message] : waiting
            wake(reader)
        }
    }

    private static func wake(_ reader: Int32) {
        var byte: UInt8 = 1
        _ = Glibc.write(reader, &byte, 1)
    }

    /// JSON has no line breaks, so one line holds it.
    private static func message(_ event: String, _ data: JSONValue) -> String {
        "event: \(event)\ndata: \(data.encodedString())\n\n"
    }
}
