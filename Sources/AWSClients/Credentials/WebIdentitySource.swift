import AWSCore

/// `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, as EKS and CI systems set them, or the same in a profile. A
/// variable wins over the profile's option of that meaning.
struct WebIdentitySource: CredentialsSource {
    var calls: CredentialsCalls
    var profile: ConfigProfile
    /// `--profile`, and profiles that others name as their source, rule out the environment.
    var readsEnvironment: Bool

    var name: String { "web identity" }

    func selection() -> CredentialsSelection {
        guard let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else {
            let variable = readsEnvironment ? "AWS_WEB_IDENTITY_TOKEN_FILE and the profile's " : "the profile's "
            return .notSelected("\(variable)web_identity_token_file not set")
        }
        return .selected("\(file.name) is set (\(file.place))")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return .none("") }
        guard let arn = setting("AWS_ROLE_ARN", "role_arn") else {
            throw SessionError(
                .invalidProfile,
                "\(file.name) is set (\(file.place)), but no role to assume with the token",
                nextStep: readsEnvironment
                    ? "set AWS_ROLE_ARN, or role_arn in the profile" : "add role_arn to the profile"
            )
        }
        let role = AssumedRole(
            arn: arn.value,
            place: arn.place,
            sessionName: setting("AWS_ROLE_SESSION_NAME", "role_session_name")?.value
        )
        let calls = calls
        return .found(
            RefreshingCredentials(clock: calls.clock) { () throws(SessionError) -> Credentials in
                // Read each time: whoever writes the token renews it.
                let token = try calls.text(ofFile: file.value, what: "\(file.name) (\(file.place))")
                return try role.assume(calls, webIdentityToken: token)
            }
        )
    }

    private struct Setting {
        var name: String
        var value: String
        /// `the environment`, or file and line.
        var place: String
    }

    /// A variable that is set hides the option, also when it is empty.
    private func setting(_ variable: String, _ option: String) -> Setting? {
        if readsEnvironment, let value = calls.options.environment[variable] {
            return value.isEmpty ? nil : Setting(name: variable, value: value, place: "the environment")
        }
        guard let value = profile.text(option), !value.isEmpty else { return nil }
        return Setting(name: option, value: value, place: profile.place(option))
    }
}
