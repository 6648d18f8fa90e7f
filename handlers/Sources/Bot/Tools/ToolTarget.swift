import AWSCore
import BotContract

/// Where a tool's calls go. A call is on the wire when `begin` returns, so the calls of one round run together.
protocol ToolTarget {
    /// - Parameter deadline: nothing of the call outlasts it.
    func begin(_ payload: [UInt8], deadline: Timestamp) -> any PendingToolCall
}

protocol PendingToolCall {
    /// Waits for the answer.
    func answer() throws(ToolError) -> ToolAnswer
}

/// What a tool answered, perhaps cut.
struct ToolAnswer: Equatable {
    /// Bytes of an answer that a model gets to read; some 4,000 tokens.
    static let maximumBytes = 16 * 1024

    var body: [UInt8]
    /// Whether there was more.
    var isCut: Bool

    /// Reads no further than the limit.
    init(_ exchange: any HTTPExchange) throws(TransportError) {
        body = []
        isCut = false
        while let chunk = try exchange.next() {
            body += chunk
            if body.count > Self.maximumBytes {
                exchange.cancel()
                body.removeSubrange(Self.maximumBytes...)
                isCut = true
                return
            }
        }
    }
}

/// Why a call brought no answer.
struct ToolError: Error, Equatable {
    enum Kind: Equatable {
        /// The tool itself says so, or was not reached.
        case failed
        /// The call was on its way: whether the tool did something is not known.
        case unknown
    }

    var kind: Kind
    /// For the log: `status 500`, `transport.timeout`, a Lambda error's type. Nothing of the answer's text.
    var detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    init(_ error: TransportError) {
        switch error.kind {
        case .timeout, .reset, .truncated, .malformed, .cancelled:
            self.init(.unknown, TransportError.code(error.kind))
        case .resolve, .connect, .tls: self.init(.failed, TransportError.code(error.kind))
        }
    }

    init(_ error: AWSError) {
        if error.code.hasPrefix("transport."),
            let kind = TransportError.Kind(rawValue: String(error.code.dropFirst(10)))
        {
            self.init(TransportError(kind, peer: "", detail: ""))
        } else {
            self.init(error.status >= 500 ? .unknown : .failed, error.code)
        }
    }
}

/// A call that could not be begun.
struct FailedToolCall: PendingToolCall {
    var error: ToolError
    func answer() throws(ToolError) -> ToolAnswer { throw error }
}

/// Calls a Lambda function and waits for what it returns
/// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
struct LambdaTarget: ToolTarget {
    private let context: BotContext
    private let call: AWSCall

    /// - Parameter isRepeatable: whether the function may be asked again when an answer was lost.
    init(arn: String, isRepeatable: Bool, _ context: BotContext) throws(InitError) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, parts[0] == "arn", parts[2] == "lambda", parts[5] == "function" else {
            throw InitError("\(arn) is not the ARN of a Lambda function")
        }
        let region = String(parts[3])
        self.context = context
        call = AWSCall(
            service: "lambda",
            region: region,
            operation: "lambda.Invoke",
            request: HTTPRequest(
                method: "POST",
                endpoint: .aws(service: "lambda", region: region, environment: context.environment.variables),
                path: "/2015-03-31/functions/\(percentEncode(arn))/invocations",
                headers: ["Content-Type": "application/json", "X-Amz-Invocation-Type": "RequestResponse"]
            ),
            retry: isRepeatable ? nil : RetryPolicy.none
        )
    }

    func begin(_ payload: [UInt8], deadline: Timestamp) -> any PendingToolCall {
        var call = call
        call.request.body = payload
        call.timeout = context.clock.now().duration(to: deadline)
        do throws(AWSError) {
            return Pending(call: try context.aws.begin(call, deadline: deadline))
        } catch {
            return FailedToolCall(error: ToolError(error))
        }
    }

    private struct Pending: PendingToolCall {
        var call: PendingAWSCall

        func answer() throws(ToolError) -> ToolAnswer {
            let exchange: any HTTPExchange
            do throws(AWSError) {
                exchange = try call.stream()
            } catch {
                throw ToolError(error)
            }
            let hasFailed: Bool
            let answer: ToolAnswer
            do throws(TransportError) {
                hasFailed = try exchange.head().headers["X-Amz-Function-Error"] != nil
                answer = try ToolAnswer(exchange)
            } catch {
                throw ToolError(error)
            }
            guard hasFailed else { return answer }
            // What the function had done before it failed, it alone knows.
            let type = (try? JSONValue.parse(answer.body))?["errorType"]?.stringValue ?? "an error"
            throw ToolError(.unknown, "the function failed: \(type.prefix(100))")
        }
    }
}

/// Posts JSON to an https URL, certificate checked, no redirect followed.
struct WebTarget: ToolTarget {
    private let context: BotContext
    private let request: HTTPRequest
    private let secrets: [(name: String, parameter: ParameterSource)]

    init(url: String, headers: [BotConfiguration.Header], _ context: BotContext) throws(InitError) {
        guard var request = WebRequest.make("POST", url) else { throw InitError("\(url) is not an https URL") }
        request.headers["Content-Type"] = "application/json"
        var secrets: [(String, ParameterSource)] = []
        for header in headers {
            if let parameter = header.parameter {
                secrets.append((header.name, ParameterSource(parameter, context)))
            } else {
                request.headers[header.name] = header.value ?? ""
            }
        }
        self.context = context
        self.request = request
        self.secrets = secrets
    }

    func begin(_ payload: [UInt8], deadline: Timestamp) -> any PendingToolCall {
        var request = request
        request.body = payload
        for (name, parameter) in secrets {
            do throws(AWSError) {
                request.headers[name] = try parameter.value(deadline: deadline).trimmed
            } catch {
                return FailedToolCall(error: ToolError(.failed, "ssm.GetParameter \(parameter.name): \(error.code)"))
            }
        }
        let timeout = context.clock.now().duration(to: deadline)
        guard timeout > .zero else { return FailedToolCall(error: ToolError(.failed, "no time left")) }
        do throws(TransportError) {
            return Pending(exchange: try context.web.begin(request, timeout: timeout), secrets: secrets.map(\.1))
        } catch {
            return FailedToolCall(error: ToolError(error))
        }
    }

    private struct Pending: PendingToolCall {
        var exchange: any HTTPExchange
        var secrets: [ParameterSource]

        func answer() throws(ToolError) -> ToolAnswer {
            let status: Int
            let answer: ToolAnswer
            do throws(TransportError) {
                status = try exchange.head().status
                answer = try ToolAnswer(exchange)
            } catch {
                throw ToolError(error)
            }
            // A secret that was changed is not among the accepted ones any more.
            if status == 401 || status == 403 { secrets.forEach { $0.forget() } }
            guard (200..<300).contains(status) else {
                throw ToolError(status >= 500 ? .unknown : .failed, "status \(status)")
            }
            return answer
        }
    }
}
