public import AWSCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a handler is made from: the effects of a function's process.
public struct LambdaContext {
    public var environment: [String: String]
    public var clock: any WallClock
    public var log: Logger

    public init(environment: [String: String], clock: any WallClock, log: Logger) {
        self.environment = environment
        self.clock = clock
        self.log = log
    }
}

/// Takes events from Lambda's Runtime API and posts what the handler makes of them, one after the other
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html).
public struct LambdaRuntime {
    public typealias Handler = (Invocation) throws -> [UInt8]

    private let endpoint: Endpoint
    private let transport: any HTTPTransport
    private let log: Logger
    private let process: ProcessEffects

    /// What the loop does to the process it runs in.
    public struct ProcessEffects {
        /// Sets `_X_AMZN_TRACE_ID`, or unsets it.
        public var setTraceId: (String?) -> Void
        /// While waiting for an event, a request to stop ends the process; while serving one, it waits.
        public var allowTermination: (Bool) -> Void

        public init(setTraceId: @escaping (String?) -> Void, allowTermination: @escaping (Bool) -> Void) {
            self.setTraceId = setTraceId
            self.allowTermination = allowTermination
        }
    }

    /// - Parameter api: the value of `AWS_LAMBDA_RUNTIME_API`: `host:port`.
    public init(
        api: String,
        transport: any HTTPTransport,
        log: Logger,
        process: ProcessEffects
    ) throws(LambdaRuntimeError) {
        guard let endpoint = Endpoint(url: "http://\(api)") else {
            throw LambdaRuntimeError(detail: "AWS_LAMBDA_RUNTIME_API is '\(api)', which is no host and port")
        }
        self.endpoint = endpoint
        self.transport = transport
        self.log = log
        self.process = process
    }

    /// Serves events until the Runtime API fails for good.
    public func run(handler: Handler) throws(LambdaRuntimeError) -> Never {
        while true { try serveOne(handler) }
    }

    /// Waits for one event, serves it and posts the outcome.
    public func serveOne(_ handler: Handler) throws(LambdaRuntimeError) {
        process.allowTermination(true)
        let event = try send("GET", "invocation/next", timeout: Self.unlimited)
        process.allowTermination(false)
        guard event.status == 200 else {
            throw LambdaRuntimeError(detail: "the next event was refused with status \(event.status)")
        }
        let invocation = try Invocation(event)
        let path = "invocation/\(percentEncode(invocation.requestId))"
        process.setTraceId(invocation.traceId)
        log.requestId = invocation.requestId
        defer { log.requestId = nil }

        let result: [UInt8]
        do {
            result = try handler(invocation)
        } catch {
            log.error("the invocation failed", ["error": .string(String(describing: error))])
            try post("\(path)/error", FunctionFailure(error))
            return
        }
        let answer = try send("POST", "\(path)/response", body: result)
        if answer.status == 413 {
            log.error("the response is too large", ["bytes": .int(Int64(result.count))])
            try post(
                "\(path)/error",
                FunctionFailure(
                    type: "Runtime.ResponseSizeTooLarge",
                    message: "the response of \(result.count) bytes exceeds what Lambda accepts"
                )
            )
        } else {
            try check(answer, "the response")
        }
    }

    /// Reports that the function cannot start, which ends the environment.
    public func reportInitializationFailure(_ error: any Error) throws(LambdaRuntimeError) {
        try post("init/error", FunctionFailure(error))
    }

    private func post(_ path: String, _ failure: FunctionFailure) throws(LambdaRuntimeError) {
        let answer = try send(
            "POST",
            path,
            headers: [
                "Content-Type": "application/vnd.aws.lambda.error+json",
                "Lambda-Runtime-Function-Error-Type": failure.type,
            ],
            body: failure.document.encoded()
        )
        try check(answer, "an error report")
    }

    /// AWS documents 5xx as "container error: non-recoverable state, runtime should exit promptly"; of a 4xx
    /// the environment survives.
    private func check(_ answer: HTTPResponse, _ what: String) throws(LambdaRuntimeError) {
        guard answer.status < 500 else {
            throw LambdaRuntimeError(detail: "\(what) was refused with status \(answer.status)")
        }
        guard answer.status >= 300 else { return }
        log.error(
            "the Runtime API refused \(what)",
            ["status": .int(Int64(answer.status)), "body": .string(String(decoding: answer.body, as: UTF8.self))]
        )
    }

    private func send(
        _ method: String,
        _ path: String,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        timeout: Duration = Self.answerTimeout
    ) throws(LambdaRuntimeError) -> HTTPResponse {
        let request = HTTPRequest(
            method: method,
            endpoint: endpoint,
            path: "/2018-06-01/runtime/\(path)",
            headers: headers,
            body: body
        )
        do {
            return try transport.send(request, timeout: timeout)
        } catch {
            throw LambdaRuntimeError(detail: error.description)
        }
    }

    /// The environment is frozen while no event comes, for as long as Lambda likes.
    private static let unlimited: Duration = .seconds(100 * 365 * 86400)
    /// The API is on this machine.
    private static let answerTimeout: Duration = .seconds(60)
}

/// An error in the form that Lambda's console and its clients show.
struct FunctionFailure {
    /// Goes into a header field: printable ASCII only.
    var type: String
    var message: String

    init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    init(_ error: any Error) {
        let name = (error as? AWSError)?.code ?? String(describing: Swift.type(of: error))
        type = String(decoding: name.utf8.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
        message = String(describing: error)
    }

    var document: JSONValue {
        ["errorMessage": .string(message), "errorType": .string(type), "stackTrace": []]
    }
}
