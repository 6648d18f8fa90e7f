/// AWS Signature Version 4, in the steps that AWS documents
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
/// Each step is a value that can be looked at; `sign` puts them together.
public enum SigV4 {
    public static let algorithm = "AWS4-HMAC-SHA256"
    public static let unsignedPayload = "UNSIGNED-PAYLOAD"
    static let emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    public struct CanonicalRequest: Sendable, Equatable {
        public var text: String
        /// Lower-case names, sorted, joined by `;`.
        public var signedHeaders: String
    }

    /// When, where and for which service a signature holds.
    public struct Scope: Sendable, Equatable {
        /// `20150830T123600Z`
        public var dateTime: String
        public var region: String
        public var service: String

        public init(date: Timestamp, region: String, service: String) {
            dateTime = date.iso8601Basic
            self.region = region
            self.service = service
        }

        /// `20150830`
        public var day: String { String(dateTime.prefix(8)) }

        public var text: String { "\(day)/\(region)/\(service)/aws4_request" }
    }

    /// The request with `X-Amz-Date`, `X-Amz-Security-Token` where there is one, `X-Amz-Content-SHA256` for S3,
    /// and `Authorization`. Whatever of these it had is replaced, so a request can be signed again.
    ///
    /// A request that names its own `X-Amz-Content-SHA256` (`UNSIGNED-PAYLOAD`) keeps it.
    /// - Parameter keys: remembers signing keys, which are the same for a day.
    public static func sign(
        _ request: HTTPRequest,
        credentials: Credentials,
        region: String,
        service: String,
        date: Timestamp,
        keys: SigningKeyCache? = nil
    ) -> HTTPRequest {
        let scope = Scope(date: date, region: region, service: service)
        var signed = request
        signed.headers["Authorization"] = nil
        signed.headers["X-Amz-Date"] = scope.dateTime
        signed.headers["X-Amz-Security-Token"] = credentials.sessionToken

        var payloadHash = signed.headers["X-Amz-Content-SHA256"] ?? ""
        if payloadHash.isEmpty {
            payloadHash = request.body.isEmpty ? emptyPayloadHash : hexEncode(sha256(request.body))
            if service == "s3" { signed.headers["X-Amz-Content-SHA256"] = payloadHash }
        }
        let canonical = canonicalRequest(signed, service: service, payloadHash: payloadHash)
        let key =
            keys?.key(secret: credentials.secretAccessKey, scope: scope)
            ?? signingKey(secret: credentials.secretAccessKey, day: scope.day, region: region, service: service)
        let signature = signature(key: key, stringToSign: stringToSign(canonical, scope: scope))
        signed.headers["Authorization"] = authorization(
            accessKeyId: credentials.accessKeyId,
            scope: scope,
            signedHeaders: canonical.signedHeaders,
            signature: signature
        )
        return signed
    }

    /// Method, path, query, headers and payload hash in the one form that both sides agree on.
    public static func canonicalRequest(
        _ request: HTTPRequest,
        service: String,
        payloadHash: String
    ) -> CanonicalRequest {
        let headers = canonicalHeaders(request)
        var signedHeaders = ""
        var text = request.method.uppercased()
        text.reserveCapacity(1024)
        text += "\n"
        text += canonicalPath(request.fullPath, service: service)
        text += "\n"
        text += canonicalQuery(request.query)
        text += "\n"
        for (name, value) in headers {
            text += name
            text += ":"
            text += value
            text += "\n"
            if !signedHeaders.isEmpty { signedHeaders += ";" }
            signedHeaders += name
        }
        text += "\n"
        text += signedHeaders
        text += "\n"
        text += payloadHash
        return CanonicalRequest(text: text, signedHeaders: signedHeaders)
    }

    public static func stringToSign(_ request: CanonicalRequest, scope: Scope) -> String {
        "\(algorithm)\n\(scope.dateTime)\n\(scope.text)\n\(hexEncode(sha256(request.text)))"
    }

    /// - Parameter day: `20150830`.
    public static func signingKey(secret: String, day: String, region: String, service: String) -> [UInt8] {
        let date = hmacSHA256(key: Array("AWS4\(secret)".utf8), day)
        return hmacSHA256(key: hmacSHA256(key: hmacSHA256(key: date, region), service), "aws4_request")
    }

    public static func signature(key: [UInt8], stringToSign: String) -> String {
        hexEncode(hmacSHA256(key: key, stringToSign))
    }

    static func authorization(
        accessKeyId: String,
        scope: Scope,
        signedHeaders: String,
        signature: String
    ) -> String {
        "\(algorithm) Credential=\(accessKeyId)/\(scope.text), SignedHeaders=\(signedHeaders), Signature=\(signature)"
    }

    /// S3 signs the path as it is sent. Every other service signs it normalised (RFC 3986 §5.2.4, repeated
    /// slashes removed) and percent-encoded once more.
    public static func canonicalPath(_ path: String, service: String) -> String {
        if path.isEmpty { return "/" }
        if service == "s3" { return path }
        if path == "/" { return path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        let last = path.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        return percentEncode("/" + segments.joined(separator: "/") + last, allowSlash: true)
    }

    /// Sorted by encoded name, then by encoded value.
    public static func canonicalQuery(_ query: [HTTPRequest.QueryItem]) -> String {
        if query.isEmpty { return "" }
        return
            query
            .map { (name: percentEncode($0.name), value: percentEncode($0.value)) }
            .sorted { $0.name == $1.name ? $0.value < $1.value : $0.name < $1.name }
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    /// Names in lower case and sorted, values trimmed, with inner runs of white space as one space; repeated
    /// fields joined by commas in their order; `host` added.
    static func canonicalHeaders(_ request: HTTPRequest) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        headers.reserveCapacity(request.headers.fields.count + 1)
        for field in request.headers.fields {
            let name = lowercasedASCII(field.name)
            guard !unsignedHeaders.contains(name) else { continue }
            let value = foldedValue(field.value)
            if let position = headers.firstIndex(where: { $0.name == name }) {
                headers[position].value += ",\(value)"
            } else {
                headers.append((name, value))
            }
        }
        if !headers.contains(where: { $0.name == "host" }) {
            headers.append(("host", request.endpoint.authority))
        }
        return headers.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// What proxies and HTTP clients change on the way, which would break the signature: botocore's list.
    private static let unsignedHeaders: Set<String> = [
        "authorization", "connection", "expect", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
        "trailer", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
    ]

    private static func lowercasedASCII(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x41 || $0 > 0x5A }) { return text }
        return String(decoding: text.utf8.lazy.map(AWSCore.lowercasedASCII), as: UTF8.self)
    }

    private static func foldedValue(_ value: String) -> String {
        var folded: [UInt8] = []
        folded.reserveCapacity(value.utf8.count)
        var pendingSpace = false
        for byte in value.utf8 {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                pendingSpace = !folded.isEmpty
            } else {
                if pendingSpace { folded.append(0x20) }
                pendingSpace = false
                folded.append(byte)
            }
        }
        return String(decoding: folded, as: UTF8.self)
    }
}

/// Signing keys by day, region, service and secret. Belongs to one thread.
public final class SigningKeyCache {
    private struct Name: Hashable {
        var day: String
        var region: String
        var service: String
        var secretHash: [UInt8]
    }

    /// More than the services that one program signs for in a day.
    private static let capacity = 64
    private var keys: [Name: [UInt8]] = [:]

    public init() {}

    func key(secret: String, scope: SigV4.Scope) -> [UInt8] {
        let name = Name(
            day: scope.day,
            region: scope.region,
            service: scope.service,
            secretHash: sha256(secret)
        )
        if let known = keys[name] { return known }
        if keys.count >= Self.capacity { keys.removeAll(keepingCapacity: true) }
        let key = SigV4.signingKey(secret: secret, day: scope.day, region: scope.region, service: scope.service)
        keys[name] = key
        return key
    }
}
