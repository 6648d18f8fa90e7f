package import AWSCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Answers one request on a connection. A client that is gone makes every further write a no-op, because a
/// server has nobody to tell; handlers that stream ask `isConnected` to stop early.
package final class ResponseWriter {
    private enum Phase { case head, chunks, done }

    private let descriptor: Int32
    private let closes: Bool
    /// What the client has already sent after the request.
    private let pipelined: [UInt8]
    private var phase = Phase.head
    package private(set) var isConnected = true

    init(descriptor: Int32, closes: Bool, pipelined: [UInt8] = []) {
        self.descriptor = descriptor
        self.closes = closes
        self.pipelined = pipelined
    }

    /// Whether somebody still waits for the answer, as far as can be known before the next write: a client that
    /// waits says nothing, and one that has gone leaves the end of its stream.
    func isWanted() -> Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
        return isConnected && (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
    }

    /// Whether another request may follow on the connection.
    var isReusable: Bool { isConnected && !closes && phase == .done }

    /// A whole answer.
    package func send(_ response: HTTPResponse) {
        guard phase == .head else { return }
        phase = .done
        var head = Self.head(HTTPResponseHead(status: response.status, headers: response.headers))
        head += "Content-Length: \(response.body.count)\r\n\(connectionField)\r\n"
        write(Array(head.utf8) + response.body)
    }

    /// The head of an answer whose body follows in chunks.
    package func begin(_ head: HTTPResponseHead) {
        guard phase == .head else { return }
        phase = .chunks
        write(Array((Self.head(head) + "Transfer-Encoding: chunked\r\n\(connectionField)\r\n").utf8))
    }

    package func chunk(_ bytes: [UInt8]) {
        guard phase == .chunks, !bytes.isEmpty else { return }
        write(Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + [13, 10])
    }

    /// Ends a chunked answer; an answer that was never begun becomes a 500.
    package func end() {
        switch phase {
        case .head: send(HTTPResponse(status: 500))
        case .chunks:
            write(Array("0\r\n\r\n".utf8))
            phase = .done
        case .done: break
        }
    }

    /// Ends an answer in good form, and takes nothing more for it.
    func giveUp() {
        end()
        isConnected = false
    }

    /// Breaks the connection as a crashed peer does: the client sees a reset, not an end.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        isConnected = false
        phase = .done
    }

    /// Says nothing (more) until the client, or the server's end, breaks the connection.
    func hang() {
        var ignored = [UInt8](repeating: 0, count: 4 << 10)
        while isConnected {
            let count = recv(descriptor, &ignored, ignored.count, 0)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
        }
        reset()
    }

    /// Hands the socket over, to be used until the handler returns; then it is closed.
    /// - Returns: the socket, the answer 101 (RFC 9110 §15.2.2) to write to it first, and the bytes of the new
    ///   protocol that have already been read from it.
    func switchProtocols(_ headers: HTTPHeaders) -> (descriptor: Int32, head: [UInt8], received: [UInt8])? {
        guard phase == .head, isConnected else { return nil }
        phase = .done
        isConnected = false
        let head = Self.head(HTTPResponseHead(status: 101, headers: headers)) + "\r\n"
        return (descriptor, Array(head.utf8), pipelined)
    }

    func writeContinue() { write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }

    private var connectionField: String { closes ? "Connection: close\r\n" : "" }

    private static func head(_ head: HTTPResponseHead) -> String {
        var text = "HTTP/1.1 \(head.status) \(reason(head.status))\r\n"
        for field in head.headers.fields { text += "\(field.name): \(field.value)\r\n" }
        return text
    }

    private func write(_ bytes: [UInt8]) {
        var sent = 0
        while isConnected && sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                isConnected = false
                return
            }
            sent += count
        }
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 101: "Switching Protocols"
        case 200: "OK"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 424: "Failed Dependency"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Status"
        }
    }
}
