import AWSCore

/// The role of an EC2 instance, from the instance metadata service, version 2
/// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html). Like the AWS CLI
/// it is content with version 1 where version 2 does not answer, unless that is disabled.
struct InstanceMetadataSource: CredentialsSource {
    var calls: CredentialsCalls

    private static let rolePath = "/latest/meta-data/iam/security-credentials/"
    /// Six hours, the longest.
    private static let tokenLifetime = "21600"

    var name: String { "EC2 instance metadata" }

    func selection() -> CredentialsSelection {
        isDisabled ? .notSelected("AWS_EC2_METADATA_DISABLED is true") : .unknown("the instance has a role")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        if isDisabled { return .none("AWS_EC2_METADATA_DISABLED is true") }
        let service = try service()
        switch try fetch(service) {
        case .success(let credentials):
            let source = self
            return .found(
                RefreshingCredentials(clock: calls.clock, held: credentials) { () throws(SessionError) -> Credentials in
                    switch try source.fetch(service) {
                    case .success(let credentials): return credentials
                    case .failure(let nothing):
                        throw SessionError(
                            .unreachableCredentials,
                            "the instance's credentials could not be renewed: \(nothing.reason)",
                            nextStep: "check the instance's role"
                        )
                    }
                }
            )
        case .failure(let nothing):
            return .none(nothing.reason)
        }
    }

    private var isDisabled: Bool { calls.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" }

    private struct Nothing: Error {
        var reason: String
    }

    private struct Service {
        var endpoint: Endpoint
        var timeout: Duration
        var attempts: Int
        var allowsVersion1: Bool
    }

    // MARK: Settings

    private func setting(_ variable: String, _ option: String) -> String? {
        calls.options.environment[variable] ?? calls.config.setting(option)
    }

    private func service() throws(SessionError) -> Service {
        let isIPv6: Bool
        switch setting("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")?.lowercased() {
        case nil: isIPv6 = setting("AWS_IMDS_USE_IPV6", "imds_use_ipv6")?.lowercased() == "true"
        case "ipv4": isIPv6 = false
        case "ipv6": isIPv6 = true
        case let mode?:
            throw invalid("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode, "write ipv4 or ipv6")
        }
        let variable = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
        var endpoint = Endpoint(scheme: .http, host: isIPv6 ? "fd00:ec2::254" : "169.254.169.254")
        if let url = setting(variable, "ec2_metadata_service_endpoint"), !url.isEmpty {
            guard let own = Endpoint(url: url) else { throw invalid(variable, url, "write a URL") }
            endpoint = own
        }
        return Service(
            endpoint: endpoint,
            timeout: .seconds(
                try number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1...60)
            ),
            attempts: try number("AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 1...20),
            allowsVersion1: setting("AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled")?.lowercased() != "true"
        )
    }

    private func number(_ variable: String, _ option: String, _ range: ClosedRange<Int>) throws(SessionError) -> Int {
        guard let text = setting(variable, option) else { return 1 }
        guard let number = Int(text), range.contains(number) else {
            throw invalid(variable, text, "write \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func invalid(_ variable: String, _ value: String, _ nextStep: String) -> SessionError {
        SessionError(.invalidSetting, "\(variable): \"\(firstLine(value))\" is not allowed", nextStep: nextStep)
    }

    // MARK: Calls

    private func fetch(_ service: Service) throws(SessionError) -> Result<Credentials, Nothing> {
        let token: String?
        switch try self.token(service) {
        case .success(let answer): token = answer
        case .failure(let nothing): return .failure(nothing)
        }
        if token == nil, !service.allowsVersion1 {
            throw SessionError(
                .unreachableCredentials,
                "the instance metadata service gives no token, and version 1 of it is disabled",
                nextStep: "allow IMDSv2 from here (in a container it takes a hop limit of 2), or unset "
                    + "AWS_EC2_METADATA_V1_DISABLED"
            )
        }
        switch try get(Self.rolePath, service, token, isValid: { !$0.isEmpty }) {
        case .failure(let nothing): return .failure(nothing)
        case .success(let body):
            let role = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
            guard let role, role.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                return .failure(Nothing(reason: "the instance has no role"))
            }
            switch try get(Self.rolePath + role, service, token, isValid: { (try? JSONValue.parse($0)) != nil }) {
            case .failure(let nothing): return .failure(nothing)
            case .success(let body):
                guard let answer = MachineCredentials(body) else {
                    return .failure(Nothing(reason: "the role \(role) has no credentials"))
                }
                return .success(extended(answer.credentials))
            }
        }
    }

    /// When the metadata service cannot renew credentials it goes on giving the old ones, and AWS goes on taking
    /// them: they are asked for again 15 minutes and 2 to 10 minutes later instead of being refused (botocore's
    /// `_evaluate_expiration`).
    private func extended(_ credentials: Credentials) -> Credentials {
        let jitter = 120 + Int64(calls.options.random() * 480)
        let window = RefreshingCredentials.advisoryWindow + .seconds(jitter)
        let now = calls.clock.now()
        guard let expires = credentials.expires, now.duration(to: expires) <= window else { return credentials }
        var credentials = credentials
        credentials.expires = now.advanced(by: window)
        return credentials
    }

    /// - Returns: `nil` where only version 1 answers.
    private func token(_ service: Service) throws(SessionError) -> Result<String?, Nothing> {
        let request = HTTPRequest(
            method: "PUT",
            endpoint: service.endpoint,
            path: "/latest/api/token",
            headers: ["x-aws-ec2-metadata-token-ttl-seconds": Self.tokenLifetime]
        )
        for _ in 0..<service.attempts {
            switch try send(request, service) {
            case .success(let response) where response.status == 200:
                return .success(String(decoding: response.body, as: UTF8.self))
            case .success(let response) where [403, 404, 405].contains(response.status):
                return .success(nil)
            case .success(let response) where response.status == 400:
                return .failure(Nothing(reason: "\(service.endpoint.authority) answered 400"))
            case .success: continue
            // The token's answer does not reach a container when the hop limit is 1; version 1's does.
            case .failure(let error) where error.kind == .timeout: return .success(nil)
            case .failure: continue
            }
        }
        return .success(nil)
    }

    private func get(
        _ path: String,
        _ service: Service,
        _ token: String?,
        isValid: ([UInt8]) -> Bool
    ) throws(SessionError) -> Result<[UInt8], Nothing> {
        var request = HTTPRequest(method: "GET", endpoint: service.endpoint, path: path)
        request.headers["x-aws-ec2-metadata-token"] = token
        var reason = ""
        for _ in 0..<service.attempts {
            switch try send(request, service) {
            case .success(let response) where response.status == 200 && isValid(response.body):
                return .success(response.body)
            case .success(let response) where response.status == 404 && path == Self.rolePath:
                reason = "the instance has no role"
            case .success(let response):
                reason = "\(service.endpoint.authority) answered \(response.status)"
            case .failure(let error):
                reason = "no answer from \(error.peer)"
            }
        }
        return .failure(Nothing(reason: reason))
    }

    private func send(
        _ request: HTTPRequest,
        _ service: Service
    ) throws(SessionError) -> Result<HTTPResponse, TransportError> {
        do throws(TransportError) {
            return .success(try calls.metadataTransport.send(request, timeout: service.timeout))
        } catch {
            if error.kind == .cancelled {
                throw .interrupted
            }
            return .failure(error)
        }
    }
}
