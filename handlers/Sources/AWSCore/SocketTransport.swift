#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// HTTP/1.1 over the machine's own sockets and OpenSSL, for one thread: what a Lambda function needs and
/// nothing that makes its start slower. No proxies, no redirects, no cookies, no decompression.
///
/// `begin` writes what the socket takes at once; where a connection has to be made first, the request follows
/// whenever the caller waits for this or any other exchange of the transport. So requests that are begun
/// together connect together.
///
/// A connection is kept after a complete answer and used again, the most recent first. When a kept connection
/// turns out to be closed before a single byte of an answer, the request is sent again on a new connection,
/// once, where that cannot do something twice: when the request had not been written completely, so that the
/// server cannot have acted on it, or when its method is idempotent (RFC 9110 §9.2.2). Otherwise the error is
/// `reset`, and the caller decides.
public final class SocketTransport: HTTPTransport {
    private struct Peer: Hashable {
        var scheme: Endpoint.Scheme
        var host: String
        var port: Int
    }

    private let certificateAuthorities: String?
    private var tlsContext: TLSContext?
    private var idle: [Peer: [SocketConnection]] = [:]
    /// Begun and not yet written; driven by whoever waits.
    private var sending: [SocketExchange] = []

    /// Services close idle connections after about a minute; a connection that old is not tried.
    private static let maximumIdle: Duration = .seconds(55)
    private static let maximumIdlePerPeer = 8
    private static let bufferSize = 64 * 1024
    fileprivate let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    fileprivate let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)

    /// - Parameter certificateAuthorities: the path of a PEM file with the only authorities to trust; `nil` for
    ///   the machine's store. Read when the first `https` request is begun.
    public init(certificateAuthorities: String?) {
        self.certificateAuthorities = certificateAuthorities
    }

    deinit {
        received.deallocate()
        scratch.deallocate()
    }

    public func begin(
        _ request: HTTPRequest,
        timeout: Duration
    ) throws(TransportError) -> any HTTPExchange {
        let name = "\(request.endpoint.host):\(request.endpoint.port)"
        let bytes: [UInt8]
        do {
            bytes = try request.encodedHTTP1()
        } catch {
            throw TransportError(.malformed, peer: name, detail: error.description)
        }
        let deadline = MonotonicInstant.now().advanced(by: timeout)
        let kept = keptConnection(to: request.endpoint)
        let connection: SocketConnection
        if let kept { connection = kept } else { connection = try connect(to: request.endpoint, name: name) }
        let exchange = SocketExchange(
            self,
            request: request,
            bytes: bytes,
            connection: connection,
            reused: kept != nil,
            deadline: deadline
        )
        exchange.advance()
        if exchange.isSending { sending.append(exchange) }
        return exchange
    }

    fileprivate func connect(to endpoint: Endpoint, name: String) throws(TransportError) -> SocketConnection {
        var session: TLSSession?
        if endpoint.scheme == .https {
            let context: TLSContext
            if let tlsContext {
                context = tlsContext
            } else {
                context = try TLSContext(certificateAuthorities: certificateAuthorities, peer: name)
                tlsContext = context
            }
            session = try TLSSession(context, host: endpoint.host, peer: name)
        }
        let addresses = try SocketAddress.resolve(endpoint, peer: name)
        return try SocketConnection(addresses, tls: session, peer: name)
    }

    private func keptConnection(to endpoint: Endpoint) -> SocketConnection? {
        let peer = Peer(scheme: endpoint.scheme, host: endpoint.host, port: endpoint.port)
        while let connection = idle[peer]?.popLast() {
            guard connection.idleSince.duration(to: .now()) < Self.maximumIdle else { continue }
            // Whatever there is to read, be it an end or bytes that nobody asked for, disqualifies it.
            if case .wouldWait = connection.receive(into: received, scratch: scratch) { return connection }
        }
        return nil
    }

    fileprivate func keep(_ connection: SocketConnection, for endpoint: Endpoint) {
        let peer = Peer(scheme: endpoint.scheme, host: endpoint.host, port: endpoint.port)
        connection.becameIdle()
        idle[peer, default: []].append(connection)
        if idle[peer, default: []].count > Self.maximumIdlePerPeer { idle[peer]?.removeFirst() }
    }

    fileprivate func forget(_ exchange: SocketExchange) {
        sending.removeAll { $0 === exchange }
    }

    /// Waits until the exchange's connection is ready for something, writing the other exchanges' requests
    /// meanwhile.
    fileprivate func wait(
        descriptor: Int32,
        events: Int16,
        until deadline: MonotonicInstant,
        for exchange: SocketExchange
    ) -> Bool {
        while true {
            let others = sending.filter { $0 !== exchange && $0.isSending }
            var end = deadline
            var states = [pollfd(fd: descriptor, events: events, revents: 0)]
            for other in others {
                guard let connection = other.connection else { continue }
                states.append(pollfd(fd: connection.descriptor, events: connection.pollEvents, revents: 0))
                if let limit = connection.nextAddressAt { end = min(end, limit) }
            }
            let now = MonotonicInstant.now()
            guard now < deadline else { return false }
            let milliseconds = max(0, now.duration(to: end).milliseconds)
            let ready = poll(&states, nfds_t(states.count), Int32(min(milliseconds + 1, 1_000_000_000)))
            if ready > 0 || !others.isEmpty {
                for other in others { other.advance() }
                sending.removeAll { !$0.isSending }
            }
            if states[0].revents != 0 { return true }
        }
    }
}

/// One request and its answer, on a connection of a `SocketTransport`.
final class SocketExchange: HTTPExchange {
    private let transport: SocketTransport
    private let request: HTTPRequest
    private let bytes: [UInt8]
    private let deadline: MonotonicInstant
    private let peer: String
    fileprivate private(set) var connection: SocketConnection?
    private var parser: HTTPResponseParser
    private var reused: Bool
    private var receivedAnything = false
    private var endedUncleanly = false
    private var failure: TransportError?
    private var seenHead: HTTPResponseHead?
    private var ended = false

    fileprivate init(
        _ transport: SocketTransport,
        request: HTTPRequest,
        bytes: [UInt8],
        connection: SocketConnection,
        reused: Bool,
        deadline: MonotonicInstant
    ) {
        self.transport = transport
        self.request = request
        self.bytes = bytes
        self.connection = connection
        self.reused = reused
        self.deadline = deadline
        peer = connection.peer
        parser = HTTPResponseParser(method: request.method)
        connection.send(bytes)
    }

    fileprivate var isSending: Bool { failure == nil && (connection?.isSending ?? false) }

    func head() throws(TransportError) -> HTTPResponseHead {
        if let seenHead { return seenHead }
        while true {
            guard case .head(let head) = try nextEvent() else { continue }
            seenHead = head
            return head
        }
    }

    func next() throws(TransportError) -> [UInt8]? {
        if seenHead == nil { _ = try head() }
        if ended { return nil }
        switch try nextEvent() {
        case .body(let bytes): return bytes
        case .end, .head: break
        }
        ended = true
        finish()
        return nil
    }

    func cancel() {
        guard !ended else { return }
        fail(TransportError(.cancelled, peer: peer, detail: "the exchange was given up"))
    }

    /// Connects and writes as far as it goes without waiting; a failure is reported by `head` or `next`.
    fileprivate func advance() {
        guard failure == nil, let connection else { return }
        do throws(TransportError) {
            try connection.advance(transport.scratch)
        } catch {
            fail(error)
        }
    }

    private func nextEvent() throws(TransportError) -> HTTPResponseParser.Event {
        while true {
            if let failure { throw failure }
            do throws(HTTPParsingError) {
                if let event = try parser.next() { return event }
            } catch {
                let kind: TransportError.Kind = error.kind == .truncated ? .truncated : .malformed
                let unanswered = error.kind == .truncated && !receivedAnything
                throw fail(TransportError(unanswered ? .reset : kind, peer: peer, detail: error.detail))
            }
            try fill()
        }
    }

    /// Waits for bytes of the answer, or its end, and gives them to the parser.
    private func fill() throws(TransportError) {
        while true {
            advance()
            if let failure { throw failure }
            guard let connection else {
                throw fail(TransportError(.reset, peer: peer, detail: "the connection is gone"))
            }
            if connection.isConnected {
                switch connection.receive(into: transport.received, scratch: transport.scratch) {
                case .bytes(let count):
                    receivedAnything = true
                    parser.push(UnsafeRawBufferPointer(rebasing: transport.received[..<count]))
                    return
                case .closed(let clean):
                    if try sendAgain(on: connection) { continue }
                    guard clean else {
                        throw fail(
                            TransportError(
                                receivedAnything ? .truncated : .reset,
                                peer: peer,
                                detail: "the connection ended without the TLS closing message"
                            )
                        )
                    }
                    parser.close()
                    return
                case .failed(let reason):
                    if try sendAgain(on: connection) { continue }
                    throw fail(TransportError(.reset, peer: peer, detail: connection.writeFailure ?? reason))
                case .wouldWait: break
                }
            }
            try wait(on: connection)
        }
    }

    private func wait(on connection: SocketConnection) throws(TransportError) {
        let end = connection.nextAddressAt.map { min($0, deadline) } ?? deadline
        let ready = transport.wait(
            descriptor: connection.descriptor,
            events: connection.pollEvents,
            until: end,
            for: self
        )
        guard !ready, MonotonicInstant.now() >= deadline else { return }
        let phase = !connection.isConnected ? "no connection" : seenHead == nil ? "no answer" : "no complete answer"
        throw fail(TransportError(.timeout, peer: peer, detail: "\(phase) in time"))
    }

    /// The rule in `SocketTransport`'s description.
    private func sendAgain(on connection: SocketConnection) throws(TransportError) -> Bool {
        let idempotent = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"].contains(request.method)
        guard reused, !receivedAnything, idempotent || !connection.isSent else { return false }
        reused = false
        do throws(TransportError) {
            let fresh = try transport.connect(to: request.endpoint, name: peer)
            fresh.send(bytes)
            self.connection = fresh
        } catch {
            throw fail(error)
        }
        return true
    }

    @discardableResult
    private func fail(_ error: TransportError) -> TransportError {
        failure = failure ?? error
        connection = nil
        transport.forget(self)
        return error
    }

    private func finish() {
        transport.forget(self)
        guard let connection else { return }
        if parser.canReuseConnection, connection.isSent, connection.writeFailure == nil {
            transport.keep(connection, for: request.endpoint)
        }
        self.connection = nil
    }
}
