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
    private struct Peer: Equatable {
        var scheme: Endpoint.Scheme
        var host: String
        var port: Int
    }

    private let certificateAuthorities: String?
    private var tlsContext: TLSContext?
    /// The most recent last. A list, as there are a few: a dictionary costs each cold start a search for `Hashable`.
    private var idle: [(peer: Peer, connection: SocketConnection)] = []
    /// Begun and not yet written; driven by whoever waits.
    private var sending: [SocketExchange] = []

    /// Services close idle connections after about a minute; a connection that old is not tried.
    private static let maximumIdle: Duration = .seconds(55)
    private static let maximumIdlePerPeer = 8
    private static let bufferSize = 64 * 1024
    let received = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)

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

    func connect(to endpoint: Endpoint, name: String) throws(TransportError) -> SocketConnection {
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
        while let index = idle.lastIndex(where: { $0.peer == peer }) {
            let connection = idle.remove(at: index).connection
            guard connection.idleSince.duration(to: .now()) < Self.maximumIdle else { continue }
            // Whatever there is to read, be it an end or bytes that nobody asked for, disqualifies it.
            if case .wouldWait = connection.receive(into: received, scratch: scratch) { return connection }
        }
        return nil
    }

    func keep(_ connection: SocketConnection, for endpoint: Endpoint) {
        let peer = Peer(scheme: endpoint.scheme, host: endpoint.host, port: endpoint.port)
        connection.becameIdle()
        idle.append((peer, connection))
        guard idle.count(where: { $0.peer == peer }) > Self.maximumIdlePerPeer else { return }
        if let oldest = idle.firstIndex(where: { $0.peer == peer }) { idle.remove(at: oldest) }
    }

    func forget(_ exchange: SocketExchange) {
        sending.removeAll { $0 === exchange }
    }

    /// Waits until the exchange's connection is ready for something, writing the other exchanges' requests
    /// meanwhile.
    func wait(
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
