import AWSCore
import Testing

struct HTTPRequestEncodingTests {
    private static func request(
        method: String = "POST",
        path: String = "/",
        query: [HTTPRequest.QueryItem] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = []
    ) -> HTTPRequest {
        HTTPRequest(
            method: method,
            endpoint: Endpoint(scheme: .http, host: "h", port: 81),
            path: path,
            query: query,
            headers: headers,
            body: body
        )
    }

    @Test func saysHostAndLength() throws {
        let encoded = try Self.request(
            path: "/a%20b",
            query: [.init("k", "\r\n v")],
            headers: ["X": "é"],
            body: [0x61]
        ).encodedHTTP1()
        #expect(
            String(decoding: encoded, as: UTF8.self)
                == "POST /a%20b?k=%0D%0A%20v HTTP/1.1\r\nHost: h:81\r\nX: é\r\nContent-Length: 1\r\n\r\na"
        )
        let get = try Self.request(method: "GET", headers: ["Host": "other"]).encodedHTTP1()
        #expect(String(decoding: get, as: UTF8.self) == "GET / HTTP/1.1\r\nHost: other\r\n\r\n")
        let empty = try Self.request().encodedHTTP1()
        #expect(String(decoding: empty, as: UTF8.self).contains("\r\nContent-Length: 0\r\n"))
    }

    @Test(arguments: [
        Self.request(method: "GET /x HTTP/1.1\r\nHost: evil\r\n\r\nGET"), Self.request(method: ""),
        Self.request(path: "/a b"), Self.request(path: "/a\r\nX: y"), Self.request(path: "/é"),
        Self.request(path: "/\u{0}"), Self.request(headers: ["X": "a\r\nY: b"]), Self.request(headers: ["X": "a\nb"]),
        Self.request(headers: ["X": "a\u{0}"]), Self.request(headers: ["X\r\nY": "a"]),
        Self.request(headers: ["": "a"]),
        Self.request(headers: ["X:": "a"]), Self.request(headers: ["Content-Length": "5"]),
        Self.request(headers: ["Transfer-Encoding": "chunked"]), Self.request(headers: ["Host": "a\r\nb"]),
    ])
    func refusesWhatWouldSaySomethingElse(_ request: HTTPRequest) {
        #expect(throws: HTTPEncodingError.self) { try request.encodedHTTP1() }
    }
}
