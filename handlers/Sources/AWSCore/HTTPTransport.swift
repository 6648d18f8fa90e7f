/// Sends requests. Waiting is explicit: `begin` puts the request on the wire and returns, the exchange
/// waits for the answer. Two requests overlap by beginning both before waiting for either, so one thread
/// serves a Lambda invocation (docs/decisions/0002-explicit-exchanges.md).
public protocol HTTPTransport: AnyObject {
    /// - Parameter timeout: for the whole exchange, from now to the last byte of the answer.
    func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange
}

/// An answer on its way.
public protocol HTTPExchange: AnyObject {
    /// Waits for the status line and the headers.
    func head() throws(TransportError) -> HTTPResponseHead
    /// Waits for more of the body; `nil` at its end.
    func next() throws(TransportError) -> [UInt8]?
    /// Gives the exchange up; its connection is not used again.
    func cancel()
}

extension HTTPExchange {
    /// Waits for the whole answer.
    public func response() throws(TransportError) -> HTTPResponse {
        let head = try head()
        var body: [UInt8] = []
        while let chunk = try next() { body += chunk }
        return HTTPResponse(status: head.status, headers: head.headers, body: body)
    }
}

extension HTTPTransport {
    public func send(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> HTTPResponse {
        try begin(request, timeout: timeout).response()
    }
}

/// Why no complete answer came. What the server answered, of whatever status, is never one of these.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The name could not be resolved.
        case resolve
        /// The connection could not be made.
        case connect
        /// The certificate was refused, or the handshake failed.
        case tls
        case timeout
        /// The connection broke after the request was begun.
        case reset
        /// The answer ended before its announced length.
        case truncated
        /// The answer is not HTTP, or the request cannot be said in it.
        case malformed
        /// The caller gave up (Ctrl-C, `cancel`).
        case cancelled
    }

    public var kind: Kind
    /// `host:port`.
    public var peer: String
    public var detail: String

    public init(_ kind: Kind, peer: String, detail: String) {
        self.kind = kind
        self.peer = peer
        self.detail = detail
    }

    public var description: String { "\(peer): \(detail) (\(kind.rawValue))" }
}
