package import AWSCore
import Synchronization

/// Bedrock Runtime on 127.0.0.1: Converse and ConverseStream on the real wire, answered offline from the rules
/// in the request's system prompt, and InvokeModel for embeddings.
package final class BedrockStandIn: Sendable {
    /// What goes wrong with one request, for tests and for trying out how a bot behaves.
    package enum Fault: Sendable, Equatable {
        /// 429 ThrottlingException.
        case throttle
        /// 500 InternalServerException.
        case serverError
        /// A streamed answer breaks after this many events; an unstreamed one before its first byte.
        case reset(afterEvents: Int)
        /// A streamed answer goes on with an exception after this many events, inside its 200; an unstreamed one
        /// is the error that the exception stands for.
        case exception(afterEvents: Int)
        /// A streamed answer stops after this many events, with the connection open; 0 sends not even a head.
        case hang(afterEvents: Int)
        /// What follows this many events is no event stream; of an unstreamed answer, no JSON.
        case garbage(afterEvents: Int)
        /// Waits before the first byte, and before each event.
        case slow(Duration)
        /// Waits before the first byte.
        case late(Duration)
    }

    /// Who answers.
    package enum Backend: Sendable {
        /// What the stand-in checks as Bedrock does, and puts on its wire.
        case model(any ConverseModel)
        /// Bedrock itself, which does its own checks; requests are signed anew, answers passed on as they are.
        case bedrock(BedrockForwarder)
    }

    package struct Options: Sendable {
        /// 0 takes a free one.
        package var port: Int
        /// Asked once for each valid request, in the order of their arrival.
        package var fault: @Sendable (ConverseRequest) -> Fault?
        /// Waits before each event, for an answer that appears as a model's does.
        package var pace: Duration
        package var pause: @Sendable (Duration) -> Void
        /// Embeds with a real model; `nil` with hashed parts of words.
        package var embeddings: EmbeddingBridge?
        package var backend: Backend
        /// Milliseconds since any fixed moment; for `latencyMs`.
        package var uptime: @Sendable () -> Int64
        /// One call for each request, after its answer: the operation, the model, the answer's status.
        package var log: @Sendable (_ operation: String, _ modelId: String, _ status: Int) -> Void
        /// Told of every valid Converse request, on the thread that answers it.
        package var observe: (@Sendable (ModelCall) -> Void)?

        package init(
            port: Int = 0,
            fault: @escaping @Sendable (ConverseRequest) -> Fault? = { _ in nil },
            pace: Duration = .zero,
            pause: @escaping @Sendable (Duration) -> Void = { SystemClock().sleep($0) },
            embeddings: EmbeddingBridge? = nil,
            backend: Backend = .model(OfflineModel()),
            uptime: @escaping @Sendable () -> Int64 = { SystemClock().now().milliseconds },
            log: @escaping @Sendable (_ operation: String, _ modelId: String, _ status: Int) -> Void = { _, _, _ in },
            observe: (@Sendable (ModelCall) -> Void)? = nil
        ) {
            self.port = port
            self.fault = fault
            self.pace = pace
            self.pause = pause
            self.embeddings = embeddings
            self.backend = backend
            self.uptime = uptime
            self.log = log
            self.observe = observe
        }
    }

    private let server: LoopbackServer

    package var endpoint: Endpoint { Endpoint(scheme: .http, host: "127.0.0.1", port: server.port) }
    package var url: String { "http://127.0.0.1:\(server.port)" }

    package static func start(_ options: Options = Options()) throws(LocalAWSError) -> BedrockStandIn {
        let service = BedrockService(options)
        return BedrockStandIn(try LoopbackServer.start(port: options.port) { service.serve($0, $1) })
    }

    private init(_ server: LoopbackServer) { self.server = server }

    /// Breaks running answers and frees the port.
    package func stop() { server.stop() }
}

/// Routes a request, checks it and writes its answer.
private final class BedrockService: Sendable {
    private let options: BedrockStandIn.Options
    private let requestCount = Mutex(0)

    init(_ options: BedrockStandIn.Options) { self.options = options }

    func serve(_ request: ServerRequest, _ writer: ResponseWriter) {
        let requestId = nextRequestId()
        var observed: ObservedCall?
        do throws(BedrockFailure) {
            // A bridge for embeddings wins: it was asked for by name.
            let isBridged = options.embeddings != nil && Self.route(request.path)?.operation == .invokeModel
            if case .bedrock(let forwarder) = options.backend, request.method == "POST", !isBridged {
                try forward(request, to: forwarder, requestId: requestId, writer)
                return
            }
            guard let (modelId, operation) = Self.route(request.path) else {
                throw BedrockFailure(status: 404, type: "UnknownOperationException", message: "Unknown operation")
            }
            guard request.method == "POST" else {
                throw BedrockFailure(status: 405, type: "UnknownOperationException", message: "Use POST")
            }
            try Self.checkAuthorization(request.headers["Authorization"])
            if operation == .invokeModel {
                let status = try embed(modelId, request.body, requestId: requestId, writer)
                options.log(operation.rawValue, modelId, status)
                return
            }
            guard case .model(let model) = options.backend else {
                throw BedrockFailure(status: 405, type: "UnknownOperationException", message: "Use POST")
            }
            let isStreamed = operation == .converseStream
            let converse = try ConverseRequest(modelId: modelId, isStreamed: isStreamed, body: request.body)
            observed = options.observe.map { ObservedCall(converse, requestId: requestId, tell: $0) }
            let status = try answer(converse, by: model, requestId: requestId, observed, writer)
            observed?.end(status: status)
            options.log(operation.rawValue, modelId, status)
        } catch {
            observed?.end(status: error.status, failure: error.type)
            writer.send(error.response(requestId: requestId))
            options.log(error.type, Self.route(request.path)?.modelId ?? "", error.status)
        }
    }

    private func embed(
        _ modelId: String,
        _ body: [UInt8],
        requestId: String,
        _ writer: ResponseWriter
    ) throws(BedrockFailure) -> Int {
        let reply = try EmbeddingReply(modelId: modelId, body: body)
        let vectors =
            try options.embeddings?.vectors(of: reply.texts)
            ?? reply.texts.map { OfflineEmbedder.vector(of: $0, dimensions: reply.dimensions) }
        let headers: HTTPHeaders = [
            "Content-Type": "application/json", "x-amzn-RequestId": requestId,
            "X-Amzn-Bedrock-Input-Token-Count": String(reply.tokens),
        ]
        writer.send(HTTPResponse(status: 200, headers: headers, body: reply.body(vectors)))
        return 200
    }

    /// The status; 0 for a broken answer.
    private func answer(
        _ request: ConverseRequest,
        by model: any ConverseModel,
        requestId: String,
        _ observed: ObservedCall?,
        _ writer: ResponseWriter
    ) throws(BedrockFailure) -> Int {
        let start = options.uptime()
        let (pace, broken) = try meet(options.fault(request))
        let latency = { self.options.uptime() - start }
        guard request.isStreamed else {
            let headers: HTTPHeaders = ["Content-Type": "application/json", "x-amzn-RequestId": requestId]
            if let broken { return try broken.breakage.unstreamed(headers, writer) }
            var body = ReplyBody()
            let end = try model.answer(request, isWanted: writer.isWanted) { part in
                observed?.take(part)
                body.take(part)
            }
            let bytes = try body.encoded(end, latencyMs: latency())
            writer.send(HTTPResponse(status: 200, headers: headers, body: bytes))
            return 200
        }
        if let broken, broken.afterEvents == 0, broken.breakage == .hang {
            writer.hang()
            return 0
        }
        let stream = ReplyStream(writer, requestId: requestId, breakage: broken) { [options] in
            if pace > .zero { options.pause(pace) }
        }
        do throws(BedrockFailure) {
            let end = try model.answer(request, isWanted: writer.isWanted) { part in
                stream.take(part)
                if writer.isConnected { observed?.take(part) }
            }
            stream.end(end, latencyMs: latency())
        } catch {
            return stream.fail(error)
        }
        return writer.isConnected ? 200 : 0
    }

    /// What the fault leaves of an answer: the wait before its words, and where it breaks.
    private func meet(
        _ fault: BedrockStandIn.Fault?
    ) throws(BedrockFailure) -> (pace: Duration, broken: (afterEvents: Int, breakage: Breakage)?) {
        switch fault {
        case .throttle: throw .throttled
        case .serverError: throw .internalError
        case .reset(let events): return (options.pace, (events, .reset))
        case .exception(let events): return (options.pace, (events, .exception))
        case .hang(let events): return (options.pace, (events, .hang))
        case .garbage(let events): return (options.pace, (events, .garbage))
        case .slow(let delay):
            options.pause(delay)
            return (options.pace + delay, nil)
        case .late(let delay):
            options.pause(delay)
            return (options.pace, nil)
        case nil: return (options.pace, nil)
        }
    }

    /// To Bedrock and back, with the fault that this request meets. One that comes before the first byte costs
    /// nothing: Bedrock is not asked.
    private func forward(
        _ request: ServerRequest,
        to bedrock: BedrockForwarder,
        requestId: String,
        _ writer: ResponseWriter
    ) throws(BedrockFailure) {
        let route = Self.route(request.path)
        let operation = route?.operation
        var broken: (afterEvents: Int, breakage: Breakage)?
        if let route, operation == .converse || operation == .converseStream {
            let asked = ConverseRequest(
                unchecked: request.body,
                modelId: route.modelId,
                isStreamed: operation == .converseStream
            )
            broken = try meet(options.fault(asked)).broken
        }
        if let broken, operation == .converse {
            options.log("Converse", route?.modelId ?? "", try broken.breakage.unstreamed([:], writer))
            return
        }
        if let broken, broken.afterEvents == 0, broken.breakage == .hang { return writer.hang() }
        let answer = try bedrock.begin(request, isWanted: writer.isWanted)
        answer.pass(on: writer, broken: broken)
        options.log(operation?.rawValue ?? request.path, route?.modelId ?? "", answer.head.status)
    }

    private enum Operation: String {
        case converse = "Converse"
        case converseStream = "ConverseStream"
        case invokeModel = "InvokeModel"
    }

    private static let operations: [Substring: Operation] = [
        "converse": .converse, "converse-stream": .converseStream, "invoke": .invokeModel,
    ]

    /// `/model/{modelId}/{operation}`, the id percent-encoded: an ARN has a slash.
    private static func route(_ path: String) -> (modelId: String, operation: Operation)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].isEmpty, parts[1] == "model",
            let operation = parts.last.flatMap({ operations[$0] }),
            let modelId = percentDecode(parts[2..<(parts.count - 1)].joined(separator: "/"))
        else { return nil }
        return (modelId, operation)
    }

    /// The signature cannot be checked without the caller's secret, its shape and scope can.
    private static func checkAuthorization(_ value: String?) throws(BedrockFailure) {
        guard let value, !value.isEmpty else {
            throw BedrockFailure(
                status: 403,
                type: "MissingAuthenticationTokenException",
                message: "Missing Authentication Token"
            )
        }
        if value.hasPrefix("Bearer "), value.count > 7 { return }
        guard value.hasPrefix("AWS4-HMAC-SHA256 "), value.contains("SignedHeaders="), value.contains("Signature=")
        else {
            throw BedrockFailure(
                status: 403,
                type: "IncompleteSignatureException",
                message: "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters."
            )
        }
        guard value.contains("/bedrock/aws4_request") else {
            throw BedrockFailure(
                status: 403,
                type: "InvalidSignatureException",
                message: "Credential should be scoped to correct service: 'bedrock'."
            )
        }
    }

    /// A UUID whose end counts, so that runs are repeatable.
    private func nextRequestId() -> String {
        let count = requestCount.withLock { count in
            count += 1
            return count
        }
        let digits = String(count, radix: 16)
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
