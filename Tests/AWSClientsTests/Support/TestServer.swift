import Glibc
import TestSupport

/// A TCP server on 127.0.0.1 whose connections are served by a closure, each on its own thread; it says on
/// the wire exactly what the closure writes.
final class TestServer: @unchecked Sendable {
    let port: Int
    private let listener: Int32
    private let serve: @Sendable (Connection) -> Void
    private var lock = pthread_mutex_t()
    private var accepted = 0

    init(_ serve: @escaping @Sendable (Connection) -> Void) throws {
        self.serve = serve
        pthread_mutex_init(&lock, nil)
        (listener, port) = try listen()
        let thread = Unmanaged.passRetained(self)
        startThread { [listener] in
            let server = thread.takeRetainedValue()
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                server.count()
                startThread {
                    let connection = Connection(descriptor)
                    server.serve(connection)
                    connection.close()
                }
            }
        }
    }

    /// Connections so far: tells whether one was used again.
    var connections: Int {
        pthread_mutex_lock(&lock)
        defer { pthread_mutex_unlock(&lock) }
        return accepted
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func count() {
        pthread_mutex_lock(&lock)
        accepted += 1
        pthread_mutex_unlock(&lock)
    }
}

/// A listening socket on a free port of 127.0.0.1.
func listen() throws -> (descriptor: Int32, port: Int) {
    let (descriptor, port) = try boundSocket()
    guard Glibc.listen(descriptor, 64) == 0 else { throw SystemCallFailed("listen") }
    return (descriptor, port)
}

/// A socket that has a free port of 127.0.0.1 to itself.
private func boundSocket() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SystemCallFailed("socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            bind(descriptor, generic, size) == 0 && getsockname(descriptor, generic, &size) == 0
        }
    }
    guard result else { throw SystemCallFailed("bind") }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

/// A port on which nothing listens, and that no other test gets while this one holds it.
struct ClosedPort {
    let port: Int
    private let descriptor: Int32

    init() throws { (descriptor, port) = try boundSocket() }

    func release() { close(descriptor) }
}

func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    pthread_create(
        &thread,
        nil,
        { box in
            guard let box else { return nil }
            Unmanaged<Box>.fromOpaque(box).takeRetainedValue().body()
            return nil
        },
        box
    )
    pthread_detach(thread)
}

/// The server's side of one connection.
final class Connection: @unchecked Sendable {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isClosed = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// The next request's head as text, with its body; `nil` when the client has gone.
    func request() -> (head: String, body: [UInt8])? {
        let separator = Array("\r\n\r\n".utf8)
        while true {
            if let end = position(of: separator) {
                let head = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 4)
                let length = header("content-length", in: head).flatMap { Int($0) } ?? 0
                while buffer.count < length { guard fill() else { return nil } }
                let body = Array(buffer[..<length])
                buffer.removeFirst(length)
                return (head, body)
            }
            guard fill() else { return nil }
        }
    }

    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest.removeFirst(count)
        }
    }

    func answer(_ status: String = "200 OK", _ headers: [String] = [], body: String = "") {
        let lines = ["HTTP/1.1 \(status)"] + headers + ["Content-Length: \(body.utf8.count)", "", body]
        write(lines.joined(separator: "\r\n"))
    }

    /// Ends the connection with a TCP reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(descriptor)
    }

    /// Until the client has gone; nothing is answered.
    func hold() { while fill() { buffer = [] } }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private func position(of separator: [UInt8]) -> Int? {
        guard buffer.count >= separator.count else { return nil }
        return (0...buffer.count - separator.count).first {
            buffer[$0] == 0x0D && buffer[$0..<$0 + separator.count].elementsEqual(separator)
        }
    }
}

func header(_ name: String, in head: String) -> String? {
    for line in head.split(separator: "\r\n").dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == name {
            return String(parts[1].drop { $0 == " " })
        }
    }
    return nil
}

/// Opens for everyone once `count` have arrived.
final class Gate: @unchecked Sendable {
    private var mutex = pthread_mutex_t()
    private var condition = pthread_cond_t()
    private var missing: Int

    init(_ count: Int = 1) {
        missing = count
        pthread_mutex_init(&mutex, nil)
        pthread_cond_init(&condition, nil)
    }

    var isOpen: Bool {
        pthread_mutex_lock(&mutex)
        defer { pthread_mutex_unlock(&mutex) }
        return missing <= 0
    }

    func arrive() {
        pthread_mutex_lock(&mutex)
        missing -= 1
        pthread_cond_broadcast(&condition)
        pthread_mutex_unlock(&mutex)
    }

    func wait() {
        pthread_mutex_lock(&mutex)
        while missing > 0 { pthread_cond_wait(&condition, &mutex) }
        pthread_mutex_unlock(&mutex)
    }
}
