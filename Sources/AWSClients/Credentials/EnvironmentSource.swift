import AWSCore

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and the session token, for which `AWS_SECURITY_TOKEN` is the
/// older name.
struct EnvironmentSource: CredentialsSource {
    var environment: [String: String]

    var name: String { "environment" }

    func find() throws(SessionError) -> CredentialsAnswer {
        let token = [environment["AWS_SECURITY_TOKEN"], environment["AWS_SESSION_TOKEN"]]
            .compactMap { $0 }
            .first { !$0.isEmpty }
        let provider = try accessKey(
            id: environment["AWS_ACCESS_KEY_ID"],
            secret: environment["AWS_SECRET_ACCESS_KEY"],
            token: token,
            source: "the environment",
            secretName: "AWS_SECRET_ACCESS_KEY"
        )
        return provider.map(CredentialsAnswer.found) ?? .passedOver("AWS_ACCESS_KEY_ID is not set")
    }
}
