#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A TCP socket that never waits and never raises SIGPIPE; closed with its last reference.
final class Socket {
    enum Outcome {
        case done(Int)
        /// Poll, then try again.
        case wouldWait
        /// The peer sent its last byte.
        case closed
        case failed(String)
    }

    let descriptor: Int32

    /// - Returns: `nil` with `errno` set when the machine has no socket of this family.
    init?(family: Int32) {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else { return nil }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func connect(to address: SocketAddress) -> Outcome {
        let status = address.withPointer { pointer, length in
            #if canImport(Glibc)
                Glibc.connect(descriptor, pointer, length)
            #else
                Musl.connect(descriptor, pointer, length)
            #endif
        }
        if status == 0 { return .done(0) }
        return errno == EINPROGRESS || errno == EINTR ? .wouldWait : .failed(Self.text(errno))
    }

    /// How the connection that was begun turned out, once the socket is writable.
    func connectionOutcome() -> Outcome {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&state, 1, 0) == 1 else { return .wouldWait }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 ? .done(0) : .failed(Self.text(code))
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        while true {
            #if canImport(Glibc)
                let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            #else
                let count = Musl.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            #endif
            if count >= 0 { return .done(count) }
            if errno == EAGAIN { return .wouldWait }
            if errno != EINTR { return .failed(Self.text(errno)) }
        }
    }

    func receive(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        while true {
            let count = recv(descriptor, bytes.baseAddress, bytes.count, 0)
            if count > 0 { return .done(count) }
            if count == 0 { return .closed }
            if errno == EAGAIN { return .wouldWait }
            if errno != EINTR { return .failed(Self.text(errno)) }
        }
    }

    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
