/// A request that HTTP/1.1 has no words for, or that would say something else than it means.
public struct HTTPEncodingError: Error, Sendable, Equatable, CustomStringConvertible {
    public var detail: String
    public var description: String { detail }
}

extension HTTPRequest {
    /// The request in HTTP/1.1 (RFC 9112), with `Host` and `Content-Length` added. A control character in the
    /// method, the target or a field is refused: it could begin another field or another request.
    public func encodedHTTP1() throws(HTTPEncodingError) -> [UInt8] {
        let target = target
        guard !method.isEmpty, method.utf8.allSatisfy(isTokenByte) else {
            throw HTTPEncodingError(detail: "the method is not a token")
        }
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw HTTPEncodingError(detail: "the path is not percent-encoded")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024 + body.count)
        bytes += method.utf8
        bytes.append(0x20)
        bytes += target.utf8
        bytes += " HTTP/1.1\r\n".utf8
        if headers["Host"] == nil { try Self.append("Host", endpoint.authority, to: &bytes) }
        for field in headers.fields { try Self.append(field.name, field.value, to: &bytes) }
        guard headers["Transfer-Encoding"] == nil else {
            throw HTTPEncodingError(detail: "a transfer coding is the transport's to choose")
        }
        let length = String(body.count)
        if let given = headers["Content-Length"] {
            guard given == length, headers.values(of: "Content-Length").count == 1 else {
                throw HTTPEncodingError(detail: "Content-Length is not the body's length")
            }
        } else if !body.isEmpty || !["GET", "HEAD", "DELETE", "OPTIONS"].contains(method) {
            try Self.append("Content-Length", length, to: &bytes)
        }
        bytes += "\r\n".utf8
        bytes += body
        return bytes
    }

    private static func append(
        _ name: String,
        _ value: String,
        to bytes: inout [UInt8]
    ) throws(HTTPEncodingError) {
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
            throw HTTPEncodingError(detail: "a header field's name is not a token")
        }
        guard !value.utf8.contains(where: isForbiddenInValue) else {
            throw HTTPEncodingError(detail: "the header field \(name) has a control character")
        }
        bytes += name.utf8
        bytes += ": ".utf8
        bytes += value.utf8
        bytes += "\r\n".utf8
    }
}
