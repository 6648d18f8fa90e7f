import AWSCore

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and the session token, for which `AWS_SECURITY_TOKEN` is the
/// older name.
struct EnvironmentSource: CredentialsSource {
    var calls: CredentialsCalls

    var name: String { "environment" }

    func selection() -> CredentialsSelection {
        calls.variable("AWS_ACCESS_KEY_ID") == nil
            ? .notSelected("AWS_ACCESS_KEY_ID is not set") : .selected("AWS_ACCESS_KEY_ID is set")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let id = calls.variable("AWS_ACCESS_KEY_ID") else { return .none("AWS_ACCESS_KEY_ID is not set") }
        guard let secret = calls.variable("AWS_SECRET_ACCESS_KEY") else {
            throw SessionError(
                .partialCredentials,
                "the environment has an access key id but no AWS_SECRET_ACCESS_KEY",
                nextStep: "set AWS_SECRET_ACCESS_KEY, or unset AWS_ACCESS_KEY_ID"
            )
        }
        var expires: Timestamp?
        if let text = calls.variable("AWS_CREDENTIAL_EXPIRATION") {
            guard let time = Timestamp(rfc3339: text) else {
                throw SessionError(
                    .invalidSetting,
                    "AWS_CREDENTIAL_EXPIRATION: \"\(text)\" is not a time",
                    nextStep: "write it like 2026-01-31T12:00:00Z, or unset it"
                )
            }
            expires = time
        }
        let credentials = Credentials(
            accessKeyId: id,
            secretAccessKey: secret,
            sessionToken: calls.variable("AWS_SECURITY_TOKEN") ?? calls.variable("AWS_SESSION_TOKEN"),
            expires: expires
        )
        return .found(RefreshingCredentials(clock: calls.clock) { credentials })
    }
}
