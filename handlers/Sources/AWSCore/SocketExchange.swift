/// One request and its answer, on a connection of a `SocketTransport`.
final class SocketExchange: HTTPExchange {
    private let transport: SocketTransport
    private let request: HTTPRequest
    private let bytes: [UInt8]
    private let deadline: MonotonicInstant
    private let peer: String
    private(set) var connection: SocketConnection?
    private var parser: HTTPResponseParser
    private var reused: Bool
    private var receivedAnything = false
    private var endedUncleanly = false
    private var failure: TransportError?
    private var seenHead: HTTPResponseHead?
    private var ended = false

    init(
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

    var isSending: Bool { failure == nil && (connection?.isSending ?? false) }

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
    func advance() {
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
