/// Which end of a connection sent something: a client masks what it sends, a server does not (RFC 6455 §5.1).
package enum WebSocketSender: Sendable { case client, server }

/// What a peer sent, with fragments put together.
package enum WebSocketEvent: Sendable, Equatable {
    case text(String)
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    /// `code` is 1005 when the frame had none.
    case close(code: UInt16, reason: String)
}

/// A peer that does not keep to RFC 6455. The connection is to be failed with `closeCode` (§7.1.7).
package struct WebSocketViolation: Error, Sendable, Equatable {
    package var closeCode: UInt16
    package var detail: String
}

/// Turns the bytes that a peer sends after the handshake into events: push what was read, pull events
/// until there is none. After a violation the decoder has nothing more to say.
package struct WebSocketDecoder: Sendable {
    /// Bytes, for one message of many frames.
    package let maximumMessageBytes: Int
    /// Bytes of one frame's payload.
    package let maximumFrameBytes: Int
    private let sender: WebSocketSender

    private var buffer: [UInt8] = []
    private var offset = 0
    private var fragments: [UInt8] = []
    private var fragmentedOpcode: WebSocketOpcode?
    private var isClosed = false

    /// - Parameter maximumFrameBytes: `nil` lets a message come in one frame.
    package init(
        of sender: WebSocketSender = .server,
        maximumMessageBytes: Int = 1 << 20,
        maximumFrameBytes: Int? = nil
    ) {
        self.sender = sender
        self.maximumMessageBytes = maximumMessageBytes
        self.maximumFrameBytes = maximumFrameBytes ?? maximumMessageBytes
    }

    /// Bytes that were pushed and belong to no complete frame yet.
    package var pendingBytes: Int { buffer.count - offset }

    package mutating func push(_ bytes: some Sequence<UInt8>) {
        if offset > 1 << 16 || offset == buffer.count {
            buffer.removeFirst(offset)
            offset = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next event; `nil` when more bytes are needed, and after a close frame for ever.
    package mutating func next() throws(WebSocketViolation) -> WebSocketEvent? {
        while !isClosed, let frame = try nextFrame() {
            if let event = try accept(frame) { return event }
        }
        return nil
    }

    private struct Frame {
        var isFinal: Bool
        var opcode: WebSocketOpcode
        var payload: ArraySlice<UInt8>
    }

    private mutating func nextFrame() throws(WebSocketViolation) -> Frame? {
        guard pendingBytes >= 2 else { return nil }
        let first = buffer[offset]
        let second = buffer[offset + 1]
        guard first & 0x70 == 0 else { throw broken("a reserved bit is set, but no extension was agreed on") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw broken("unknown opcode \(first & 0x0F)")
        }
        guard (second & 0x80 != 0) == (sender == .client) else {
            throw broken(sender == .client ? "a client's frame is not masked" : "a server's frame is masked")
        }
        let isFinal = first & 0x80 != 0
        let short = Int(second & 0x7F)
        if opcode.isControl {
            guard isFinal else { throw broken("a control frame is fragmented") }
            guard short <= 125 else { throw broken("a control frame is longer than 125 bytes") }
        }
        guard let (length, lengthEnd) = try payloadLength(short) else { return nil }
        guard length <= maximumFrameBytes else {
            throw fail(WebSocketCloseCode.messageTooBig, "a frame is longer than \(maximumFrameBytes) bytes")
        }
        guard length <= maximumMessageBytes - (opcode.isControl ? 0 : fragments.count) else {
            throw fail(WebSocketCloseCode.messageTooBig, "a message is longer than \(maximumMessageBytes) bytes")
        }
        let headerBytes = lengthEnd + (sender == .client ? 4 : 0)
        guard pendingBytes - headerBytes >= length else { return nil }
        let start = offset + headerBytes
        if sender == .client {
            for index in 0..<length { buffer[start + index] ^= buffer[start - 4 + index & 3] }
        }
        offset = start + length
        return Frame(isFinal: isFinal, opcode: opcode, payload: buffer[start..<offset])
    }

    private mutating func payloadLength(
        _ short: Int
    ) throws(WebSocketViolation) -> (length: Int, headerBytes: Int)? {
        guard short > 125 else { return (short, 2) }
        let width = short == 126 ? 2 : 8
        guard pendingBytes >= 2 + width else { return nil }
        var length: UInt64 = 0
        for index in 0..<width { length = length << 8 | UInt64(buffer[offset + 2 + index]) }
        guard length > (width == 2 ? 125 : 0xFFFF) else { throw broken("a length is not encoded in its shortest form") }
        guard let length = Int(exactly: length) else { throw broken("a length has its highest bit set") }
        return (length, 2 + width)
    }

    private mutating func accept(_ frame: Frame) throws(WebSocketViolation) -> WebSocketEvent? {
        switch frame.opcode {
        case .ping: return .ping(Array(frame.payload))
        case .pong: return .pong(Array(frame.payload))
        case .close: return try close(frame.payload)
        case .continuation:
            guard let opcode = fragmentedOpcode else { throw broken("a continuation continues nothing") }
            fragments += frame.payload
            guard frame.isFinal else { return nil }
            let whole = fragments
            fragments = []
            fragmentedOpcode = nil
            return try message(opcode, whole[...])
        case .text, .binary:
            guard fragmentedOpcode == nil else { throw broken("a message begins inside another one") }
            guard !frame.isFinal else { return try message(frame.opcode, frame.payload) }
            fragmentedOpcode = frame.opcode
            fragments = Array(frame.payload)
            return nil
        }
    }

    private mutating func message(
        _ opcode: WebSocketOpcode,
        _ payload: ArraySlice<UInt8>
    ) throws(WebSocketViolation) -> WebSocketEvent {
        guard opcode == .text else { return .binary(Array(payload)) }
        guard let text = String(validating: payload, as: UTF8.self) else {
            throw fail(WebSocketCloseCode.invalidText, "a text message is not UTF-8")
        }
        return .text(text)
    }

    private mutating func close(_ payload: ArraySlice<UInt8>) throws(WebSocketViolation) -> WebSocketEvent {
        isClosed = true
        guard !payload.isEmpty else { return .close(code: WebSocketCloseCode.absent, reason: "") }
        guard payload.count >= 2 else { throw broken("a close frame holds half a code") }
        let code = UInt16(payload[payload.startIndex]) << 8 | UInt16(payload[payload.startIndex + 1])
        guard WebSocketCloseCode.isSendable(code) else { throw broken("close code \(code) may not be sent") }
        guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
            throw fail(WebSocketCloseCode.invalidText, "the reason of a close frame is not UTF-8")
        }
        return .close(code: code, reason: reason)
    }

    private mutating func broken(_ detail: String) -> WebSocketViolation {
        fail(WebSocketCloseCode.protocolError, detail)
    }

    private mutating func fail(_ code: UInt16, _ detail: String) -> WebSocketViolation {
        isClosed = true
        return WebSocketViolation(closeCode: code, detail: detail)
    }
}
