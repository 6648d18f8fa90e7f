import Glibc

/// What came from the user's side of an interactive chat.
package enum ChatInput: Sendable, Equatable {
    case line(String)
    /// Nothing within the time.
    case timeout
    /// End of input, or the user wants to leave.
    case end
}

/// Reads lines from a descriptor without waiting longer than it is told to, so that a chat can keep its
/// connection alive while the user thinks.
package final class ChatLineReader {
    /// A line of a terminal has at most 4 KB; of a pipe, whatever a bot could accept.
    private static let maximumLineBytes = 128 << 10

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isAtEnd = false

    package init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

    package func next(timeout: Duration) -> ChatInput {
        while true {
            if let newline = buffer.firstIndex(of: 10) { return take(newline, dropping: 1) }
            if isAtEnd || buffer.count >= Self.maximumLineBytes {
                return buffer.isEmpty ? .end : take(buffer.count, dropping: 0)
            }
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let milliseconds = Int32(
                clamping: max(
                    0,
                    timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000
                )
            )
            // A signal ends the wait too: the caller looks whether it was meant for the chat.
            guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return .timeout }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 { buffer += chunk[..<count] } else if count == 0 || errno != EINTR { isAtEnd = true }
        }
    }

    private func take(_ end: Int, dropping terminator: Int) -> ChatInput {
        var line = buffer[..<end]
        if line.last == 13 { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        buffer.removeFirst(end + terminator)
        return .line(text)
    }
}
