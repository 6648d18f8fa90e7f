import AWSCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An HTTP/1.1 server on 127.0.0.1 with a thread for each connection: few clients, long answers, and a handler
/// that may break the connection on purpose (docs/decisions/0005-loopback-server.md).
package final class LoopbackServer: Sendable {
    package typealias Handler = @Sendable (ServerRequest, ResponseWriter) -> Void

    package let port: Int
    private let handler: Handler
    private let state: Mutex<State>

    private struct State {
        var listener: Int32
        var isStopping = false
        var acceptor: Worker?
        var connections: [Int32: Worker] = [:]
        var finished: [Worker] = []
    }

    /// - Parameter port: 0 takes a free one.
    package static func start(port: Int = 0, handler: @escaping Handler) throws(LocalAWSError) -> LoopbackServer {
        let (listener, bound) = try listen(port)
        let server = LoopbackServer(listener: listener, port: bound, handler: handler)
        guard let acceptor = Worker.start({ server.acceptConnections() }) else {
            close(listener)
            throw LocalAWSError(.resources, "no thread for the local server", fix: "raise the limit of threads")
        }
        server.state.withLock { $0.acceptor = acceptor }
        return server
    }

    private init(listener: Int32, port: Int, handler: @escaping Handler) {
        self.port = port
        self.handler = handler
        state = Mutex(State(listener: listener))
    }

    /// Breaks every connection and waits for their threads; a second call does nothing.
    package func stop() {
        let acceptor = state.withLock { state -> Worker? in
            guard !state.isStopping else { return nil }
            state.isStopping = true
            // Closing a listening socket does not wake the thread that waits on it; shutting it down does.
            shutdown(state.listener, Int32(SHUT_RDWR))
            return state.acceptor
        }
        guard let acceptor else { return }
        acceptor.join()
        let workers = state.withLock { state -> [Worker] in
            close(state.listener)
            for descriptor in state.connections.keys { shutdown(descriptor, Int32(SHUT_RDWR)) }
            let workers = Array(state.connections.values) + state.finished
            state.connections = [:]
            state.finished = []
            return workers
        }
        for worker in workers { worker.join() }
    }

    private func acceptConnections() {
        let listener = state.withLock { $0.listener }
        while true {
            let descriptor = accept(listener, nil, nil)
            let error = errno
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let isStopping = state.withLock { $0.isStopping }
            if descriptor < 0 {
                if isStopping { return }
                // Out of descriptors, or a client that was gone again: the others go on.
                if error == EMFILE || error == ENFILE { usleep(10_000) }
                continue
            }
            if isStopping {
                close(descriptor)
                return
            }
            serveOnThread(descriptor)
        }
    }

    private func serveOnThread(_ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        // The lock is held until the worker is registered, so that it cannot finish before.
        let finished = state.withLock { state -> [Worker] in
            if let worker = Worker.start({ self.serve(descriptor) }) {
                state.connections[descriptor] = worker
            } else {
                close(descriptor)
            }
            defer { state.finished = [] }
            return state.finished
        }
        for worker in finished { worker.join() }
    }

    private func serve(_ descriptor: Int32) {
        serveRequests(descriptor)
        state.withLock { state in
            if let worker = state.connections.removeValue(forKey: descriptor) { state.finished.append(worker) }
            // Inside the lock: afterwards the number may belong to another connection.
            close(descriptor)
        }
    }

    private func serveRequests(_ descriptor: Int32) {
        var parser = HTTPRequestParser()
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            do throws(HTTPRequestError) {
                while let request = try parser.next() {
                    let writer = ResponseWriter(
                        descriptor: descriptor,
                        closes: request.wantsClose,
                        pipelined: parser.unread
                    )
                    handler(request, writer)
                    writer.end()
                    guard writer.isReusable else { return }
                }
            } catch {
                let writer = ResponseWriter(descriptor: descriptor, closes: true)
                writer.send(HTTPResponse(status: error.status, body: Array(error.detail.utf8)))
                return
            }
            if parser.takeContinue() {
                ResponseWriter(descriptor: descriptor, closes: false).writeContinue()
            }
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            parser.push(chunk[..<count])
        }
    }

    private static func listen(_ port: Int) throws(LocalAWSError) -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                descriptor >= 0 && bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 128) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isListening else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw LocalAWSError(
                .resources,
                "127.0.0.1:\(port) cannot be listened on: \(reason)",
                fix: "choose another port, or 0 for a free one"
            )
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}
