/// Programs, and sign-ins through IAM Identity Center.
extension CredentialCase {
    static let processes: [CredentialCase] = [
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

    static let signIns: [CredentialCase] = [
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
}
