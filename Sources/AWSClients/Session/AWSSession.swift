package import AWSCore

/// Who talks to AWS, where, and over which connections. Opening it reads files and the environment, and makes the
/// calls that lead to credentials; none where they are at hand.
package final class AWSSession {
    package let region: String
    /// The endpoint of `--endpoint-url`, which wins over every configured one.
    package let endpointOverride: Endpoint?
    /// `--profile` or the environment's; `nil` where neither names one.
    package let profile: String?
    /// For people: `environment`, `profile acme (~/.aws/credentials)`.
    package let credentialsSource: String
    /// Every source of credentials, in order, and what came of it.
    package let sources: [SourceReport]
    /// Of the credentials in use; `nil` for those without an end.
    package var credentialsExpire: Timestamp? { (try? credentials.current())?.expires }
    /// Those in use, renewed where they are about to end; for whoever signs calls of its own.
    package func currentCredentials() throws(AWSError) -> Credentials {
        do {
            return try credentials.credentials()
        } catch {
            throw error as? AWSError
                ?? AWSError(code: "credentials", message: "\(error)", status: 0, operation: "credentials")
        }
    }
    func frozenCredentials() throws(SessionError) -> Credentials { try credentials.current() }
    package let transport: any HTTPTransport
    /// How its transport reaches servers, for a transport of somebody else's.
    package let connections: CurlSettings
    private let settings: ServiceEndpoints
    private let credentials: RefreshingCredentials
    private let awsClient: AWSClient

    package init(options: SessionOptions) throws(SessionError) {
        let config = try SharedConfig(options: options)
        profile = config.profileName
        region = try resolveRegion(options, config)
        settings = try ServiceEndpoints(options, config, region: region)
        endpointOverride = settings.override
        let retry = try retryPolicy(options, config)
        let transport = sessionTransport(options, config)
        connections = connectionSettings(options, config)
        let calls = CredentialsCalls(
            options: options,
            config: config,
            region: region,
            transport: transport,
            retry: retry
        )
        let found = try CredentialsChain.standard(calls).resolve()
        credentialsSource = found.source
        sources = found.reports
        credentials = found.provider
        self.transport = transport
        awsClient = AWSClient(
            transport: transport,
            credentials: found.provider,
            clock: options.clock,
            retry: retry,
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
