import AWSCore

/// Where each service is reached, in the AWS CLI's order: `--endpoint-url`, `AWS_ENDPOINT_URL_<SERVICE>`,
/// `AWS_ENDPOINT_URL`, the profile's `services` section, the profile's `endpoint_url`, AWS itself.
struct ServiceEndpoints {
    let override: Endpoint?
    private let region: String
    private var specific: [String: Endpoint] = [:]
    private var general: Endpoint?

    /// Endpoint prefix → service id in snake case, where that is not the prefix itself; for the services that
    /// botctl calls (botocore's service models, `serviceId`).
    private static let serviceIds = [
        "apigateway": "api_gateway", "bedrock-runtime": "bedrock_runtime", "cloudformation": "cloudformation",
        "dynamodb": "dynamodb",
        "lambda": "lambda", "logs": "cloudwatch_logs", "oidc": "sso_oidc", "portal.sso": "sso", "s3": "s3",
        "ssm": "ssm", "sts": "sts",
    ]

    init(_ options: SessionOptions, _ config: SharedConfig, region: String) throws(SessionError) {
        self.region = region
        override = try options.endpointURL.map { url throws(SessionError) in
            try Self.parse(url, from: "--endpoint-url")
        }
        let environment = options.environment
        let ignore =
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] ?? config.setting("ignore_configured_endpoint_urls")
        if override != nil || ignore?.lowercased() == "true" { return }
        for (service, id) in Self.serviceIds {
            let variable = "AWS_ENDPOINT_URL_\(id.uppercased())"
            if let url = environment[variable], !url.isEmpty {
                specific[service] = try Self.parse(url, from: variable)
            } else if environment["AWS_ENDPOINT_URL"].map(\.isEmpty) ?? true,
                let url = try config.serviceSetting(id, "endpoint_url"), !url.isEmpty
            {
                specific[service] = try Self.parse(url, from: "\(id).endpoint_url in \(config.configPath)")
            }
        }
        if let url = environment["AWS_ENDPOINT_URL"], !url.isEmpty {
            general = try Self.parse(url, from: "AWS_ENDPOINT_URL")
        } else if let url = config.setting("endpoint_url"), !url.isEmpty {
            general = try Self.parse(url, from: "endpoint_url in \(config.configPath)")
        }
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

/// The region: `--region` or the spec's, `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
func resolveRegion(_ options: SessionOptions, _ config: SharedConfig) throws(SessionError) -> String {
    let candidates = [
        options.region, options.environment["AWS_REGION"], options.environment["AWS_DEFAULT_REGION"],
        config.setting("region"),
    ]
    guard let region = candidates.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
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
    return region
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
