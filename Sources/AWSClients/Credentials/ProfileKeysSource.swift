import AWSCore

/// `aws_access_key_id` and `aws_secret_access_key` of the profile in one of the two files.
struct ProfileKeysSource: CredentialsSource {
    enum File { case credentials, config }

    var config: SharedConfig
    var file: File

    private var path: String { file == .credentials ? config.credentialsPath : config.configPath }
    private var profile: SharedConfig.Profile? {
        file == .credentials ? config.credentialsProfile : config.configProfile
    }

    var name: String { "profile \(config.effectiveProfile) (\(path))" }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let profile else { return .passedOver("there is no such file or profile") }
        func text(_ key: String) -> String? {
            if case .text(let text)? = profile[key] { text } else { nil }
        }
        let provider = try accessKey(
            id: text("aws_access_key_id"),
            secret: text("aws_secret_access_key"),
            token: text("aws_security_token") ?? text("aws_session_token"),
            source: name,
            secretName: "aws_secret_access_key"
        )
        return provider.map(CredentialsAnswer.found) ?? .passedOver("aws_access_key_id is not set")
    }
}
