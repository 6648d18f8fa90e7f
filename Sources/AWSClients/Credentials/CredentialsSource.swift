import AWSCore

/// One place where credentials can come from. A source that is configured but broken or unsupported throws:
/// falling through to another identity than the one the user chose is worse than stopping.
protocol CredentialsSource {
    /// For people, as in `SessionError.passedOver`.
    var name: String { get }
    func find() throws(SessionError) -> CredentialsAnswer
}

enum CredentialsAnswer {
    case found(any CredentialsProvider)
    /// One clause, for people: `AWS_ACCESS_KEY_ID is not set`.
    case passedOver(String)
}

/// Sources in order; the first that has credentials wins.
struct CredentialsChain {
    var sources: [any CredentialsSource]

    struct Found {
        var provider: any CredentialsProvider
        var source: String
        var passedOver: [PassedOverSource]
    }

    /// The AWS CLI's order. `--profile` rules out the environment.
    static func standard(_ options: SessionOptions, _ config: SharedConfig) -> CredentialsChain {
        let environment = options.environment
        var sources: [any CredentialsSource] = []
        if !config.isProfileExplicit { sources.append(EnvironmentSource(environment: environment)) }
        sources.append(UnsupportedProfileSource(config: config, kind: .assumedRole))
        if !config.isProfileExplicit { sources.append(WebIdentityEnvironmentSource(environment: environment)) }
        sources += [
            UnsupportedProfileSource(config: config, kind: .webIdentity),
            UnsupportedProfileSource(config: config, kind: .singleSignOn),
            ProfileKeysSource(config: config, file: .credentials),
            UnsupportedProfileSource(config: config, kind: .login),
            UnsupportedProfileSource(config: config, kind: .process),
            ProfileKeysSource(config: config, file: .config),
            ContainerSource(environment: environment),
        ]
        return CredentialsChain(sources: sources)
    }

    func resolve() throws(SessionError) -> Found {
        var passedOver: [PassedOverSource] = []
        for source in sources {
            switch try source.find() {
            case .found(let provider):
                return Found(provider: provider, source: source.name, passedOver: passedOver)
            case .passedOver(let reason):
                passedOver.append(PassedOverSource(source: source.name, reason: reason))
            }
        }
        throw SessionError(
            .noCredentials,
            "no AWS credentials found",
            nextStep: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, run `aws configure`, or name a --profile",
            passedOver: passedOver
        )
    }
}

/// An access key from a source's own names for its parts.
/// - Returns: `nil` where there is no access key id.
func accessKey(
    id: String?,
    secret: String?,
    token: String?,
    source: String,
    secretName: String
) throws(SessionError) -> (any CredentialsProvider)? {
    guard let id, !id.isEmpty else { return nil }
    guard let secret, !secret.isEmpty else {
        throw SessionError(
            .partialCredentials,
            "\(source) has an access key id but no \(secretName)",
            nextStep: "set \(secretName), or remove the access key id"
        )
    }
    return StaticCredentials(accessKeyId: id, secretAccessKey: secret, sessionToken: token)
}
