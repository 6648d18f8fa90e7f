public import AWSCore

/// One event to be served, as the Runtime API hands it out
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next).
public struct Invocation: Sendable, Equatable {
    public var requestId: String
    /// When Lambda ends the invocation, whatever it is doing.
    public var deadline: Timestamp
    public var functionARN: String
    public var traceId: String?
    public var payload: [UInt8]

    public init(
        requestId: String,
        deadline: Timestamp,
        functionARN: String = "",
        traceId: String? = nil,
        payload: [UInt8]
    ) {
        self.requestId = requestId
        self.deadline = deadline
        self.functionARN = functionARN
        self.traceId = traceId
        self.payload = payload
    }

    public func json() throws(JSONError) -> JSONValue { try JSONValue.parse(payload) }

    init(_ response: HTTPResponse) throws(LambdaRuntimeError) {
        guard let requestId = response.headers["Lambda-Runtime-Aws-Request-Id"], !requestId.isEmpty else {
            throw LambdaRuntimeError(detail: "an invocation has no request id")
        }
        guard let deadline = response.headers["Lambda-Runtime-Deadline-Ms"].flatMap({ Int64($0) }) else {
            throw LambdaRuntimeError(detail: "invocation \(requestId) has no deadline")
        }
        self.init(
            requestId: requestId,
            deadline: Timestamp(milliseconds: deadline),
            functionARN: response.headers["Lambda-Runtime-Invoked-Function-Arn"] ?? "",
            traceId: response.headers["Lambda-Runtime-Trace-Id"].flatMap { $0.isEmpty ? nil : $0 },
            payload: response.body
        )
    }
}

/// The Runtime API cannot be spoken with any more: the process is of no use and must end.
public struct LambdaRuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
    public var detail: String
    public init(detail: String) { self.detail = detail }
    public var description: String { "Lambda Runtime API: \(detail)" }
}
