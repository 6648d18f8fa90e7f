import TestSupport
import Testing

@testable import LocalAWS

@Suite struct HTTPRequestParserTests {
    static func requests(_ text: String) throws -> [ServerRequest] {
        var parser = HTTPRequestParser()
        parser.push(Array(text.utf8))
        var requests: [ServerRequest] = []
        while let request = try parser.next() { requests.append(request) }
        return requests
    }

    static let pipeline =
        "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"
        + "POST /model/m/converse HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
        + "POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
        + "GET / HTTP/1.0\r\n\r\n"

    @Test func readsAPipelineHoweverItIsSplit() throws {
        let whole = try Self.requests(Self.pipeline)
        #expect(whole.map(\.method) == ["GET", "POST", "POST", "GET"])
        #expect(whole.map(\.path) == ["/a", "/model/m/converse", "/c", "/"])
        #expect(whole.map(\.query) == ["b=c", "", "", ""])
        #expect(whole.map { String(decoding: $0.body, as: UTF8.self) } == ["", "hello", "abcde", ""])
        #expect(whole.map(\.wantsClose) == [false, true, false, true])
        let bytes = Array(Self.pipeline.utf8)
        for split in 0...bytes.count {
            var parser = HTTPRequestParser()
            var requests: [ServerRequest] = []
            for part in [bytes[..<split], bytes[split...]] {
                parser.push(part)
                while let request = try parser.next() { requests.append(request) }
            }
            #expect(requests == whole, "split at \(split)")
        }
    }

    @Test func asksForTheBodyOnce() throws {
        var parser = HTTPRequestParser()
        parser.push(Array("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n".utf8))
        let early = try parser.next()
        let asked = (parser.takeContinue(), parser.takeContinue())
        parser.push([0x41])
        let whole = try parser.next()
        #expect(early == nil && asked == (true, false) && whole?.body == [0x41])
    }

    @Test(arguments: [
        ("GET / HTTP/2\r\n\r\n", 505), ("get / HTTP/1.1\r\n\r\n", 400), ("GET x HTTP/1.1\r\n\r\n", 400),
        ("GET /\r\n\r\n", 400), ("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA b: c\r\n\r\n", 400), ("GET / HTTP/1.1\r\n: c\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nA: b\u{1}\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400), ("POST / HTTP/1.1\r\nContent-Length: 1e3\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
    ])
    func refuses(_ text: String, _ status: Int) {
        let error = #expect(throws: HTTPRequestError.self) { try Self.requests(text) }
        #expect(error?.status == status)
    }

    @Test func refusesEndlessHeads() {
        var parser = HTTPRequestParser()
        parser.push([UInt8](repeating: 0x41, count: HTTPRequestParser.maximumHeadBytes + 1))
        #expect(throws: HTTPRequestError.self) { try parser.next() }
    }

    @Test func survivesHostileInput() {
        var random = SeededGenerator(seed: 9112)
        let good = Array(Self.pipeline.utf8)
        for _ in 0..<4000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: .random(in: 0..<bytes.count, using: &random))
                default:
                    bytes.insert(.random(in: 0...255, using: &random), at: .random(in: 0..<bytes.count, using: &random))
                }
            }
            var parser = HTTPRequestParser()
            parser.push(bytes)
            var count = 0
            while let request = try? parser.next() {
                #expect(request.path.hasPrefix("/") && request.body.count <= bytes.count)
                count += 1
            }
            #expect(count <= 40)
        }
    }
}
