package import AWSCore

package enum WebSocketMessage: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
}

/// A client's end of a WebSocket (RFC 6455). For one thread: nothing happens on it but in its calls, so pings of
/// the server are answered while `receive` waits.
package final class WebSocketConnection {
    /// For one frame to be taken by the peer's system.
    private static let writeTimeout = Duration.seconds(10)

    private enum State: Equatable {
        case open
        /// The server's close frame, or 1006.
        case closedByPeer(code: UInt16, reason: String)
        case closedHere
    }

    private let stream: any WebSocketStream
    private let random: () -> UInt32
    private let now: () -> ContinuousClock.Instant
    private var decoder: WebSocketDecoder
    private var state = State.open

    /// - Parameters:
    ///   - url: `ws://` or `wss://`.
    ///   - headers: further headers of the handshake.
    ///   - timeout: for the connection and the handshake together.
    ///   - settings: proxies and certificate authorities.
    ///   - maximumMessageBytes: a longer message of the server closes the connection with 1009.
    package static func connect(
        url: String,
        headers: HTTPHeaders = [:],
        timeout: Duration = .seconds(15),
        settings: CurlSettings = CurlSettings(),
        maximumMessageBytes: Int = 1 << 20
    ) throws(WebSocketError) -> WebSocketConnection {
        guard let parsed = WebSocketURL(url) else { throw .invalidURL(url) }
        let deadline = ContinuousClock.now.advanced(by: timeout)
        let stream = try CurlStream(parsed, settings: settings, timeout: timeout)
        return try connect(
            parsed,
            over: stream,
            headers: headers,
            deadline: deadline,
            maximumMessageBytes: maximumMessageBytes,
            random: { UInt32.random(in: .min ... .max) },
            now: { ContinuousClock.now }
        )
    }

    static func connect(
        _ url: WebSocketURL,
        over stream: any WebSocketStream,
        headers: HTTPHeaders,
        deadline: ContinuousClock.Instant,
        maximumMessageBytes: Int,
        random: @escaping () -> UInt32,
        now: @escaping () -> ContinuousClock.Instant
    ) throws(WebSocketError) -> WebSocketConnection {
        let handshake = WebSocketHandshake(
            random: (0..<4).flatMap { _ in
                let word = random()
                return [24, 16, 8, 0].map { UInt8(word >> $0 & 0xFF) }
            }
        )
        guard let request = handshake.request(url, headers: headers) else {
            throw .handshake("a header holds a control character")
        }
        do throws(WebSocketError) {
            try stream.write(request, timeout: now().duration(to: deadline))
            let rest = try shakeHands(handshake, stream, url, deadline: deadline, now: now)
            let connection = WebSocketConnection(stream, maximumMessageBytes, random, now)
            connection.decoder.push(rest)
            return connection
        } catch {
            stream.close()
            throw error
        }
    }

    private init(
        _ stream: any WebSocketStream,
        _ maximumMessageBytes: Int,
        _ random: @escaping () -> UInt32,
        _ now: @escaping () -> ContinuousClock.Instant
    ) {
        self.stream = stream
        self.random = random
        self.now = now
        decoder = WebSocketDecoder(maximumMessageBytes: maximumMessageBytes)
    }

    deinit { stream.close() }

    package var isOpen: Bool { state == .open }

    package func send(text: String) throws(WebSocketError) { try send(WebSocketFrame(.text, Array(text.utf8))) }

    package func send(binary: [UInt8]) throws(WebSocketError) { try send(WebSocketFrame(.binary, binary)) }

    /// Keeps an idle connection open; the answer is read over by `receive`.
    package func ping() throws(WebSocketError) { try send(WebSocketFrame(.ping)) }

    /// The next message; `nil` after the time, or earlier when a signal came.
    /// - Throws: `closed` when the server closed the connection, then and ever after.
    package func receive(timeout: Duration) throws(WebSocketError) -> WebSocketMessage? {
        let deadline = now().advanced(by: timeout)
        while true {
            try checkOpen()
            if let message = try nextMessage() { return message }
            guard try readMore(until: deadline) else { return nil }
        }
    }

    /// Closes the connection in the protocol's way: says so, waits at most `timeout` for the server to say so
    /// too, and ends it. Does nothing on a closed connection.
    package func close(
        code: UInt16 = WebSocketCloseCode.normal,
        reason: String = "",
        timeout: Duration = .seconds(2)
    ) {
        guard state == .open else { return }
        let deadline = now().advanced(by: timeout)
        // Whatever goes wrong from here on, the connection is to end: there is nothing to tell the caller.
        if (try? send(.close(code: code, reason: reason))) != nil {
            while state == .open, now() < deadline {
                do throws(WebSocketError) {
                    while state == .open, try nextMessage() != nil {}
                    guard try readMore(until: deadline) else { break }
                } catch { break }
            }
        }
        state = .closedHere
        stream.close()
    }

    private func send(_ frame: WebSocketFrame) throws(WebSocketError) {
        try checkOpen()
        do throws(WebSocketError) {
            try stream.write(frame.encoded(mask: random()), timeout: Self.writeTimeout)
        } catch {
            end(code: WebSocketCloseCode.abnormal, reason: "")
            throw error
        }
    }

    /// Answers control frames on the way.
    private func nextMessage() throws(WebSocketError) -> WebSocketMessage? {
        do throws(WebSocketViolation) {
            while let event = try decoder.next() {
                switch event {
                case .text(let text): return .text(text)
                case .binary(let bytes): return .binary(bytes)
                case .ping(let payload): try? send(WebSocketFrame(.pong, payload))
                case .pong: break
                case .close(let code, let reason):
                    // RFC 6455 §5.5.1: the answer carries the same code.
                    try? send(.close(code: code == WebSocketCloseCode.absent ? nil : code))
                    end(code: code, reason: reason)
                    return nil
                }
            }
            return nil
        } catch {
            try? send(.close(code: error.closeCode, reason: error.detail))
            discardRest()
            end(code: error.closeCode, reason: error.detail)
            throw .violation(error)
        }
    }

    /// Reads what still comes until the peer ends the connection, for a second at most: bytes that are unread at
    /// the close make TCP reset the connection, and the reset may overtake our close frame.
    private func discardRest() {
        let deadline = now().advanced(by: .seconds(1))
        while now() < deadline, case .bytes? = try? stream.read(timeout: now().duration(to: deadline)) {}
    }

    /// False at the deadline.
    private func readMore(until deadline: ContinuousClock.Instant) throws(WebSocketError) -> Bool {
        guard state == .open else { return true }
        do throws(WebSocketError) {
            switch try stream.read(timeout: max(.zero, now().duration(to: deadline))) {
            case .bytes(let bytes): decoder.push(bytes)
            case .timeout: return false
            case .end: end(code: WebSocketCloseCode.abnormal, reason: "")
            }
            return true
        } catch {
            end(code: WebSocketCloseCode.abnormal, reason: "")
            throw error
        }
    }

    private func end(code: UInt16, reason: String) {
        state = .closedByPeer(code: code, reason: reason)
        stream.close()
    }

    private func checkOpen() throws(WebSocketError) {
        switch state {
        case .open: break
        case .closedByPeer(let code, let reason): throw .closed(code: code, reason: reason)
        case .closedHere: throw .notOpen
        }
    }
}

extension WebSocketConnection {
    /// Reads the server's answer to the handshake; returns what came after it.
    private static func shakeHands(
        _ handshake: WebSocketHandshake,
        _ stream: any WebSocketStream,
        _ url: WebSocketURL,
        deadline: ContinuousClock.Instant,
        now: () -> ContinuousClock.Instant
    ) throws(WebSocketError) -> [UInt8] {
        var received: [UInt8] = []
        while true {
            switch try handshake.evaluate(received) {
            case .accepted(let rest): return rest
            case .needsMore: break
            case .refused(let head, let body, let isComplete):
                if isComplete { throw .refused(status: head.status, headers: head.headers, body: body) }
            }
            let left = now().duration(to: deadline)
            let read = left > .zero ? try stream.read(timeout: left) : .timeout
            switch read {
            case .bytes(let bytes): received += bytes
            case .timeout where left > .zero: continue
            case .timeout, .end:
                // A body without a length ends with the connection; half of one is better than none.
                if case .refused(let head, let body, _) = try handshake.evaluate(received) {
                    throw .refused(status: head.status, headers: head.headers, body: body)
                }
                let kind: TransportError.Kind = read == .end ? .reset : .timeout
                let detail = read == .end ? "the connection ended during the handshake" : "no answer to the handshake"
                throw .transport(TransportError(kind, peer: "\(url.host):\(url.port)", detail: detail))
            }
        }
    }
}
