/// One call of an AWS API, before it is signed.
public struct AWSCall: Sendable {
    /// The signing name: `dynamodb`, `execute-api`, `bedrock`, `s3`, …
    public var service: String
    public var region: String
    public var request: HTTPRequest
    /// For errors and logs: `dynamodb.PutItem`.
    public var operation: String
    /// For one attempt, from its first byte sent to its last byte received.
    public var timeout: Duration
    /// `nil` for the client's own. A call that must not be made twice has none.
    public var retry: RetryPolicy?

    public init(
        service: String,
        region: String,
        operation: String,
        request: HTTPRequest,
        timeout: Duration = .seconds(30),
        retry: RetryPolicy? = nil
    ) {
        self.service = service
        self.region = region
        self.operation = operation
        self.request = request
        self.timeout = timeout
        self.retry = retry
    }
}

/// What an AWS API, or the way to it, refused.
public struct AWSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The service's error code (`ThrottlingException`, `ValidationError`, …) or, when no complete answer
    /// came, `transport.` and the kind.
    public var code: String
    public var message: String
    /// 0 when no complete answer came.
    public var status: Int
    public var operation: String
    public var requestId: String?
    /// The answer's body, for callers that read more of it than code and message.
    public var body: [UInt8]

    public init(
        code: String,
        message: String,
        status: Int,
        operation: String,
        requestId: String? = nil,
        body: [UInt8] = []
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.operation = operation
        self.requestId = requestId
        self.body = body
    }

    public init(_ error: TransportError, operation: String) {
        self.init(
            code: "transport.\(error.kind.rawValue)",
            message: error.description,
            status: 0,
            operation: operation
        )
    }

    public var description: String {
        "\(operation): \(code): \(message)" + (requestId.map { " (request \($0))" } ?? "")
    }
}
