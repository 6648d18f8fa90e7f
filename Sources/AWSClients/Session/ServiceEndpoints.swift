import AWSCore

/// Where each service is reached, in the AWS CLI's order: `--endpoint-url`, `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`, AWS itself.
struct ServiceEndpoints {
    let override: Endpoint?
    private let region: String
    private var specific: [String: Endpoint] = [:]
    private var general: Endpoint?
    /// Every endpoint that somebody chose, the one that wins first.
    private(set) var chosen: [ChosenEndpoint] = []

    /// Endpoint prefix → service id in snake case, where that is not the prefix itself; for the services that
    /// botctl calls (botocore's service models, `serviceId`).
    private static let serviceIds = [
        "apigateway": "api_gateway", "bedrock-runtime": "bedrock_runtime", "cloudformation": "cloudformation",
        "dynamodb": "dynamodb", "execute-api": "apigatewaymanagementapi",
        "lambda": "lambda", "logs": "cloudwatch_logs", "oidc": "sso_oidc", "portal.sso": "sso", "s3": "s3",
        "ssm": "ssm", "sts": "sts",
    ]

    init(_ options: SessionOptions, _ config: SharedConfig, region: String) throws(SessionError) {
        self.region = region
        override = try options.endpointURL.map { url throws(SessionError) in
            try Self.parse(url, from: "--endpoint-url")
        }
        if let override { chosen.append(ChosenEndpoint(service: nil, url: override.url, source: "--endpoint-url")) }
        let environment = options.environment
        let ignore =
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? config.setting("ignore_configured_endpoint_urls")
        if override != nil || ignore?.lowercased() == "true" { return }
        for (service, id) in Self.serviceIds.sorted(by: { $0.key < $1.key }) {
            let variable = "AWS_ENDPOINT_URL_\(id.uppercased())"
            if let url = environment[variable], !url.isEmpty {
                specific[service] = try choose(url, service, from: variable)
            } else if environment["AWS_ENDPOINT_URL"].map(\.isEmpty) ?? true,
                let url = try config.serviceSetting(id, "endpoint_url"), !url.isEmpty
            {
                specific[service] = try choose(url, service, from: "\(id).endpoint_url in \(config.configPath)")
            }
        }
        if let url = environment["AWS_ENDPOINT_URL"], !url.isEmpty {
            general = try choose(url, nil, from: "AWS_ENDPOINT_URL")
        } else if let url = config.setting("endpoint_url"), !url.isEmpty {
            general = try choose(url, nil, from: "endpoint_url (\(config.current.place("endpoint_url")))")
        }
    }

    private mutating func choose(_ url: String, _ service: String?, from source: String) throws(SessionError)
        -> Endpoint
    {
        let endpoint = try Self.parse(url, from: source)
        chosen.append(ChosenEndpoint(service: service, url: endpoint.url, source: source))
        return endpoint
    }

    /// The endpoint that somebody chose; `nil` for AWS's own.
    func configured(_ service: String) -> Endpoint? {
        override ?? specific[service] ?? general
    }

    /// - Parameter region: of a service that is in another region than the rest.
    func endpoint(_ service: String, region: String? = nil) -> Endpoint {
        configured(service) ?? .aws(service: service, region: region ?? self.region)
    }

    private static func parse(_ url: String, from source: String) throws(SessionError) -> Endpoint {
        guard let endpoint = Endpoint(url: url) else {
            throw SessionError(
                .invalidEndpoint,
                "\(source): \"\(url)\" is not an endpoint",
                nextStep: "write a URL like http://127.0.0.1:4566"
            )
        }
        return endpoint
    }
}

/// An endpoint that is not AWS's own choice.
package struct ChosenEndpoint: Sendable, Equatable {
    /// The endpoint prefix; `nil` for every service.
    package var service: String?
    package var url: String
    /// For people: `AWS_ENDPOINT_URL`.
    package var source: String
}

extension Endpoint {
    fileprivate var url: String { "\(scheme.rawValue)://\(authority)\(basePath)" }
}

/// The region: `--region` or the spec's, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
func resolveRegion(_ options: SessionOptions, _ config: SharedConfig) throws(SessionError) -> String {
    try chooseRegion(options, config).region
}

/// - Returns: the region, and where it comes from; `nil` for `--region` or the spec.
func chooseRegion(
    _ options: SessionOptions,
    _ config: SharedConfig
) throws(SessionError) -> (region: String, source: String?) {
    let candidates = [
        (options.region, nil), (options.environment["AWS_REGION"], "AWS_REGION"),
        (options.environment["AWS_DEFAULT_REGION"], "AWS_DEFAULT_REGION"),
        (config.setting("region"), config.current.place("region")),
    ]
    guard case (let region?, let source)? = candidates.first(where: { $0.0?.isEmpty == false }) else {
        throw SessionError(
            .noRegion,
            "no region is set",
            nextStep: "write `region:` in the spec, or give --region or AWS_REGION"
        )
    }
    guard isRegion(region) else {
        throw SessionError(
            .invalidRegion,
            "\"\(region)\" is not a region",
            nextStep: "write a region's code, like us-east-2"
        )
    }
    return (region, source)
}

/// Whether the text can be a region: it becomes part of host names, and botocore accepts what is a host label.
func isRegion(_ text: String) -> Bool {
    (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
        && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
}

/// `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`, or the profile's `max_attempts` and `retry_mode`.
///
/// The modes differ in how many attempts they make by default: five in `legacy`, three in the others.
func retryPolicy(_ options: SessionOptions, _ config: SharedConfig) throws(SessionError) -> RetryPolicy {
    var policy = RetryPolicy.standard
    if let mode = options.environment["AWS_RETRY_MODE"] ?? config.setting("retry_mode") {
        guard ["legacy", "standard", "adaptive"].contains(mode) else {
            throw SessionError(
                .invalidSetting,
                "AWS_RETRY_MODE: \"\(mode)\" is not a retry mode",
                nextStep: "write legacy, standard or adaptive"
            )
        }
        if mode == "legacy" { policy.maximumAttempts = 5 }
    }
    if let attempts = options.environment["AWS_MAX_ATTEMPTS"] ?? config.setting("max_attempts") {
        guard let count = Int(attempts), count >= 1 else {
            throw SessionError(
                .invalidSetting,
                "AWS_MAX_ATTEMPTS: \"\(attempts)\" is not a number of attempts",
                nextStep: "write 1 or more"
            )
        }
        policy.maximumAttempts = count
    }
    return policy
}
