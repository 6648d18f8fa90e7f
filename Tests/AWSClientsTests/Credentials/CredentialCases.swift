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

/// In place of a variable that every case has.
let unset = "-"

private let keys = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "SKENV"]
private let base = "[base]\naws_access_key_id = AKBASE\naws_secret_access_key = SKBASE\n"
private let defaults = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = SKFILE\n"
private let arn = "arn:aws:iam::111122223333:role/deployer"
private let imds = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
private let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
private let web = ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": arn]

private func role(_ name: String, _ lines: String...) -> String {
    "[profile \(name)]\nrole_arn = \(arn)\n" + lines.map { $0 + "\n" }.joined()
}

private func metadata(_ mode: String) -> [String: String] { [imds: "http://127.0.0.1:{port}/imds/\(mode)"] }

private func container(_ path: String, _ more: [String: String] = [:]) -> [String: String] {
    [full: "http://127.0.0.1:{port}/container/\(path)"].merging(more) { $1 }
}

/// A program that prints what follows.
private func printing(_ text: String, then: String = "") -> [String: String] {
    ["bin/keys": "#!/bin/sh\ncat <<'END'\n\(text)\nEND\n\(then)\n"]
}

private let processed = #"{"Version": 1, "AccessKeyId": "AKPROC", "SecretAccessKey": "SKPROC"}"#
private let process = "[default]\ncredential_process = {home}/bin/keys\n"

private let ssoProfile = """
    [profile sso]
    sso_session = corp
    sso_account_id = 111122223333
    sso_role_name = Admin

    """
private let ssoSession = "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n"
private let legacySSO = """
    [profile sso]
    sso_start_url = https://corp.example/start
    sso_region = eu-west-1
    sso_account_id = 111122223333
    sso_role_name = Admin

    """
/// Named by the SHA-1 of `corp` and of `https://corp.example/start`.
private let sessionFile = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
private let legacyFile = ".aws/sso/cache/f7c9b39d0b4c7a7d82c79307585f77e1c5e74378.json"

private func signIn(_ token: String, _ expires: String, refresh: String? = nil, until: String = "2099-01-01T00:00:00Z")
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

private let later = "2099-01-01T00:00:00Z"
private let over = "2020-01-01T00:00:00Z"

extension CredentialCase {
    static let all = order + roles + webIdentities + processes + signIns + containers + instances

    private static let order: [CredentialCase] = [
        .init("environment before everything", environment: keys.merging(web) { $1 }, config: process),
        .init(
            "--profile rules out keys and web identity of the environment",
            environment: keys.merging(web) { $1 },
            credentials: defaults + base,
            files: ["token": "eyJ.web.identity"],
            profile: "base"
        ),
        .init(
            "role before the same profile's keys",
            config: role("base", "source_profile = base"),
            credentials: base,
            profile: "base"
        ),
        .init(
            "web identity of the environment before the default profile's keys",
            environment: web,
            credentials: defaults,
            files: ["token": "eyJ.web.identity"]
        ),
        .init(
            "role of the default profile before web identity of the environment",
            environment: web,
            config: "[default]\nrole_arn = \(arn)\nsource_profile = base\n",
            credentials: base,
            files: ["token": "eyJ.web.identity"]
        ),
        .init(
            "sign-in before the credentials file's keys",
            config: ssoProfile + ssoSession,
            credentials: "[sso]\naws_access_key_id = A\naws_secret_access_key = B\n",
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init(
            "credentials file before process",
            config: process,
            credentials: defaults,
            files: printing(processed)
        ),
        .init(
            "process before the config file's keys",
            config: process + "aws_access_key_id = C\naws_secret_access_key = D\n",
            files: printing(processed)
        ),
        .init("keys before the container", environment: container("task"), credentials: defaults),
        .init(
            "container before the instance",
            environment: container("task").merging(metadata("ok")) { $1 }
        ),
        .init("the instance last", environment: metadata("ok")),
        .init(
            "the instance also with --profile",
            environment: metadata("ok"),
            config: "[profile p]\nregion = x\n",
            profile: "p"
        ),
        .init("nothing", environment: metadata("absent")),
        .init("expired environment", environment: keys.merging(["AWS_CREDENTIAL_EXPIRATION": over]) { $1 }),
        .init("environment that ends later", environment: keys.merging(["AWS_CREDENTIAL_EXPIRATION": later]) { $1 }),
    ]

    private static let roles: [CredentialCase] = [
        .init("role", config: role("r", "source_profile = base"), credentials: base, profile: "r"),
        .init(
            "role by AWS_PROFILE",
            environment: ["AWS_PROFILE": "r"],
            config: role("r", "source_profile = base"),
            credentials: base
        ),
        .init(
            "role with everything",
            config: role(
                "r",
                "source_profile = base",
                "external_id = 17 & 4",
                "mfa_serial = arn:aws:iam::1:mfa/me",
                "duration_seconds = 7200",
                "role_session_name = me@example.com"
            ),
            credentials: base,
            profile: "r"
        ),
        .init(
            "role with MFA",
            config: role("r", "source_profile = base", "mfa_serial = GAHT12345678"),
            credentials: base,
            profile: "r"
        ),
        .init(
            "role in the credentials file",
            credentials: base + "[r]\nrole_arn = \(arn)\nsource_profile = base\n",
            profile: "r"
        ),
        .init(
            "the credentials file's options win",
            config: role("r", "source_profile = base", "external_id = config"),
            credentials: base + "[r]\nexternal_id = credentials\n",
            profile: "r"
        ),
        .init(
            "roles in a chain",
            config: role("r", "source_profile = middle", "external_id = last")
                + role("middle", "source_profile = first", "external_id = middle")
                + role("first", "source_profile = base"),
            credentials: base,
            profile: "r"
        ),
        .init(
            "source profile with keys and a role: its keys",
            config: role("r", "source_profile = base") + role("base", "source_profile = base"),
            credentials: base,
            profile: "r"
        ),
        .init(
            "source profile with a process",
            config: role("r", "source_profile = p") + "[profile p]\ncredential_process = {home}/bin/keys\n",
            files: printing(processed),
            profile: "r"
        ),
        .init(
            "source profile with a sign-in",
            config: role("r", "source_profile = sso") + ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", later)],
            profile: "r"
        ),
        .init(
            "source profile with web identity",
            environment: keys,
            config: role("r", "source_profile = w")
                + "[profile w]\nrole_arn = \(arn)\nweb_identity_token_file = {home}/token\n",
            files: ["token": "eyJ.web.identity"],
            profile: "r"
        ),
        .init(
            "source profile without credentials, not the environment's",
            environment: web,
            config: "[default]\nrole_arn = \(arn)\nsource_profile = empty\n[profile empty]\nregion = x\n",
            files: ["token": "eyJ.web.identity"]
        ),
        .init("source profile that is missing", config: role("r", "source_profile = nobody"), profile: "r"),
        .init(
            "source profile with half a key",
            config: role("r", "source_profile = half") + "[profile half]\naws_access_key_id = A\n",
            profile: "r"
        ),
        .init("a circle of one", config: role("r", "source_profile = r"), profile: "r"),
        .init(
            "a circle of three",
            config: role("a", "source_profile = b") + role("b", "source_profile = c") + role("c", "source_profile = a"),
            profile: "a"
        ),
        .init(
            "a circle that leads back to keys",
            config: role("a", "source_profile = b") + role("b", "source_profile = a"),
            credentials: "[a]\naws_access_key_id = A\naws_secret_access_key = B\n",
            profile: "a"
        ),
        .init("a role with nobody to assume it", config: role("r"), profile: "r"),
        .init(
            "both kinds of source",
            config: role("r", "source_profile = base", "credential_source = Environment"),
            credentials: base,
            profile: "r"
        ),
        .init(
            "credential_source Environment",
            environment: keys,
            config: role("r", "credential_source = Environment"),
            profile: "r"
        ),
        .init(
            "credential_source Environment without keys",
            config: role("r", "credential_source = Environment"),
            profile: "r"
        ),
        .init(
            "credential_source EcsContainer",
            environment: container("task"),
            config: role("r", "credential_source = EcsContainer"),
            profile: "r"
        ),
        .init(
            "credential_source Ec2InstanceMetadata",
            environment: metadata("ok"),
            config: role("r", "credential_source = Ec2InstanceMetadata"),
            profile: "r"
        ),
        .init(
            "credential_source in lower case",
            environment: keys,
            config: role("r", "credential_source = environment"),
            profile: "r"
        ),
        .init(
            "a role that refuses",
            config: "[profile r]\nrole_arn = \(arn)-denied\nsource_profile = base\n",
            credentials: base,
            profile: "r"
        ),
        .init(
            "a role with credentials of yesterday",
            config: "[profile r]\nrole_arn = \(arn)-expired\nsource_profile = base\n",
            credentials: base,
            profile: "r"
        ),
        .init(
            "a source with a session token",
            config: role("r", "source_profile = t"),
            credentials: "[t]\naws_access_key_id = A\naws_secret_access_key = B\naws_session_token = T\n",
            profile: "r"
        ),
        .init(
            "STS by the profile's services section",
            environment: ["AWS_ENDPOINT_URL_STS": ""],
            config: role("r", "source_profile = base", "services = here")
                + "[services here]\nsts =\n  endpoint_url = http://127.0.0.1:{port}\n",
            credentials: base,
            profile: "r"
        ),
        .init(
            "STS in the profile's region",
            environment: ["AWS_REGION": unset],
            config: role("r", "source_profile = base", "region = ap-southeast-2"),
            credentials: base,
            profile: "r"
        ),
    ]

    private static let webIdentities: [CredentialCase] = [
        .init("web identity of the environment", environment: web, files: ["token": "eyJ.web.identity"]),
        .init(
            "with a session name",
            environment: web.merging(["AWS_ROLE_SESSION_NAME": "pipeline"]) { $1 },
            files: ["token": "eyJ.web.identity"]
        ),
        .init(
            "web identity of a profile",
            config: role("w", "web_identity_token_file = {home}/token"),
            files: ["token": "eyJ.web.identity"],
            profile: "w"
        ),
        .init(
            "variable and option mixed",
            environment: ["AWS_ROLE_ARN": arn + "-by-variable", "AWS_PROFILE": "w"],
            config: role("w", "web_identity_token_file = {home}/token", "role_session_name = me"),
            files: ["token": "eyJ.web.identity"]
        ),
        .init(
            "web identity without a role",
            environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token"],
            files: ["token": "eyJ.web.identity"]
        ),
        .init("web identity without the token", environment: web),
        .init(
            "an empty variable hides the option",
            environment: ["AWS_WEB_IDENTITY_TOKEN_FILE": "", "AWS_PROFILE": "w"],
            config: role("w", "web_identity_token_file = {home}/token"),
            files: ["token": "eyJ.web.identity"]
        ),
        .init(
            "a role that refuses the token",
            environment: web.merging(["AWS_ROLE_ARN": arn + "-denied"]) { $1 },
            credentials: defaults,
            files: ["token": "eyJ.web.identity"]
        ),
    ]

    private static let processes: [CredentialCase] = [
        .init("process", config: process, files: printing(processed)),
        .init(
            "process with a token and an end",
            config: process,
            files: printing(
                #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "C", "Expiration": "\#(later)"}"#
            )
        ),
        .init(
            "process with credentials of yesterday",
            config: process,
            files: printing(#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "\#(over)"}"#)
        ),
        .init(
            "process of version 2",
            config: process,
            files: printing(#"{"Version": 2, "AccessKeyId": "A", "SecretAccessKey": "B"}"#)
        ),
        .init(
            "process without a version",
            config: process,
            files: printing(#"{"AccessKeyId": "A", "SecretAccessKey": "B"}"#)
        ),
        .init("process without a secret", config: process, files: printing(#"{"Version": 1, "AccessKeyId": "A"}"#)),
        .init("process that prints no JSON", config: process, files: printing("AKIA SECRET")),
        .init("process that fails", config: process, files: printing(processed, then: "exit 3")),
        .init("process that is missing", config: process),
        .init(
            "process with quoted arguments",
            config: "[default]\ncredential_process = '{home}/bin/keys' \"two words\" $HOME\n",
            files: [
                "bin/keys": """
                #!/bin/sh
                printf '{"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s"}' "$1" "$2"

                """
            ]
        ),
        .init(
            "process with an open quote",
            config: "[default]\ncredential_process = '{home}/bin/keys\n",
            files: printing(processed)
        ),
        .init(
            "process in the credentials file",
            credentials: process,
            files: printing(processed)
        ),
    ]

    private static let signIns: [CredentialCase] = [
        .init("sign-in", config: ssoProfile + ssoSession, files: [sessionFile: signIn("t", later)], profile: "sso"),
        .init(
            "sign-in by AWS_PROFILE",
            environment: ["AWS_PROFILE": "sso"],
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", later)]
        ),
        .init(
            "sign-in that ends soon is renewed",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", "{soon}", refresh: "r1")],
            profile: "sso"
        ),
        .init(
            "sign-in that has ended is renewed",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", over, refresh: "kept")],
            profile: "sso"
        ),
        .init(
            "renewal refused, sign-in still good",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", "{soon}", refresh: "void")],
            profile: "sso"
        ),
        .init(
            "renewal refused, sign-in over",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", over, refresh: "void")],
            profile: "sso"
        ),
        .init(
            "registration over",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("t", over, refresh: "r1", until: over)],
            profile: "sso"
        ),
        .init("no sign-in", config: ssoProfile + ssoSession, credentials: defaults, profile: "sso"),
        .init("a sign-in that is no JSON", config: ssoProfile + ssoSession, files: [sessionFile: "{"], profile: "sso"),
        .init("a sign-in without a token", config: ssoProfile + ssoSession, files: [sessionFile: "{}"], profile: "sso"),
        .init(
            "a revoked sign-in",
            config: ssoProfile + ssoSession,
            files: [sessionFile: signIn("revoked", later)],
            profile: "sso"
        ),
        .init(
            "a role that is not offered",
            config: ssoProfile.replacing("Admin", with: "Denied") + ssoSession,
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init("no such session", config: ssoProfile, files: [sessionFile: signIn("t", later)], profile: "sso"),
        .init(
            "a session without a region",
            config: ssoProfile + "[sso-session corp]\nsso_start_url = https://corp.example/start\n",
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init(
            "a region in the profile instead of the session",
            config: ssoProfile + "sso_region = eu-west-1\n"
                + "[sso-session corp]\nsso_start_url = https://corp.example/start\n",
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init(
            "profile and session disagree",
            config: ssoProfile + "sso_region = us-east-1\n" + ssoSession,
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init(
            "without a role",
            config: "[profile sso]\nsso_session = corp\nsso_account_id = 1\n" + ssoSession,
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init(
            "a session alone is no source",
            config: "[profile sso]\nsso_session = corp\naws_access_key_id = A\naws_secret_access_key = B\n"
                + ssoSession,
            files: [sessionFile: signIn("t", later)],
            profile: "sso"
        ),
        .init("older form", config: legacySSO, files: [legacyFile: signIn("t", later)], profile: "sso"),
        .init(
            "older form, written by an old CLI",
            config: legacySSO,
            files: [legacyFile: signIn("t", "2099-01-01T00:00:00UTC")],
            profile: "sso"
        ),
        .init(
            "older form, over",
            config: legacySSO,
            files: [legacyFile: signIn("t", over, refresh: "r1")],
            profile: "sso"
        ),
        .init("older form, not signed in", config: legacySSO, files: [sessionFile: signIn("t", later)], profile: "sso"),
    ]

    private static let containers: [CredentialCase] = [
        .init("container", environment: container("task?id=1&x=%20y")),
        .init(
            "container with a token",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc"])
        ),
        .init(
            "container with a token file, which comes first",
            environment: container(
                "task",
                ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "x", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/token"]
            ),
            files: ["token": "eyJ.pod.identity"]
        ),
        .init(
            "container with a token of two lines",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nX: y"])
        ),
        .init(
            "container without its token file",
            environment: container("task", ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "{home}/none"])
        ),
        .init(
            "container that refuses, instance or not",
            environment: container("refused").merging(metadata("ok")) { $1 }
        ),
        .init("container that answers nonsense", environment: container("garbage")),
        .init("container with credentials of yesterday", environment: container("expired")),
        .init("container elsewhere without TLS", environment: [full: "http://10.0.0.1/x"]),
        .init("container by a name", environment: [full: "http://metadata.example/x"]),
        .init("container by localhost", environment: [full: "http://localhost:{port}/container/task"]),
        .init("container by another loopback address", environment: [full: "http://127.0.0.1:{port}/container/loop"]),
    ]

    private static let instances: [CredentialCase] = [
        .init("instance disabled", environment: metadata("ok").merging(["AWS_EC2_METADATA_DISABLED": "TRUE"]) { $1 }),
        .init("instance with version 1 alone", environment: metadata("v1")),
        .init("instance with version 1 alone, 405", environment: metadata("v1-405")),
        .init(
            "instance with version 1 alone, which is disabled",
            environment: metadata("v1").merging(["AWS_EC2_METADATA_V1_DISABLED": "true"]) { $1 }
        ),
        .init("instance that refuses the token", environment: metadata("refused")),
        .init("instance without a role", environment: metadata("norole")),
        .init("instance that denies", environment: metadata("denied")),
        .init("instance with an empty role", environment: metadata("empty")),
        .init("instance that is broken", environment: metadata("broken")),
        .init("instance with an error in JSON", environment: metadata("error")),
        .init("instance that answers nonsense", environment: metadata("garbage")),
        .init("instance whose credentials are stale", environment: metadata("stale")),
        .init("instance by the profile", environment: [imds: "http://127.0.0.1:{port}/imds/ok/"]),
        .init(
            "instance by the config file",
            environment: [imds: unset],
            config: "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:{port}/imds/ok\n"
        ),
    ]
}
