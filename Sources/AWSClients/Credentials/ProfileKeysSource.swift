import AWSCore

/// `aws_access_key_id` and `aws_secret_access_key` of a profile in one of the two files.
struct ProfileKeysSource: CredentialsSource {
    enum File { case credentials, config }

    var calls: CredentialsCalls
    var profile: ConfigProfile
    var file: File

    private var path: String { file == .credentials ? calls.config.credentialsPath : calls.config.configPath }
    private var section: ConfigSection? { file == .credentials ? profile.credentials : profile.config }

    var name: String { "profile \(profile.name) (\(path))" }

    func selection() -> CredentialsSelection {
        guard let section else { return .notSelected("there is no such file or profile") }
        return section["aws_access_key_id"] == nil
            ? .notSelected("aws_access_key_id is not set")
            : .selected("aws_access_key_id is set (\(section.place("aws_access_key_id")))")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let section, section["aws_access_key_id"] != nil else { return .none("aws_access_key_id is not set") }
        func value(_ option: String) throws(SessionError) -> String {
            guard let text = section.text(option), !text.isEmpty else {
                throw SessionError(
                    .partialCredentials,
                    "\(section.place("aws_access_key_id")): profile \"\(profile.name)\" has half an access key: "
                        + "\(option) is missing or empty",
                    nextStep: "write \(option) below it, or remove the other half"
                )
            }
            return text
        }
        let credentials = Credentials(
            accessKeyId: try value("aws_access_key_id"),
            secretAccessKey: try value("aws_secret_access_key"),
            sessionToken: section.text("aws_security_token") ?? section.text("aws_session_token")
        )
        return .found(RefreshingCredentials(clock: calls.clock) { credentials })
    }
}
