/// One place where credentials can come from. A source that is configured but broken throws: falling through to
/// another identity than the one the user chose is worse than stopping.
protocol CredentialsSource {
    /// For people, as in `SourceReport.source`.
    var name: String { get }
    /// What asks for this source; makes no call.
    func selection() -> CredentialsSelection
    func find() throws(SessionError) -> CredentialsAnswer
}

/// Each text is one clause, for people: `AWS_ACCESS_KEY_ID is not set`.
enum CredentialsSelection: Equatable {
    case selected(String)
    case notSelected(String)
    /// Only asking tells.
    case unknown(String)
}

enum CredentialsAnswer {
    case found(RefreshingCredentials)
    case none(String)
}

/// Sources in order; the first that has credentials wins.
struct CredentialsChain {
    var sources: [any CredentialsSource]

    struct Found {
        var provider: RefreshingCredentials
        var source: String
        /// Of every source, in order.
        var reports: [SourceReport]
    }

    /// The AWS CLI's order. `--profile` rules out the environment.
    static func standard(_ calls: CredentialsCalls) -> CredentialsChain {
        let config = calls.config
        let isProfileExplicit = config.isProfileExplicit
        var sources: [any CredentialsSource] = []
        if !isProfileExplicit { sources.append(EnvironmentSource(calls: calls)) }
        sources.append(AssumedRoleSource(calls: calls, profile: config.current))
        sources += profile(config.current, calls, readsEnvironment: !isProfileExplicit).sources
        sources += [ContainerSource(calls: calls), InstanceMetadataSource(calls: calls)]
        return CredentialsChain(sources: sources)
    }

    /// What a profile has in itself, without assuming a role by another profile's credentials.
    static func profile(
        _ profile: ConfigProfile,
        _ calls: CredentialsCalls,
        readsEnvironment: Bool
    ) -> CredentialsChain {
        CredentialsChain(sources: [
            WebIdentitySource(calls: calls, profile: profile, readsEnvironment: readsEnvironment),
            SingleSignOnSource(calls: calls, profile: profile),
            ProfileKeysSource(calls: calls, profile: profile, file: .credentials),
            LoginSessionSource(profile: profile),
            ProcessSource(calls: calls, profile: profile),
            ProfileKeysSource(calls: calls, profile: profile, file: .config),
        ])
    }

    /// Asks the sources until one has credentials that are valid now.
    func resolve() throws(SessionError) -> Found {
        var reports: [SourceReport] = []
        for (index, source) in sources.enumerated() {
            let why: String
            switch source.selection() {
            case .notSelected(let reason):
                reports.append(SourceReport(source.name, .notConfigured, reason))
                continue
            case .selected(let reason), .unknown(let reason): why = reason
            }
            do {
                switch try source.find() {
                case .none(let reason):
                    reports.append(SourceReport(source.name, .none, reason))
                case .found(let provider):
                    _ = try provider.current()
                    reports.append(SourceReport(source.name, .used, why))
                    reports += rest(after: index, "\(source.name) comes first")
                    return Found(provider: provider, source: source.name, reports: reports)
                }
            } catch {
                reports.append(SourceReport(source.name, .failed, error.message))
                reports += rest(after: index, "\(source.name) comes first, and failed")
                var error = error
                error.sources = reports
                throw error
            }
        }
        throw SessionError(
            .noCredentials,
            "no AWS credentials found",
            nextStep: "run `aws configure` or `botctl login`, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name "
                + "a --profile",
            sources: reports
        )
    }

    private func rest(after index: Int, _ why: String) -> [SourceReport] {
        sources[(index + 1)...].map { source in
            switch source.selection() {
            case .notSelected(let reason): SourceReport(source.name, .notConfigured, reason)
            case .selected(let reason): SourceReport(source.name, .lost, "\(reason), but \(why)")
            case .unknown: SourceReport(source.name, .none, "not asked: \(why)")
            }
        }
    }
}
