package import AWSCore

/// Why there is no WebSocket connection, or none any more.
package enum WebSocketError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not a `ws://` or `wss://` URL.
    case invalidURL(String)
    /// No connection: name, TCP, TLS, proxy or time.
    case transport(TransportError)
    /// The server answered the handshake with another status than 101; the body is at most 64 KB of it.
    case refused(status: Int, headers: HTTPHeaders, body: [UInt8])
    /// A 101 answer that is no WebSocket's.
    case handshake(String)
    /// The server broke the protocol; the connection was closed with `closeCode`.
    case violation(WebSocketViolation)
    /// The server closed the connection. 1005: it gave no code; 1006: it ended without a close frame.
    case closed(code: UInt16, reason: String)
    /// This side closed it before.
    case notOpen

    package var code: String {
        switch self {
        case .invalidURL: "websocket.url"
        case .transport(let error): "websocket.transport.\(error.kind.rawValue)"
        case .refused: "websocket.refused"
        case .handshake: "websocket.handshake"
        case .violation: "websocket.violation"
        case .closed: "websocket.closed"
        case .notOpen: "websocket.notOpen"
        }
    }

    package var description: String {
        switch self {
        case .invalidURL(let url): "'\(url)' is not a ws:// or wss:// URL"
        case .transport(let error): error.description
        case .refused(let status, _, let body):
            "the server refused the connection with status \(status)"
                + (Self.message(in: body).isEmpty ? "" : ": \(Self.message(in: body))")
        case .handshake(let detail): "the server's handshake is wrong: \(detail)"
        case .violation(let violation): "the server broke the WebSocket protocol: \(violation.detail)"
        case .closed(let code, let reason):
            "the server closed the connection (\(code)\(reason.isEmpty ? "" : ", \(reason)"))"
        case .notOpen: "the connection is closed"
        }
    }

    /// What the body of a refusal says in words: the `message` of API Gateway's JSON
    /// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html),
    /// or the beginning of another text.
    package static func message(in body: [UInt8]) -> String {
        if let json = try? JSONValue.parse(body), let message = (json["message"] ?? json["Message"])?.stringValue {
            return message
        }
        let words = String(decoding: body.prefix(300), as: UTF8.self).split { $0.isWhitespace }
        return words.joined(separator: " ")
    }
}
