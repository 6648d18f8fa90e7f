package import AWSCore

/// What the environment and the files say about reaching AWS, before anything is asked.
package struct AWSSettings {
    package let profile: String
    /// Of the AWS CLI; either may be absent.
    package let configPath: String
    package let credentialsPath: String
    package let region: String
    /// For people; `nil` for what the caller gave.
    package let regionSource: String?
    package let endpoints: [ChosenEndpoint]
    package let connection: CurlSettings
    package let transport: any HTTPTransport
    private let settings: ServiceEndpoints

    package init(options: SessionOptions) throws(SessionError) {
        let config = try SharedConfig(options: options)
        (profile, configPath, credentialsPath) = (config.effectiveProfile, config.configPath, config.credentialsPath)
        (region, regionSource) = try chooseRegion(options, config)
        settings = try ServiceEndpoints(options, config, region: region)
        endpoints = settings.chosen
        connection = connectionSettings(options, config)
        transport = sessionTransport(options, config)
    }

    package func endpoint(_ service: String) -> Endpoint { settings.endpoint(service) }
}

/// libcurl as the environment and the profile configure it, unless the options bring another transport.
func sessionTransport(_ options: SessionOptions, _ config: SharedConfig) -> any HTTPTransport {
    options.transport
        ?? CurlTransport(settings: connectionSettings(options, config), isCancelled: options.isCancelled)
}

func connectionSettings(_ options: SessionOptions, _ config: SharedConfig) -> CurlSettings {
    CurlSettings(
        environment: options.environment,
        profileBundle: config.setting("ca_bundle"),
        fileExists: { path in ((try? options.readFile(path)) ?? nil) != nil }
    )
}
