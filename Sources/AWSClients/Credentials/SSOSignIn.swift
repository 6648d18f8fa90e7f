/// Everything that signing in through IAM Identity Center takes, for the profile in use.
package struct SSOSignIn {
    /// Whose settings these are: the profile in use, or the one that it leads to by `source_profile`.
    package let profile: String
    package let settings: SSOSettings
    package let oidc: SSOOIDC
    package let cache: SSOTokenCache

    package init(options: SessionOptions) throws(SessionError) {
        let config = try SharedConfig(options: options)
        let found = try Self.find(config)
        profile = found.profile.name
        settings = found.settings
        let calls = CredentialsCalls(
            options: options,
            config: config,
            region: settings.region,
            transport: sessionTransport(options, config),
            retry: try retryPolicy(options, config)
        )
        oidc = SSOOIDC(calls, settings)
        cache = SSOTokenCache(settings: settings, options: options)
    }

    private static func find(
        _ config: SharedConfig
    ) throws(SessionError) -> (profile: ConfigProfile, settings: SSOSettings) {
        var profile = config.current
        var visited: Set<String> = []
        while visited.insert(profile.name).inserted {
            if let settings = try SSOSettings.of(profile, config) { return (profile, settings) }
            guard let next = profile.text("source_profile").flatMap(config.profile) else { break }
            profile = next
        }
        let others = config.profileNames.filter { name in
            config.profile(name).map { $0.isSet("sso_session") || $0.isSet("sso_start_url") } ?? false
        }
        throw SessionError(
            .invalidProfile,
            "profile \"\(config.effectiveProfile)\" does not sign in through IAM Identity Center: it has no sso_session",
            nextStep: others.isEmpty
                ? "make a profile that does (`aws configure sso`), and name it with --profile"
                : "name a profile that does: --profile \(others.joined(separator: ", --profile "))"
        )
    }
}
