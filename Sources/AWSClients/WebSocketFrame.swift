/// RFC 6455 §5.2: what a frame carries.
package enum WebSocketOpcode: UInt8, Sendable, CaseIterable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames may come between the fragments of a message (RFC 6455 §5.5).
    package var isControl: Bool { rawValue >= 0x8 }
}

/// One frame.
package struct WebSocketFrame: Sendable, Equatable {
    package var opcode: WebSocketOpcode
    package var payload: [UInt8]
    /// False where a continuation follows.
    package var isFinal: Bool

    package init(_ opcode: WebSocketOpcode, _ payload: [UInt8] = [], isFinal: Bool = true) {
        self.opcode = opcode
        self.payload = payload
        self.isFinal = isFinal
    }

    /// A text message in frames of at most `maximumFrameBytes` each.
    package static func fragments(ofText text: String, maximumFrameBytes: Int) -> [WebSocketFrame] {
        let bytes = Array(text.utf8)
        guard bytes.count > maximumFrameBytes else { return [WebSocketFrame(.text, bytes)] }
        return stride(from: 0, to: bytes.count, by: maximumFrameBytes).map { start in
            let end = min(start + maximumFrameBytes, bytes.count)
            return WebSocketFrame(
                start == 0 ? .text : .continuation,
                Array(bytes[start..<end]),
                isFinal: end == bytes.count
            )
        }
    }

    /// A close frame; `nil` sends no code, which the peer reads as 1005.
    package static func close(code: UInt16?, reason: String = "") -> WebSocketFrame {
        guard let code else { return WebSocketFrame(.close) }
        let text = Array(reason.utf8.prefix(123))
        let whole = String(validating: text, as: UTF8.self) == nil ? [] : text
        return WebSocketFrame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)] + whole)
    }

    /// The frame on the wire.
    /// - Parameter mask: a client's four random bytes, new ones for each frame (RFC 6455 §10.3); a server has none.
    package func encoded(mask: UInt32?) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + 14)
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        let masked: UInt8 = mask == nil ? 0 : 0x80
        switch payload.count {
        case ...125:
            bytes.append(masked | UInt8(payload.count))
        case ...0xFFFF:
            bytes.append(masked | 126)
            bytes += [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(masked | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        guard let mask else { return bytes + payload }
        let key = [UInt8(mask >> 24), UInt8(mask >> 16 & 0xFF), UInt8(mask >> 8 & 0xFF), UInt8(mask & 0xFF)]
        bytes += key
        for (index, byte) in payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }
}

/// RFC 6455 §7.4: why a connection was closed.
package enum WebSocketCloseCode {
    package static let normal: UInt16 = 1000
    package static let goingAway: UInt16 = 1001
    package static let protocolError: UInt16 = 1002
    package static let unsupportedData: UInt16 = 1003
    package static let invalidText: UInt16 = 1007
    package static let messageTooBig: UInt16 = 1009
    /// Never on the wire: the peer's close frame had no code.
    package static let absent: UInt16 = 1005
    /// Never on the wire: the connection ended without a close frame.
    package static let abnormal: UInt16 = 1006

    /// Whether a peer may send the code (RFC 6455 §7.4.1 and the IANA registry).
    package static func isSendable(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
