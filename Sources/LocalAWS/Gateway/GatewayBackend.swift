import AWSCore

/// What is behind the gateway: where APIs are kept, functions run and permissions are checked. Called by many
/// threads at a time.
protocol GatewayBackend: Sendable {
    /// What is deployed; `nil` when there is no such WebSocket API, or no such stage of it.
    /// - Parameter maximumAge: of an answer that was kept; `nil` for any.
    func api(_ apiId: String, stage: String, maximumAge: Duration?) -> DeployedAPI?

    /// Runs a function and waits for its answer.
    /// - Parameter function: its ARN.
    func invoke(_ function: String, _ event: [UInt8], timeout: Duration) -> Invocation

    /// Checks signature and permissions of a request to `@connections`.
    /// - Returns: `nil` for one that is allowed, or the refusal.
    func refusal(of request: ServerRequest) -> HTTPResponse?

    /// For the ARNs of routes.
    var region: String { get }
    var accountId: String { get }
}

/// What came of running a function.
enum Invocation: Sendable, Equatable {
    /// What it returned, and of how many bytes.
    case answered(JSONValue, size: Int)
    /// It threw, with this message, or returned what is no JSON.
    case failed(message: String?)
    /// It is not there, may not be run, or too many run already.
    case refused
    case timedOut

    /// What an integration is to return (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format).
    struct ProxyAnswer: Sendable, Equatable {
        var statusCode: Int
        var body: String?
        var headers: [String: JSONValue]
    }

    /// `nil` where the function returned something else: API Gateway calls that malformed.
    var proxyAnswer: ProxyAnswer? {
        guard case .answered(let answer, _) = self, let code = answer["statusCode"] else { return nil }
        guard let status = code.intValue ?? code.stringValue.flatMap({ Int64($0) }) else { return nil }
        return ProxyAnswer(
            statusCode: Int(clamping: status),
            body: answer["body"]?.stringValue,
            headers: answer["headers"]?.objectValue ?? [:]
        )
    }
}
