import AWSCore

/// What sources of credentials work with: the files, the environment, and calls that need no session.
final class CredentialsCalls {
    let options: SessionOptions
    let config: SharedConfig
    /// Of STS; the region of a sign-in is its own.
    let region: String
    let transport: any HTTPTransport
    /// For the metadata services of the machine itself: never through a proxy.
    private(set) lazy var metadataTransport: any HTTPTransport =
        options.transport
        ?? CurlTransport(settings: CurlSettings(connectTimeout: .seconds(2)), isCancelled: options.isCancelled)
    private let retry: RetryPolicy

    init(
        options: SessionOptions,
        config: SharedConfig,
        region: String,
        transport: any HTTPTransport,
        retry: RetryPolicy
    ) {
        self.options = options
        self.config = config
        self.region = region
        self.transport = transport
        self.retry = retry
    }

    var clock: any WallClock { options.clock }

    /// A variable of the environment; `nil` where it is empty.
    func variable(_ name: String) -> String? { options.environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// `--endpoint-url` is for what botctl itself calls; what leads to credentials goes where the environment and
    /// the files say, as with the AWS CLI.
    func endpoint(_ service: String, region: String? = nil) throws(SessionError) -> Endpoint {
        var options = options
        options.endpointURL = nil
        return try ServiceEndpoints(options, config, region: self.region).endpoint(service, region: region)
    }

    /// A text file that the environment or the configuration names.
    func text(ofFile path: String, what: String) throws(SessionError) -> String {
        let bytes: [UInt8]?
        do {
            bytes = try options.readFile(path)
        } catch {
            throw SessionError(.unreadableFile, "\(what): \(path) cannot be read: \(error)", nextStep: "check the file")
        }
        guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw SessionError(
                .unreadableFile,
                bytes == nil ? "\(what): there is no file \(path)" : "\(what): \(path) is not text",
                nextStep: "correct the path, or whatever writes the file"
            )
        }
        return text
    }

    /// An AWS Query call of STS.
    /// - Parameter signer: `nil` sends it without a signature, for actions that need none.
    func sts(_ form: QueryForm, signer: Credentials?) throws(CallFailure) -> XMLElement {
        let endpoint: Endpoint
        do throws(SessionError) {
            endpoint = try self.endpoint("sts")
        } catch {
            throw .settings(error)
        }
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint,
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: form.encoded
        )
        let operation = "sts.\(form.action)"
        let response = try send(request, operation: operation, signer: signer)
        guard let root = try? XMLParser.parse(response.body), let result = root.first("\(form.action)Result") else {
            throw .call(
                AWSError(
                    code: "client.unreadableAnswer",
                    message: "the answer is not an XML document with \(form.action)Result",
                    status: response.status,
                    operation: operation
                )
            )
        }
        return result
    }

    /// Sends a request, tries again as the session's calls are, and answers with 2xx.
    func send(
        _ request: HTTPRequest,
        operation: String,
        signer: Credentials? = nil
    ) throws(CallFailure) -> HTTPResponse {
        do throws(AWSError) {
            guard let signer else { return try sendUnsigned(request, operation: operation) }
            let client = AWSClient(
                transport: transport,
                credentials: StaticCredentials(signer),
                clock: clock,
                retry: retry,
                random: options.random,
                log: options.log
            )
            return try client.send(
                AWSCall(service: "sts", region: region, operation: operation, request: request)
            )
        } catch {
            throw .call(error)
        }
    }

    private func sendUnsigned(_ request: HTTPRequest, operation: String) throws(AWSError) -> HTTPResponse {
        var attempt = 1
        while true {
            let error: AWSError
            do throws(TransportError) {
                let response = try transport.send(request, timeout: .seconds(30))
                if (200..<300).contains(response.status) { return response }
                error = AWSError(response, operation: operation)
            } catch let failure {
                error = AWSError(failure, operation: operation)
            }
            guard case .retry(let wait) = retry.decide(error: error, attempt: attempt, random: options.random) else {
                throw error
            }
            if wait > .zero { clock.sleep(wait) }
            attempt += 1
        }
    }
}

/// Why a call on the way to credentials failed.
enum CallFailure: Error {
    case settings(SessionError)
    case call(AWSError)

    /// - Parameters:
    ///   - doing: completes "cannot …".
    ///   - nextStep: where the service refuses.
    func error(_ doing: String, nextStep: String) -> SessionError {
        switch self {
        case .settings(let error): return error
        case .call(let error) where error.code == "transport.cancelled":
            return .interrupted
        case .call(let error) where error.status == 0:
            return SessionError(
                .unreachableCredentials,
                "cannot \(doing): \(error.message)",
                nextStep: "check the network, the region, the proxy and AWS_ENDPOINT_URL"
            )
        case .call(let error):
            return SessionError(
                error.code == "client.unreadableAnswer" ? .unreadableCredentials : .refusedCredentials,
                "cannot \(doing): \(error.code): \(error.message)",
                nextStep: error.accessProblem.map { $0 == .denied ? nextStep : $0.nextStep } ?? nextStep
            )
        }
    }

    /// One clause.
    var reason: String {
        switch self {
        case .settings(let error): error.message
        case .call(let error): "\(error.code): \(error.message)"
        }
    }

    var serviceError: AWSError? { if case .call(let error) = self { error } else { nil } }
}
