package import AWSCore

/// A request as the loopback server received it.
package struct ServerRequest: Sendable, Equatable {
    package var method: String
    /// Still percent-encoded, without the query.
    package var path: String
    /// Still percent-encoded, without its `?`; empty when there was none.
    package var query: String
    package var headers: HTTPHeaders
    package var body: [UInt8]

    /// Whether the connection ends with the answer (RFC 9112 §9.3).
    var wantsClose: Bool
}

/// A request that the server does not read on from: it answers `status` and closes the connection.
package struct HTTPRequestError: Error, Sendable, Equatable {
    package var status: Int
    package var detail: String
}

/// Reads requests from a connection's bytes (RFC 9112): push what was read, pull requests until there is none.
package struct HTTPRequestParser: Sendable {
    package static let maximumHeadBytes = 64 << 10
    /// Bedrock's own limit for a Converse request is 25 MB
    /// (https://docs.aws.amazon.com/bedrock/latest/userguide/inference-api.html).
    package static let maximumBodyBytes = 25 << 20

    private var buffer: [UInt8] = []
    private var head: Head?
    private var chunks = ChunkedBody()
    private var continueIsDue = false

    private struct Head {
        var request: ServerRequest
        /// `nil` for a chunked body.
        var contentLength: Int?
        var bodyStart: Int
    }

    package init() {}

    package mutating func push(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// What was pushed after the last request that was pulled.
    package var unread: [UInt8] { buffer }

    /// True once for each request whose client waits for `100 Continue` before it sends the body.
    package mutating func takeContinue() -> Bool {
        defer { continueIsDue = false }
        return continueIsDue
    }

    /// The next complete request; `nil` when more bytes are needed.
    package mutating func next() throws(HTTPRequestError) -> ServerRequest? {
        if head == nil {
            guard let end = headEnd() else {
                guard buffer.count <= Self.maximumHeadBytes else {
                    throw HTTPRequestError(
                        status: 431,
                        detail: "the head is longer than \(Self.maximumHeadBytes) bytes"
                    )
                }
                return nil
            }
            head = try Self.parseHead(buffer[..<end], bodyStart: end)
            let expectation = head?.request.headers["Expect"]?.lowercased()
            continueIsDue = expectation == "100-continue" && buffer.count == end
        }
        guard var current = head else { return nil }
        if let length = current.contentLength {
            guard buffer.count - current.bodyStart >= length else { return nil }
            current.request.body = Array(buffer[current.bodyStart..<current.bodyStart + length])
            finish(consumed: current.bodyStart + length)
        } else {
            guard let end = try chunks.read(buffer, from: current.bodyStart) else { return nil }
            current.request.body = chunks.body
            finish(consumed: end)
        }
        return current.request
    }

    private mutating func finish(consumed: Int) {
        buffer.removeFirst(consumed)
        head = nil
        chunks = ChunkedBody()
        continueIsDue = false
    }

    /// The index after the empty line.
    private func headEnd() -> Int? {
        guard buffer.count >= 4 else { return nil }
        for index in 3..<min(buffer.count, Self.maximumHeadBytes)
        where buffer[index] == 10 && buffer[index - 1] == 13 && buffer[index - 2] == 10 && buffer[index - 3] == 13 {
            return index + 1
        }
        return nil
    }

    private static func parseHead(
        _ bytes: ArraySlice<UInt8>,
        bodyStart: Int
    ) throws(HTTPRequestError) -> Head {
        guard let text = String(validating: bytes.dropLast(4), as: UTF8.self) else {
            throw HTTPRequestError(status: 400, detail: "the head is not UTF-8")
        }
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let words = (lines.popFirst() ?? "").split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0].utf8.allSatisfy({ (0x41...0x5A).contains($0) }), !words[0].isEmpty,
            words[1].hasPrefix("/")
        else { throw HTTPRequestError(status: 400, detail: "a malformed request line") }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
            throw HTTPRequestError(status: 505, detail: "not HTTP/1.1")
        }
        let headers = try parseHeaders(lines)
        let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let connection = headers["Connection"]?.lowercased() ?? ""
        let request = ServerRequest(
            method: String(words[0]),
            path: String(target[0]),
            query: target.count == 2 ? String(target[1]) : "",
            headers: headers,
            body: [],
            wantsClose: connection.contains("close") || (words[2] == "HTTP/1.0" && connection != "keep-alive")
        )
        return Head(request: request, contentLength: try contentLength(headers), bodyStart: bodyStart)
    }

    private static func parseHeaders(_ lines: ArraySlice<Substring>) throws(HTTPRequestError) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else {
                throw HTTPRequestError(status: 400, detail: "a header without a colon")
            }
            let name = line[..<colon]
            guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
                throw HTTPRequestError(status: 400, detail: "a malformed header name")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw HTTPRequestError(status: 400, detail: "a control character in a header")
            }
            headers.add(String(name), trimmedEnd(value))
        }
        return headers
    }

    /// `nil` for chunked. Both, or two lengths that differ, is how requests are smuggled (RFC 9112 §6.3).
    private static func contentLength(_ headers: HTTPHeaders) throws(HTTPRequestError) -> Int? {
        let lengths = Set(headers.values(of: "Content-Length"))
        if let coding = headers["Transfer-Encoding"] {
            guard lengths.isEmpty else {
                throw HTTPRequestError(status: 400, detail: "both Content-Length and Transfer-Encoding")
            }
            guard coding.lowercased() == "chunked" else {
                throw HTTPRequestError(status: 501, detail: "a transfer coding that is not 'chunked'")
            }
            return nil
        }
        guard let text = lengths.first else { return 0 }
        guard lengths.count == 1, !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw HTTPRequestError(status: 400, detail: "a malformed Content-Length")
        }
        guard let length = Int(text), length <= maximumBodyBytes else {
            throw HTTPRequestError(status: 413, detail: "the body is longer than \(maximumBodyBytes) bytes")
        }
        return length
    }

    private static func trimmedEnd(_ text: Substring) -> String {
        var text = text
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// A chunked body (RFC 9112 §7.1); chunk extensions and trailers are read over.
struct ChunkedBody: Sendable {
    private(set) var body: [UInt8] = []
    private var position: Int?
    private var inTrailers = false

    /// The index after the body in `buffer`; `nil` when more bytes are needed. Call again with a longer buffer.
    mutating func read(_ buffer: [UInt8], from start: Int) throws(HTTPRequestError) -> Int? {
        var index = position ?? start
        defer { position = index }
        while let lineEnd = Self.lineEnd(buffer, from: index) {
            let line = buffer[index..<lineEnd]
            if inTrailers {
                index = lineEnd + 2
                if line.isEmpty { return index }
                continue
            }
            let size = try Self.size(line)
            guard body.count + size <= HTTPRequestParser.maximumBodyBytes else {
                throw HTTPRequestError(status: 413, detail: "the body is too long")
            }
            if size == 0 {
                inTrailers = true
                index = lineEnd + 2
                continue
            }
            let dataStart = lineEnd + 2
            guard buffer.count >= dataStart + size + 2 else { return nil }
            guard buffer[dataStart + size] == 13, buffer[dataStart + size + 1] == 10 else {
                throw HTTPRequestError(status: 400, detail: "a chunk is not followed by a line end")
            }
            body += buffer[dataStart..<dataStart + size]
            index = dataStart + size + 2
        }
        guard buffer.count - index <= HTTPRequestParser.maximumHeadBytes else {
            throw HTTPRequestError(status: 400, detail: "a chunk's head is too long")
        }
        return nil
    }

    private static func lineEnd(_ buffer: [UInt8], from start: Int) -> Int? {
        guard start < buffer.count else { return nil }
        var index = start
        let limit = min(buffer.count - 1, start + HTTPRequestParser.maximumHeadBytes)
        while index < limit {
            if buffer[index] == 13 && buffer[index + 1] == 10 { return index }
            index += 1
        }
        return nil
    }

    private static func size(_ line: ArraySlice<UInt8>) throws(HTTPRequestError) -> Int {
        let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 0x20 }
        guard (1...8).contains(digits.count), let text = String(validating: digits, as: UTF8.self),
            text.utf8.first != UInt8(ascii: "+"), text.utf8.first != UInt8(ascii: "-"), let size = Int(text, radix: 16)
        else { throw HTTPRequestError(status: 400, detail: "a malformed chunk size") }
        return size
    }
}
