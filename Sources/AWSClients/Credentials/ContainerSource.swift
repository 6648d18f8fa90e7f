import AWSCore

/// The credentials endpoint of ECS, CodeBuild, CloudShell and EKS Pod Identity
/// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
struct ContainerSource: CredentialsSource {
    var calls: CredentialsCalls

    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    /// Where a relative URI is asked: the ECS agent.
    private static let agent = "169.254.170.2"
    /// Whom credentials are taken from without TLS, besides the machine itself: ECS, and EKS Pod Identity over IPv4
    /// and IPv6.
    private static let trustedHosts = [agent, "169.254.170.23", "fd00:ec2::23", "localhost"]
    private static let attempts = 3

    var name: String { "container" }

    func selection() -> CredentialsSelection {
        for variable in [Self.relative, Self.full] where calls.variable(variable) != nil {
            return .selected("\(variable) is set")
        }
        return .notSelected("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        let uri: String
        let variable: String
        if let path = calls.variable(Self.relative) {
            (variable, uri) = (Self.relative, "http://\(Self.agent)\(path)")
        } else if let full = calls.variable(Self.full) {
            (variable, uri) = (Self.full, full)
        } else {
            return .none("neither variable is set")
        }
        let address = try address(uri, variable)
        let source = self
        return .found(
            RefreshingCredentials(clock: calls.clock) { () throws(SessionError) -> Credentials in
                try source.fetch(address, variable)
            }
        )
    }

    private typealias Address = (endpoint: Endpoint, path: String)

    private func address(_ uri: String, _ variable: String) throws(SessionError) -> Address {
        // The path and the query go out as they are.
        let afterScheme = uri.split(separator: ":", maxSplits: 1).last.map { $0.drop { $0 == "/" } } ?? ""
        let authority = afterScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let rest = afterScheme[authority.endIndex...].prefix { $0 != "#" }
        let base = uri.prefix(uri.count - afterScheme.count) + authority
        guard let endpoint = Endpoint(url: String(base)), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw SessionError(
                .invalidSetting,
                "\(variable): \"\(firstLine(uri))\" is not a URL",
                nextStep: "let the container's platform set it"
            )
        }
        guard endpoint.scheme == .https || Self.trustedHosts.contains(endpoint.host) || isLoopback(endpoint.host) else {
            throw SessionError(
                .invalidSetting,
                "\(variable): credentials are not taken from \(endpoint.host) without TLS",
                nextStep: "use https, a loopback address, or one of \(Self.trustedHosts.joined(separator: ", "))"
            )
        }
        return (endpoint, rest.hasPrefix("/") ? String(rest) : "/\(rest)")
    }

    private func fetch(_ address: Address, _ variable: String) throws(SessionError) -> Credentials {
        let request = HTTPRequest(
            method: "GET",
            endpoint: address.endpoint,
            path: address.path,
            headers: try headers()
        )
        var reason = ""
        for attempt in 1...Self.attempts {
            if attempt > 1 { calls.clock.sleep(.seconds(1)) }
            do throws(TransportError) {
                let response = try calls.metadataTransport.send(request, timeout: .seconds(2))
                if response.status == 200 {
                    if let answer = MachineCredentials(response.body) { return answer.credentials }
                    reason = "the answer is not a document of credentials"
                } else {
                    // The body says why: the token is wrong, the role is not associated.
                    reason = "\(response.status): \(firstLine(String(decoding: response.body, as: UTF8.self)))"
                }
            } catch {
                if error.kind == .cancelled {
                    throw .interrupted
                }
                reason = error.description
            }
        }
        throw SessionError(
            .unreachableCredentials,
            "the container's credentials (\(variable)) could not be fetched: \(reason)",
            nextStep: "check the task's or the pod's role, or unset \(variable)"
        )
    }

    private func headers() throws(SessionError) -> HTTPHeaders {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
        var token = calls.options.environment[variable]
        // The file comes first, and is read each time: EKS renews it.
        if let path = calls.variable("\(variable)_FILE") {
            token = try calls.text(ofFile: path, what: "\(variable)_FILE")
        }
        guard let token else { return headers }
        guard !token.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D }) else {
            throw SessionError(
                .invalidSetting,
                "the container's authorization token has a line break",
                nextStep: "write the token without one"
            )
        }
        headers["Authorization"] = token
        return headers
    }

    private func isLoopback(_ host: String) -> Bool {
        if host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
