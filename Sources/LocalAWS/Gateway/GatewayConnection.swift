import AWSClients
import AWSCore
import Synchronization

/// One client of one stage: reads its messages, sees to its age, says why it ended.
final class GatewayConnection: Sendable {
    /// How a connection ended, as the `$disconnect` event tells it.
    struct End: Sendable, Equatable {
        var code: UInt16
        var reason: String
    }

    let facts: GatewayEvent.Connection
    private let socket: GatewaySocket
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    private struct State {
        var age: ConnectionAge
        var lastActive: Timestamp
        /// Why this side closes it.
        var closing: End?
    }

    init(
        _ facts: GatewayEvent.Connection,
        socket: GatewaySocket,
        limits: GatewayLimits,
        now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.facts = facts
        self.socket = socket
        self.now = now
        state = Mutex(
            State(age: ConnectionAge(limits, opened: now()), lastActive: facts.connectedAt)
        )
    }

    var lastActive: Timestamp { state.withLock { $0.lastActive } }

    /// Sends a text message, in frames that keep to the limit.
    func post(_ text: String, isPost: Bool, at time: Timestamp) -> GatewaySocket.Sent {
        guard state.withLock({ $0.closing == nil }) else { return .gone }
        let frames = WebSocketFrame.fragments(ofText: text, maximumFrameBytes: GatewayLimits.frameBytes)
        let sent = socket.send(frames, isPost: isPost)
        if sent == .done { touch(time) }
        return sent
    }

    /// Has the reading thread close it.
    func close(_ end: End) {
        state.withLock { if $0.closing == nil { $0.closing = end } }
        socket.wake()
    }

    /// Reads until the connection ends.
    /// - Parameters:
    ///   - received: bytes that were read with the handshake.
    ///   - message: a whole text message, as it came.
    func serve(received: [UInt8], time: () -> Timestamp, message: (String) -> Void) -> End {
        var decoder = WebSocketDecoder(
            of: .client,
            maximumMessageBytes: GatewayLimits.messageBytes,
            maximumFrameBytes: GatewayLimits.frameBytes
        )
        decoder.push(received)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            do throws(WebSocketViolation) {
                while let event = try decoder.next() {
                    switch event {
                    case .text(let text):
                        touch(time())
                        message(text)
                    case .binary:
                        // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
                        return shutDown(End(code: WebSocketCloseCode.unsupportedData, reason: ""), &buffer)
                    case .ping(let payload): _ = socket.send([WebSocketFrame(.pong, payload)])
                    case .pong: break
                    case .close(let code, let reason):
                        // RFC 6455 §5.5.1: the answer carries the same code.
                        _ = socket.send([.close(code: code == WebSocketCloseCode.absent ? nil : code)])
                        return End(code: code, reason: reason)
                    }
                }
            } catch {
                return shutDown(End(code: error.closeCode, reason: ""), &buffer)
            }
            if let end = ending() { return shutDown(end, &buffer) }
            switch socket.read(into: &buffer, timeout: state.withLock { $0.age.remaining(at: now()) }) {
            case .bytes(let bytes): decoder.push(bytes)
            case .nothing: break
            case .end: return End(code: WebSocketCloseCode.abnormal, reason: "")
            }
        }
    }

    private func touch(_ time: Timestamp) {
        let instant = now()
        state.withLock {
            $0.age.touch(instant)
            $0.lastActive = time
        }
    }

    private func ending() -> End? {
        let instant = now()
        return state.withLock { state in
            if state.closing == nil, state.age.end(at: instant) != nil {
                state.closing = End(code: WebSocketCloseCode.goingAway, reason: "Going away")
            }
            return state.closing
        }
    }

    /// Says so, and reads on until the client has said so too, or for a second: bytes that are unread at the close
    /// make TCP reset the connection, and the reset may overtake the close frame.
    private func shutDown(_ end: End, _ buffer: inout [UInt8]) -> End {
        state.withLock { $0.closing = end }
        _ = socket.send([.close(code: end.code, reason: end.reason)])
        socket.finishWriting()
        let deadline = ContinuousClock.now.advanced(by: .seconds(1))
        while ContinuousClock.now < deadline {
            if case .end = socket.read(into: &buffer, timeout: .milliseconds(50)) { break }
        }
        return end
    }
}
