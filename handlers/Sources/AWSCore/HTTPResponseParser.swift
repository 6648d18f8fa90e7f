/// Why bytes are not an HTTP/1.1 answer.
public struct HTTPParsingError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable { case malformed, truncated }
    public var kind: Kind
    public var detail: String

    public var description: String { detail }
}

/// Reads one HTTP/1.1 answer from bytes as they come: push what arrived, then take events until `nil`.
///
/// Strict where leniency lets two parties read different messages (RFC 9112 §11.2): lines end in CRLF, folded
/// fields, repeated lengths that differ, and a length beside a transfer coding are refused. Interim answers
/// (1xx) are passed over, but for 101, which ends HTTP on the connection.
public struct HTTPResponseParser {
    public enum Event: Sendable, Equatable {
        case head(HTTPResponseHead)
        case body([UInt8])
        case end
    }

    private enum State {
        case head
        case counted(remaining: Int)
        case untilClose
        case chunkSize
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers(seen: Int)
        case complete
        case ended
        case failed(HTTPParsingError)
    }

    private let method: String
    private let maximumHeadBytes: Int
    private static let maximumChunkLine = 4096
    /// Interim answers may repeat; this many are not honest.
    private static let maximumInterim = 16

    private var state = State.head
    private var buffer: [UInt8] = []
    private var position = 0
    /// Up to where no line end was found, so that a head that comes byte by byte is scanned once.
    private var scanned = 0
    private var closed = false
    private var interim = 0
    private var keepAlive = false

    /// - Parameters:
    ///   - method: of the request: an answer to `HEAD` has no body.
    ///   - maximumHeadBytes: a longer head, or longer trailers, are refused.
    public init(method: String, maximumHeadBytes: Int = 64 * 1024) {
        self.method = method
        self.maximumHeadBytes = maximumHeadBytes
    }

    /// Whether another answer can follow on the connection; known after `.end`.
    public var canReuseConnection: Bool {
        if case .ended = state { return keepAlive && !closed && position == buffer.count }
        return false
    }

    /// What came after the answer's end: another protocol's bytes after 101.
    public var unread: [UInt8] { Array(buffer[position...]) }

    public mutating func push(_ bytes: some Sequence<UInt8>) {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            position = 0
            scanned = 0
        } else if position > 64 * 1024 {
            buffer.removeSubrange(..<position)
            scanned = max(0, scanned - position)
            position = 0
        }
        buffer += bytes
    }

    /// The peer sent its last byte.
    public mutating func close() { closed = true }

    /// - Returns: `nil` when more bytes are needed, and after `.end`.
    public mutating func next() throws(HTTPParsingError) -> Event? {
        do throws(HTTPParsingError) {
            return try advance()
        } catch {
            state = .failed(error)
            throw error
        }
    }

    private mutating func advance() throws(HTTPParsingError) -> Event? {
        while true {
            switch state {
            case .failed(let error): throw error
            case .ended: return nil
            case .complete:
                state = .ended
                return .end
            case .head:
                guard let lines = try headLines() else { return try needMore("the answer ended in its head") }
                if let head = try readHead(lines) { return .head(head) }
            case .counted(let remaining):
                guard let bytes = take(atMost: remaining) else {
                    return try needMore("the answer ended \(remaining) bytes early")
                }
                state = bytes.count == remaining ? .complete : .counted(remaining: remaining - bytes.count)
                return .body(bytes)
            case .untilClose:
                if let bytes = take(atMost: .max) { return .body(bytes) }
                guard closed else { return nil }
                state = .complete
            case .chunkSize:
                guard let line = try line(limit: Self.maximumChunkLine) else {
                    return try needMore("the answer ended before its last chunk")
                }
                let size = try Self.chunkSize(buffer[line])
                state = size == 0 ? .trailers(seen: 0) : .chunkData(remaining: size)
            case .chunkData(let remaining):
                guard let bytes = take(atMost: remaining) else {
                    return try needMore("the answer ended within a chunk")
                }
                state = bytes.count == remaining ? .chunkEnd : .chunkData(remaining: remaining - bytes.count)
                return .body(bytes)
            case .chunkEnd:
                guard let line = try line(limit: 2) else { return try needMore("the answer ended after a chunk") }
                guard line.isEmpty else { throw Self.malformed("a chunk is longer than it says") }
                state = .chunkSize
            case .trailers(let seen):
                guard let line = try line(limit: maximumHeadBytes - seen) else {
                    return try needMore("the answer ended in its trailers")
                }
                if line.isEmpty {
                    state = .complete
                } else {
                    _ = try Self.field(buffer[line])
                    state = .trailers(seen: seen + line.count + 2)
                }
            }
        }
    }

    private func needMore(_ detail: String) throws(HTTPParsingError) -> Event? {
        guard closed else { return nil }
        if case .head = state, position == buffer.count, interim == 0 {
            throw HTTPParsingError(kind: .truncated, detail: "the connection closed without an answer")
        }
        throw HTTPParsingError(kind: .truncated, detail: detail)
    }

    private mutating func take(atMost count: Int) -> [UInt8]? {
        let available = min(count, buffer.count - position)
        guard available > 0 else { return nil }
        defer { position += available }
        return Array(buffer[position..<position + available])
    }

    /// The next line without its CRLF, consumed; `nil` when it is not complete yet.
    private mutating func line(limit: Int) throws(HTTPParsingError) -> Range<Int>? {
        let start = position
        guard let feed = buffer[max(scanned, start)...].firstIndex(of: 0x0A) else {
            scanned = buffer.count
            guard buffer.count - start <= limit else { throw Self.malformed("a line is too long") }
            return nil
        }
        guard feed > start, buffer[feed - 1] == 0x0D else { throw Self.malformed("a line does not end in CRLF") }
        guard feed - start - 1 <= limit else { throw Self.malformed("a line is too long") }
        position = feed + 1
        scanned = position
        return start..<(feed - 1)
    }

    /// The lines of the head up to the empty one, consumed; `nil` when it is not complete yet.
    private mutating func headLines() throws(HTTPParsingError) -> [Range<Int>]? {
        let start = position
        var from = max(scanned, start)
        while let feed = buffer[from...].firstIndex(of: 0x0A) {
            guard feed > start, buffer[feed - 1] == 0x0D else { throw Self.malformed("a line does not end in CRLF") }
            guard feed - start < maximumHeadBytes else { throw Self.malformed("the head is too long") }
            if feed - start == 1 { throw Self.malformed("the status line is empty") }
            if buffer[feed - 2] == 0x0A, buffer[feed - 1] == 0x0D {
                position = feed + 1
                scanned = position
                return lines(start..<(feed - 1))
            }
            from = feed + 1
        }
        scanned = from
        guard buffer.count - start < maximumHeadBytes else { throw Self.malformed("the head is too long") }
        // A first line that cannot become a status line is refused before the peer sends 64 KB of it.
        let prefix = buffer[start...].prefix(5)
        guard prefix.elementsEqual("HTTP/".utf8.prefix(prefix.count)) else {
            throw Self.malformed("the answer is not HTTP/1.1")
        }
        return nil
    }

    private func lines(_ range: Range<Int>) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var start = range.lowerBound
        for index in range where buffer[index] == 0x0A {
            result.append(start..<(index - 1))
            start = index + 1
        }
        return result
    }

    /// - Returns: `nil` for an interim answer.
    private mutating func readHead(_ lines: [Range<Int>]) throws(HTTPParsingError) -> HTTPResponseHead? {
        guard let first = lines.first else { throw Self.malformed("the head is empty") }
        let (version, status) = try Self.statusLine(buffer[first])
        var headers = HTTPHeaders()
        for line in lines.dropFirst() {
            let (name, value) = try Self.field(buffer[line])
            headers.add(name, value)
        }
        if (100..<200).contains(status), status != 101 {
            interim += 1
            guard interim <= Self.maximumInterim else { throw Self.malformed("too many interim answers") }
            return nil
        }
        let connection = headers.values(of: "Connection").joined(separator: ",").lowercased()
            .split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        keepAlive = version == 1 ? !connection.contains("close") : connection.contains("keep-alive")
        state = try framing(version: version, status: status, headers: headers)
        return HTTPResponseHead(status: status, headers: headers)
    }

    /// RFC 9112 §6.3.
    private mutating func framing(
        version: Int,
        status: Int,
        headers: HTTPHeaders
    ) throws(HTTPParsingError) -> State {
        let codings = headers.values(of: "Transfer-Encoding")
        let lengths = headers.values(of: "Content-Length")
        guard codings.isEmpty || lengths.isEmpty else {
            throw Self.malformed("the answer has both Content-Length and Transfer-Encoding")
        }
        var length: Int?
        for text in lengths {
            guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                let value = Int(text), length == nil || length == value
            else { throw Self.malformed("Content-Length is not one number") }
            length = value
        }
        if status == 101 {
            keepAlive = false
            return .complete
        }
        if method == "HEAD" || status == 204 || status == 304 { return .complete }
        if !codings.isEmpty {
            guard version == 1, codings.count == 1, codings[0].lowercased() == "chunked" else {
                throw Self.malformed("the answer has a transfer coding other than chunked")
            }
            return .chunkSize
        }
        guard let length else {
            keepAlive = false
            return .untilClose
        }
        return length == 0 ? .complete : .counted(remaining: length)
    }

    private static func malformed(_ detail: String) -> HTTPParsingError {
        HTTPParsingError(kind: .malformed, detail: detail)
    }

    /// `HTTP/1.1 200 OK`; the reason and the space before it may be missing.
    private static func statusLine(
        _ line: ArraySlice<UInt8>
    ) throws(HTTPParsingError) -> (version: Int, status: Int) {
        let start = line.startIndex
        let prefix = "HTTP/1.".utf8
        guard line.count >= 12, line.prefix(7).elementsEqual(prefix),
            line[start + 7] == 0x30 || line[start + 7] == 0x31,
            line[start + 8] == 0x20, line.count == 12 || line[start + 12] == 0x20
        else { throw malformed("the answer is not HTTP/1.1") }
        var status = 0
        for byte in line[(start + 9)..<(start + 12)] {
            guard byte >= 0x30, byte <= 0x39 else { throw malformed("the status is not a number") }
            status = status * 10 + Int(byte - 0x30)
        }
        guard status >= 100, !line.contains(where: isForbiddenInValue) else {
            throw malformed("the status line is not well formed")
        }
        return (Int(line[start + 7] - 0x30), status)
    }

    private static func field(
        _ line: ArraySlice<UInt8>
    ) throws(HTTPParsingError) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isTokenByte)
        else { throw malformed("a header field is not well formed") }
        var value = line[(colon + 1)...]
        while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
        while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
        guard !value.contains(where: isForbiddenInValue) else {
            throw malformed("a header field has a control character")
        }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    /// Hexadecimal, with extensions after a semicolon passed over.
    private static func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPParsingError) -> Int {
        let digits = line.prefix { hexValue($0) != nil }
        let rest = line[digits.endIndex...].drop { $0 == 0x20 || $0 == 0x09 }
        guard (1...15).contains(digits.count), rest.isEmpty || rest.first == UInt8(ascii: ";"),
            !rest.contains(where: isForbiddenInValue)
        else { throw malformed("a chunk's size is not a number") }
        return digits.reduce(0) { $0 << 4 | Int(hexValue($1) ?? 0) }
    }
}

/// `tchar` of RFC 9110 §5.6.2.
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
    default: false
    }
}

func isForbiddenInValue(_ byte: UInt8) -> Bool {
    (byte < 0x20 && byte != 0x09) || byte == 0x7F
}
