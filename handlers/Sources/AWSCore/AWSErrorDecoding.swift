extension AWSError {
    /// Reads the error in a refused answer, in whichever of the AWS protocols it is written: JSON 1.0 and 1.1,
    /// REST-JSON, Query, EC2 and REST-XML (https://smithy.io/2.0/aws/protocols/). An answer without a code has
    /// its status for one.
    public init(_ response: HTTPResponse, operation: String) {
        var code: String?
        var message: String?
        var requestId = Self.requestIdHeaders.lazy.compactMap { response.headers[$0] }.first { !$0.isEmpty }

        switch response.body.first(where: { !Self.isSpace($0) }) {
        case UInt8(ascii: "{"):
            if let document = try? JSONValue.parse(response.body) {
                code = document["__type"]?.stringValue ?? document["code"]?.stringValue ?? document["Code"]?.stringValue
                message =
                    document["message"]?.stringValue ?? document["Message"]?.stringValue
                    ?? document["errorMessage"]?.stringValue
            }
        case UInt8(ascii: "<"):
            let document = XMLErrorDocument(response.body)
            code = document.code
            message = document.message
            requestId = requestId ?? document.requestId
        default: break
        }
        if let header = response.headers["x-amzn-ErrorType"], !header.isEmpty { code = header }
        let bare = code.map(Self.bareCode).flatMap { $0.isEmpty ? nil : $0 }
        self.init(
            code: bare ?? String(response.status),
            message: message ?? Self.excerpt(of: response),
            status: response.status,
            operation: operation,
            requestId: requestId,
            body: response.body
        )
    }

    private static let requestIdHeaders = [
        "x-amzn-RequestId", "x-amzn-request-id", "x-amz-request-id", "apigw-requestid",
    ]

    /// `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException:http://…` without what is around the name.
    static func bareCode(_ code: String) -> String {
        let beforeColon = code.prefix { $0 != ":" }
        return String(beforeColon.split(separator: "#", omittingEmptySubsequences: false).last ?? "")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// What a proxy or a load balancer wrote instead of an error, cut to a line that fits a log.
    private static func excerpt(of response: HTTPResponse) -> String {
        let text = String(decoding: response.body.prefix(300), as: UTF8.self)
        let line = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        return line.isEmpty ? "HTTP status \(response.status)" : line
    }
}

/// How long the service asks to be left alone: `x-amz-retry-after` in milliseconds, `Retry-After` in seconds
/// or as a date (RFC 9110 §10.2.3).
func requestedWait(_ headers: HTTPHeaders, now: Timestamp) -> Duration? {
    let longest: Int64 = 1_000_000_000
    if let value = headers["x-amz-retry-after"].flatMap({ Int64($0) }), value >= 0 {
        return .milliseconds(min(value, longest))
    }
    guard let value = headers["Retry-After"] else { return nil }
    if let seconds = Int64(value) { return seconds >= 0 ? .seconds(min(seconds, longest)) : nil }
    guard let date = Timestamp(httpDate: value) else { return nil }
    return max(.zero, now.duration(to: date))
}
