import AWSCore
import TestSupport
import Testing

struct HTTPResponseParserTests {
    struct Read: Equatable {
        var status = 0
        var headers = HTTPHeaders()
        var body: [UInt8] = []
        var ended = false
        var reusable = false
        var error: HTTPParsingError.Kind?
    }

    /// Feeds an answer in pieces, then the connection's end unless the answer ended before.
    static func read(_ pieces: [ArraySlice<UInt8>], method: String = "GET", close: Bool = true) -> Read {
        var parser = HTTPResponseParser(method: method)
        var read = Read()
        func drain() throws(HTTPParsingError) {
            while let event = try parser.next() {
                switch event {
                case .head(let head):
                    read.status = head.status
                    read.headers = head.headers
                case .body(let bytes): read.body += bytes
                case .end: read.ended = true
                }
            }
        }
        do throws(HTTPParsingError) {
            for piece in pieces {
                parser.push(piece)
                try drain()
            }
            read.reusable = parser.canReuseConnection
            if close, !read.ended {
                parser.close()
                try drain()
                read.reusable = parser.canReuseConnection
            }
        } catch {
            read.error = error.kind
        }
        return read
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        var text: String
        var method = "GET"
        var status = 200
        var body = ""
        var reusable = true
        var testDescription: String { text.debugDescription }
    }

    static let sound: [Answer] = [
        Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", body: "hello"),
        Answer(text: "HTTP/1.1 200\r\nContent-Length:0\r\n\r\n"),
        Answer(text: "HTTP/1.1 200 \r\nContent-Length: 2 \t\r\nX: \t a b \r\n\r\nab", body: "ab"),
        Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nab", body: "ab"),
        Answer(text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Answer(
            text: "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5;a=b;c=\"d\"\r\nhello\r\nA\r\n0123456789\r\n"
                + "00\r\nX-Trailer: 1\r\nY: 2\r\n\r\n",
            body: "hello0123456789"
        ),
        Answer(text: "HTTP/1.1 200 OK\r\n\r\nuntil close", body: "until close", reusable: false),
        Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: Close\r\n\r\na", body: "a", reusable: false),
        Answer(
            text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, close\r\n\r\na",
            body: "a",
            reusable: false
        ),
        Answer(text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", body: "a", reusable: false),
        Answer(text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na", body: "a"),
        Answer(
            text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
                + "HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\na",
            status: 201,
            body: "a"
        ),
        Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method: "HEAD"),
        Answer(text: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", status: 204),
        Answer(text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", status: 304),
        Answer(text: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", status: 101, reusable: false),
        Answer(text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1", body: "a", reusable: false),
        Answer(text: "HTTP/1.1 200 h\u{E9}llo\r\nX: é\r\nContent-Length: 1\r\n\r\na", body: "a"),
    ]

    @Test(arguments: sound)
    func soundAnswers(_ answer: Answer) {
        let bytes = Array(answer.text.utf8)
        let whole = Self.read([bytes[...]], method: answer.method)
        #expect(whole.error == nil && whole.ended)
        #expect(whole.status == answer.status)
        #expect(String(decoding: whole.body, as: UTF8.self) == answer.body)
        #expect(whole.reusable == answer.reusable)

        let byteByByte = Self.read(bytes.indices.map { bytes[$0...$0] }, method: answer.method)
        // Bytes after the answer that have not come yet are not known to be there.
        if !answer.text.hasSuffix("aHTTP/1.1") { #expect(byteByByte == whole) }
        for split in 1..<bytes.count {
            let read = Self.read([bytes[..<split], bytes[split...]], method: answer.method)
            #expect(read == whole, "split at \(split)")
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .malformed),
            ("HTTP/1.1 200 OK\r\nA: b\n\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\na", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", .malformed),
            ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\n: b\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nnothing\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nA: \u{0}\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", .malformed),
            ("HTTP/2 200\r\n\r\n", .malformed), ("HTTP/1.1 20 OK\r\n\r\n", .malformed),
            ("ICY 200 OK\r\n\r\n", .malformed),
            ("HTTP/1.1  200 OK\r\n\r\n", .malformed), ("HTTP/1.1 099 x\r\n\r\n", .malformed), ("\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", .truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", .truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", .truncated),
            ("HTTP/1.1 200 OK\r\nA: b\r\n", .truncated), ("", .truncated),
            ("HTTP/1.1 100 Continue\r\n\r\n", .truncated),
        ] as [(String, HTTPParsingError.Kind)]
    )
    func refuses(_ text: String, _ kind: HTTPParsingError.Kind) {
        let bytes = Array(text.utf8)
        #expect(Self.read([bytes[...]]).error == kind)
        #expect(Self.read(bytes.indices.map { bytes[$0...$0] }).error == kind)
    }

    @Test func limitsWhatAPeerCanMakeItHold() {
        let endless = Array("HTTP/1.1 200 OK\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: 70_000)
        #expect(Self.read([endless[...]], close: false).error == .malformed)
        let line = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;".utf8)
        #expect(Self.read([(line + [UInt8](repeating: 0x61, count: 5000))[...]], close: false).error == .malformed)
        let trailers = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n".utf8)
        let field = Array("A: b\r\n".utf8)
        let many = trailers + Array(repeatElement(field, count: 20_000).joined())
        #expect(Self.read([many[...]], close: false).error == .malformed)
        let interim = Array(repeatElement(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), count: 100).joined())
        #expect(Self.read([interim[...]], close: false).error == .malformed)
    }

    @Test func handsOnTheBytesOfAnotherProtocol() throws {
        var parser = HTTPResponseParser(method: "GET")
        parser.push(Array("HTTP/1.1 101 Switching Protocols\r\n\r\n\u{1}\u{2}".utf8))
        guard case .head(let head) = try parser.next(), try parser.next() == .end else {
            Issue.record("no head")
            return
        }
        #expect(head.status == 101 && parser.unread == [1, 2])
    }

    @Test func mutatedAnswersCrashNothingAndSplitAlike() {
        var generator = SeededGenerator(seed: 9112)
        let seeds = Self.sound.map { Array($0.text.utf8) }
        var refused = 0
        for _ in 0..<100_000 {
            let bytes = generator.mutate(generator.pick(seeds))
            let whole = Self.read([bytes[...]])
            let split = bytes.isEmpty ? 0 : Int.random(in: 0...bytes.count, using: &generator)
            let halves = Self.read([bytes[..<split], bytes[split...]])
            #expect(halves.error == whole.error && halves.body == whole.body && halves.ended == whole.ended)
            if whole.error != nil { refused += 1 }
        }
        #expect(refused > 10_000 && refused < 99_000)
    }
}
