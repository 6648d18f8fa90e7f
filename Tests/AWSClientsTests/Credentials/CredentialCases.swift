/// What the environment, the files and the servers are in a case. `{home}` and `{port}` stand for the case's own,
/// `{soon}` for five minutes from now.
struct CredentialCase: CustomStringConvertible {
    var description: String
    var environment: [String: String] = [:]
    var config: String?
    var credentials: String?
    /// Other files, relative to the home: sign-ins, tokens, programs.
    var files: [String: String] = [:]
    var profile: String?

    init(
        _ description: String,
        environment: [String: String] = [:],
        config: String? = nil,
        credentials: String? = nil,
        files: [String: String] = [:],
        profile: String? = nil
    ) {
        self.description = description
        self.environment = environment
        self.config = config
        self.credentials = credentials
        self.files = files
        self.profile = profile
    }
}

extension CredentialCase {
    static let all = order + roles + webIdentities + processes + signIns + containers + instances
}

/// What the cases are made of.
extension CredentialCase {
    /// In place of a variable that every case has.
    static let unset = "-"

    static let keys = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "SKENV"]
    static let base = "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = SKBASE\n"
    static let defaults = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = SKFILE\n"
    static let arn = "arn:aws:iam::111122223333:role/deployer"
    static let imds = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
    static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    static let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": arn]

    static func role(_ name: String, _ lines: String...) -> String {
        "[profile \(name)]\nrole_arn = \(arn)\n" + lines.map { $0 + "\n" }.joined()
    }

    static func metadata(_ mode: String) -> [String: String] { [imds: "http://127.0.0.1:{port}/imds/\(mode)"] }

    static func container(_ path: String, _ more: [String: String] = [:]) -> [String: String] {
        [full: "http://127.0.0.1:{port}/container/\(path)"].merging(more) { $1 }
    }

    /// A program that prints what follows.
    static func printing(_ text: String, then: String = "") -> [String: String] {
        ["bin/keys": "#!/bin/sh\ncat <<'END'\n\(text)\nEND\n\(then)\n"]
    }

    static let processed = #"{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "SKPROC"}"#
    static let process = "[default]\ncredential_process = {home}/bin/keys\n"

    static let ssoProfile = """
        [profile sso]
        sso_session = corp
        sso_account_id = 111122223333
        sso_role_name = Admin

        """
    static let ssoSession = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n"
    static let legacySSO = """
        [profile sso]
        sso_start_url = https://corp.example/start
        sso_region = eu-west-1
        sso_account_id = 111122223333
        sso_role_name = Admin

        """
    /// Named by the SHA-1 of `corp` and of `https://corp.example/start`.
    static let sessionFile = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
    static let legacyFile = ".aws/sso/cache/f7c9b39d0b4c7a7d82c79307585f77e1c5e74378.json"

    static func signIn(
        _ token: String,
        _ expires: String,
        refresh: String? = nil,
        until: String = "2099-01-01T00:00:00Z"
    )
        -> String
    {
        let renewal =
            refresh.map {
                #", "clientId": "client", "clientSecret": "client-secret", "registrationExpiresAt": "\#(until)", "#
                    + #""refreshToken": "\#($0)""#
            } ?? ""
        return #"{"startUrl": "https://corp.example/start", "region": "eu-west-1", "accessToken": "\#(token)", "#
            + #""expiresAt": "\#(expires)"\#(renewal)}"#
    }

    static let later = "2099-01-01T00:00:00Z"
    static let over = "2020-01-01T00:00:00Z"
}
