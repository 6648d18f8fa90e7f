import AWSClients
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The server's end of a WebSocket: one thread reads, any thread sends.
final class GatewaySocket: Sendable {
    enum Sent { case done, full, gone }

    enum Reading {
        case bytes([UInt8])
        /// Nothing came in the time, or another thread has called `wake`.
        case nothing
        case end
    }

    /// For a client that has taken half of a frame to take the rest.
    private static let writeTimeout = Duration.seconds(10)

    private let descriptor: Int32
    /// The ends of a pipe: a byte in it ends the reader's wait.
    private let wakeup: (read: Int32, write: Int32)
    /// Held while a frame is written, so that frames do not mix.
    private let isOpen = Mutex(true)

    /// `nil` when the system has no more descriptors. The descriptor stays the caller's to close, after `retire`.
    init?(descriptor: Int32) {
        self.descriptor = descriptor
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakeup = (ends[0], ends[1])
    }

    deinit {
        close(wakeup.read)
        close(wakeup.write)
    }

    /// Ends a wait of the reading thread. A full pipe does as well as one byte.
    func wake() {
        var byte: UInt8 = 0
        _ = Glibc.write(wakeup.write, &byte, 1)
    }

    /// Writes the answer to the handshake before anything else.
    /// - Parameter register: makes the connection known; what other threads send from then on waits. False: it may
    ///   not begin.
    /// - Returns: whether it has begun.
    func greet(_ head: [UInt8], register: () -> Bool) -> Bool {
        isOpen.withLock { isOpen in
            guard isOpen, register() else { return false }
            isOpen = write(head, isPost: false) == .done
            return isOpen
        }
    }

    /// - Parameter isPost: refuses with `full` where the client's buffer takes nothing, instead of waiting.
    func send(_ frames: [WebSocketFrame], isPost: Bool = false) -> Sent {
        let bytes = frames.flatMap { $0.encoded(mask: nil) }
        return isOpen.withLock { isOpen in
            guard isOpen else { return .gone }
            let sent = write(bytes, isPost: isPost)
            if sent == .gone { isOpen = false }
            return sent
        }
    }

    /// Tells the client that nothing more comes.
    func finishWriting() {
        isOpen.withLock { isOpen in
            if isOpen { shutdown(descriptor, Int32(SHUT_WR)) }
            isOpen = false
        }
    }

    /// Nothing is written any more; the descriptor may be closed.
    func retire() { isOpen.withLock { $0 = false } }

    func read(into buffer: inout [UInt8], timeout: Duration) -> Reading {
        var states = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeup.read, events: Int16(POLLIN), revents: 0),
        ]
        // Rounded up: a wait that ends too early would be followed by many without a length.
        let (seconds, attoseconds) = timeout.components
        let milliseconds = min(seconds, 1 << 20) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
        guard poll(&states, 2, Int32(milliseconds)) > 0 else { return .nothing }
        if states[1].revents != 0 {
            while Glibc.read(wakeup.read, &buffer, buffer.count) > 0 {}
            return .nothing
        }
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { return .bytes(Array(buffer[..<count])) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? .nothing : .end
    }

    private func write(_ bytes: [UInt8], isPost: Bool) -> Sent {
        let deadline = ContinuousClock.now.advanced(by: Self.writeTimeout)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else if count < 0, errno == EAGAIN {
                if isPost, sent == 0 { return .full }
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard ContinuousClock.now < deadline else { return .gone }
                _ = poll(&state, 1, 100)
            } else if !(count < 0 && errno == EINTR) {
                return .gone
            }
        }
        return .done
    }
}
