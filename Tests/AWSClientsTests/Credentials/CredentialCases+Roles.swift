/// Who comes first, and roles that are assumed.
extension CredentialCase {
    static let order: [CredentialCase] = [
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

    static let roles: [CredentialCase] = [
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

    static let webIdentities: [CredentialCase] = [
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
}
