import AWSCore

/// The HTTP/1.1 upgrade (RFC 6455 §4): what is sent, and what of the answer is accepted.
struct WebSocketHandshake {
    /// Base64 of 16 random bytes.
    let key: String

    private static let maximumHeadBytes = 32 << 10
    static let maximumBodyBytes = 64 << 10

    init(random: [UInt8]) { key = base64Encode(random) }

    var expectedAccept: String { webSocketAccept(key: key) }

    /// `nil` when a header holds a control character: nothing may be smuggled into the request.
    func request(_ url: WebSocketURL, headers: HTTPHeaders) -> [UInt8]? {
        let own: HTTPHeaders = [
            "Host": url.authority, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
        ]
        var text = "GET \(url.target) HTTP/1.1\r\n"
        for field in own.fields + headers.fields {
            guard (field.name + field.value).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), !field.name.contains(":")
            else { return nil }
            text += "\(field.name): \(field.value)\r\n"
        }
        return Array((text + "\r\n").utf8)
    }

    enum Outcome: Equatable {
        case needsMore
        /// `rest`: bytes after the head, already frames.
        case accepted(rest: [UInt8])
        /// The body's bytes so far, without their framing, and whether these are all.
        case refused(HTTPResponseHead, body: [UInt8], isComplete: Bool)
    }

    /// Looks at everything that was received so far.
    func evaluate(_ received: [UInt8]) throws(WebSocketError) -> Outcome {
        guard let end = Self.headEnd(received) else {
            guard received.count <= Self.maximumHeadBytes else { throw .handshake("the head is too long") }
            return .needsMore
        }
        let head = try Self.parse(received[..<(end - 4)])
        guard head.status == 101 else {
            let (body, isComplete) = Self.body(of: received, after: end)
            return .refused(head, body: body, isComplete: isComplete)
        }
        guard Self.list(head.headers, "Upgrade").contains("websocket") else {
            throw .handshake("no 'Upgrade: websocket'")
        }
        guard Self.list(head.headers, "Connection").contains("upgrade") else {
            throw .handshake("no 'Connection: Upgrade'")
        }
        guard head.headers.values(of: "Sec-WebSocket-Accept") == [expectedAccept] else {
            throw .handshake("Sec-WebSocket-Accept does not match the key")
        }
        guard head.headers["Sec-WebSocket-Extensions"] == nil, head.headers["Sec-WebSocket-Protocol"] == nil else {
            throw .handshake("an extension or a subprotocol that was not asked for")
        }
        return .accepted(rest: Array(received[end...]))
    }

    /// The body of an answer that is no upgrade; of one that HTTP's rules do not allow, the bytes as they came.
    private static func body(of received: [UInt8], after head: Int) -> (bytes: [UInt8], isComplete: Bool) {
        var parser = HTTPResponseParser(method: "GET")
        parser.push(received)
        var body: [UInt8] = []
        var isComplete = false
        do throws(HTTPParsingError) {
            while !isComplete, let event = try parser.next() {
                switch event {
                case .head: break
                case .body(let bytes): body += bytes
                case .end: isComplete = true
                }
            }
        } catch {
            return (Array(received[head...].prefix(maximumBodyBytes)), true)
        }
        return (Array(body.prefix(maximumBodyBytes)), isComplete || body.count >= maximumBodyBytes)
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 3..<bytes.count
        where bytes[index] == 10 && bytes[index - 1] == 13 && bytes[index - 2] == 10 && bytes[index - 3] == 13 {
            return index + 1
        }
        return nil
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) throws(WebSocketError) -> HTTPResponseHead {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .handshake("the head is not UTF-8") }
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        let status = (lines.popFirst() ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard status.count >= 2, status[0] == "HTTP/1.1" || status[0] == "HTTP/1.0", status[1].count == 3,
            let code = Int(status[1]), (100...599).contains(code)
        else { throw .handshake("the answer is not HTTP/1.1") }
        var headers = HTTPHeaders()
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw .handshake("a malformed header")
            }
            var value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            while value.last == " " || value.last == "\t" { value.removeLast() }
            headers.add(String(line[..<colon]), String(value))
        }
        return HTTPResponseHead(status: code, headers: headers)
    }

    private static func list(_ headers: HTTPHeaders, _ name: String) -> [String] {
        headers.values(of: name).flatMap { $0.lowercased().split(separator: ",") }.map { part in
            var part = part.drop { $0 == " " }
            while part.last == " " { part.removeLast() }
            return String(part)
        }
    }
}

/// What a server's `Sec-WebSocket-Accept` answers to a client's key (RFC 6455 §4.2.2, step 5.4).
package func webSocketAccept(key: String) -> String {
    base64Encode(sha1(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
}

/// SHA-1 (FIPS 180-4), where others ask for it and nothing rests on it: `Sec-WebSocket-Accept` proves that the server
/// read the key, not who it is; the SSO cache names its files by it.
func sha1(_ message: [UInt8]) -> [UInt8] {
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8((message.count * 8) >> shift & 0xFF)) }
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
    for block in stride(from: 0, to: padded.count, by: 64) {
        var words = (0..<16).map { word -> UInt32 in
            padded[(block + word * 4)..<(block + word * 4 + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<80 {
            words.append(rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let (mix, constant): (UInt32, UInt32) =
                switch index {
                case ..<20: (b & c | ~b & d, 0x5A82_7999)
                case ..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case ..<60: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotate(a, 5) &+ mix &+ e &+ constant &+ words[index]
            (a, b, c, d, e) = (next, a, rotate(b, 30), c, d)
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
    return state.flatMap { word in [24, 16, 8, 0].map { UInt8(word >> $0 & 0xFF) } }
}
