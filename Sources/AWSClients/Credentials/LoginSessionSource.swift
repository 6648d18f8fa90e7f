/// A profile made by `aws login`: recognised, so that the user is told instead of being someone else.
struct LoginSessionSource: CredentialsSource {
    var profile: ConfigProfile

    var name: String { "profile \(profile.name), login_session" }

    func selection() -> CredentialsSelection {
        profile.isSet("login_session")
            ? .selected("login_session is set (\(profile.place("login_session")))") : .notSelected("not set")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        throw SessionError(
            .unsupportedCredentials,
            "\(profile.place("login_session")): profile \"\(profile.name)\" uses login_session, which botctl does not "
                + "follow",
            nextStep: "run `eval \"$(aws configure export-credentials --profile \(profile.name) --format env)\"` and "
                + "repeat the command without --profile"
        )
    }
}
