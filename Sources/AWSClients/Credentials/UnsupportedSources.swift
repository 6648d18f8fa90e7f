/// A way for a profile to get credentials that botctl does not follow: recognised by its key, so that the
/// user is told instead of being someone else.
struct UnsupportedProfileSource: CredentialsSource {
    enum Kind: String {
        case assumedRole = "role_arn"
        case webIdentity = "web_identity_token_file"
        case singleSignOn = "sso_session"
        case login = "login_session"
        case process = "credential_process"
    }

    var config: SharedConfig
    var kind: Kind

    var name: String { "profile \(config.effectiveProfile), \(kind.rawValue)" }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let key = keyInUse else { return .passedOver("not set") }
        throw unsupported("profile \"\(config.effectiveProfile)\" uses \(key)", config.effectiveProfile)
    }

    private var keyInUse: String? {
        let keys: [String] =
            switch kind {
            // With a token file the role is assumed by web identity.
            case .assumedRole: config.isSet("web_identity_token_file") ? [] : ["role_arn"]
            case .singleSignOn: ["sso_session", "sso_start_url", "sso_account_id", "sso_role_name"]
            case .webIdentity, .login, .process: [kind.rawValue]
            }
        return keys.first(where: config.isSet)
    }
}

/// `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, as EKS and some CI systems set them.
struct WebIdentityEnvironmentSource: CredentialsSource {
    var environment: [String: String]

    var name: String { "web identity of the environment" }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], !file.isEmpty else {
            return .passedOver("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        }
        throw unsupported("the environment sets AWS_WEB_IDENTITY_TOKEN_FILE", nil)
    }
}

/// The credentials endpoint of ECS, CodeBuild, CloudShell and EKS Pod Identity.
struct ContainerSource: CredentialsSource {
    var environment: [String: String]

    var name: String { "container" }

    func find() throws(SessionError) -> CredentialsAnswer {
        let variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        guard let variable = variables.first(where: { !(environment[$0] ?? "").isEmpty }) else {
            return .passedOver("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and …_FULL_URI are not set")
        }
        throw unsupported("the environment sets \(variable)", nil)
    }
}

private func unsupported(_ what: String, _ profile: String?) -> SessionError {
    let option = profile.map { " --profile \($0)" } ?? ""
    return SessionError(
        .unsupportedCredentials,
        "\(what), which botctl does not support",
        nextStep: "run `eval \"$(aws configure export-credentials\(option) --format env)\"` and repeat the command"
            + (profile == nil ? "" : " without --profile")
    )
}

extension SharedConfig {
    func isSet(_ key: String) -> Bool {
        (credentialsProfile?[key] ?? configProfile?[key]) != nil
    }
}
