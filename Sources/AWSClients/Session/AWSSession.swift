package import AWSCore

/// Who talks to AWS, where, and over which connections. Opening it reads files and the environment; it makes
/// no call.
package final class AWSSession {
    package let region: String
    /// The endpoint of `--endpoint-url`, which wins over every configured one.
    package let endpointOverride: Endpoint?
    /// `--profile` or the environment's; `nil` where neither names one.
    package let profile: String?
    /// For people: `environment`, `profile acme (~/.aws/credentials)`.
    package let credentialsSource: String
    /// The sources of credentials that come before the one in use, and why each has none.
    package let passedOver: [PassedOverSource]
    package let transport: any HTTPTransport
    private let settings: ServiceEndpoints
    private let awsClient: AWSClient

    package init(options: SessionOptions) throws(SessionError) {
        let config = try SharedConfig(options: options)
        profile = config.profileName
        region = try resolveRegion(options, config)
        settings = try ServiceEndpoints(options, config, region: region)
        endpointOverride = settings.override
        let found = try CredentialsChain.standard(options, config).resolve()
        credentialsSource = found.source
        passedOver = found.passedOver
        let transport =
            options.transport
            ?? CurlTransport(
                settings: CurlSettings(
                    environment: options.environment,
                    profileBundle: config.setting("ca_bundle"),
                    fileExists: { path in ((try? options.readFile(path)) ?? nil) != nil }
                ),
                isCancelled: options.isCancelled
            )
        self.transport = transport
        awsClient = AWSClient(
            transport: transport,
            credentials: found.provider,
            clock: options.clock,
            retry: try retryPolicy(options, config),
            random: options.random,
            log: options.log
        )
    }

    /// The client that signs with the session's credentials; one for the session, so that what it learns of
    /// the clock's skew holds for every service.
    package func client() -> AWSClient { awsClient }

    /// - Parameter service: the endpoint prefix: `cloudformation`, `s3`, `logs`, ….
    package func endpoint(_ service: String) -> Endpoint { settings.endpoint(service) }

    /// Whether a service's endpoint is somebody's own (an emulator, a VPC endpoint) instead of AWS's.
    package func isEndpointConfigured(_ service: String) -> Bool { settings.configured(service) != nil }
}
