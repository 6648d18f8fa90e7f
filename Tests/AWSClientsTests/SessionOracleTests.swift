import AWSCore
import TestSupport
import Testing

@testable import AWSClients

/// What botocore, which the AWS CLI is made of, picks from the same environment and files.
@Suite struct SessionOracleTests {
    struct Case {
        var name: String
        var environment: [String: String] = [:]
        var config: String?
        var credentials: String?
        var profile: String?
        var service = "cloudformation"
    }

    private static let keys = ["AWS_ACCESS_KEY_ID": "AKENV", "AWS_SECRET_ACCESS_KEY": "SKENV"]
    private static let defaultKeys = "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = SKFILE\n"
    private static let acme =
        "[profile acme]\naws_access_key_id=AKACME\naws_secret_access_key=SKACME\nregion=eu-west-1\n"
    private static let servicesConfig = """
        [default]
        services = local
        endpoint_url = http://general:1
        region = eu-central-1

        [services local]
        s3 =
          endpoint_url = http://s3.local:2
        cloudwatch_logs =
          endpoint_url = http://logs.local:3
        """

    static let cases: [Case] = [
        Case(name: "keys of the environment", environment: keys),
        Case(name: "with a token", environment: keys.merging(["AWS_SESSION_TOKEN": "T"]) { $1 }),
        Case(
            name: "with the older token",
            environment: keys.merging(["AWS_SECURITY_TOKEN": "S", "AWS_SESSION_TOKEN": "T"]) { $1 }
        ),
        Case(name: "an empty token is none", environment: keys.merging(["AWS_SESSION_TOKEN": ""]) { $1 }),
        Case(
            name: "an empty key is none",
            environment: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "x"],
            credentials: defaultKeys
        ),
        Case(name: "a key without its secret", environment: ["AWS_ACCESS_KEY_ID": "A"], credentials: defaultKeys),
        Case(name: "nothing at all"),
        Case(name: "credentials file", credentials: defaultKeys),
        Case(name: "config file", config: defaultKeys),
        Case(
            name: "credentials file before config file",
            config: "[default]\naws_access_key_id=C\naws_secret_access_key=D\nregion=us-west-1\n",
            credentials: defaultKeys
        ),
        Case(
            name: "the credentials file's region wins",
            config: "[default]\nregion=us-west-1\n",
            credentials: defaultKeys + "region=us-west-2\n"
        ),
        Case(name: "environment before files", environment: keys, credentials: defaultKeys),
        Case(
            name: "named by AWS_PROFILE",
            environment: ["AWS_PROFILE": "acme"],
            config: acme,
            credentials: defaultKeys
        ),
        Case(
            name: "keys of the environment beat AWS_PROFILE",
            environment: keys.merging(["AWS_PROFILE": "acme"]) { $1 },
            config: acme
        ),
        Case(name: "--profile beats keys of the environment", environment: keys, config: acme, profile: "acme"),
        Case(
            name: "--profile beats AWS_PROFILE",
            environment: ["AWS_PROFILE": "other"],
            config: acme + "[profile other]\nregion=x\n",
            profile: "acme"
        ),
        Case(name: "AWS_DEFAULT_PROFILE", environment: ["AWS_DEFAULT_PROFILE": "acme"], config: acme),
        Case(
            name: "AWS_DEFAULT_PROFILE before AWS_PROFILE",
            environment: ["AWS_DEFAULT_PROFILE": "acme", "AWS_PROFILE": "other"],
            config: acme + "[profile other]\nregion=x\n"
        ),
        Case(name: "an empty AWS_PROFILE", environment: ["AWS_PROFILE": ""], credentials: defaultKeys),
        Case(
            name: "an empty AWS_ENDPOINT_URL",
            environment: keys.merging(["AWS_ENDPOINT_URL": "", "AWS_REGION": "eu-west-2"]) { $1 },
            config: servicesConfig,
            service: "s3"
        ),
        Case(name: "profile that is missing", environment: ["AWS_PROFILE": "nobody"], config: acme),
        Case(
            name: "profile missing but keys in the environment",
            environment: keys.merging(["AWS_PROFILE": "nobody"]) { $1 },
            config: acme
        ),
        Case(
            name: "credentials file without the word profile",
            credentials: "[acme]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "acme"
        ),
        Case(
            name: "config section without the word profile",
            config: "[acme]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "acme"
        ),
        Case(
            name: "quoted profile",
            config: "[profile \"two words\"]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "two words"
        ),
        Case(
            name: "single quotes and escapes",
            config: "[profile 'a b\\c']\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "a b\\c"
        ),
        Case(
            name: "keyword run on",
            config: "[profileacme]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "acme"
        ),
        Case(
            name: "keyword with a suffix",
            config: "[profiles acme]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "acme"
        ),
        Case(
            name: "three words",
            config: "[profile a b]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "a"
        ),
        Case(name: "profile default", config: "[profile default]\naws_access_key_id=A\naws_secret_access_key=B\n"),
        Case(
            name: "comments, colons, case and white space",
            credentials:
                "# c\n; d\n[default]   junk\n  # e\nAWS_Access_Key_Id : A\naws_secret_access_key=  B # not a comment  \n"
        ),
        Case(name: "CRLF", credentials: "[default]\r\naws_access_key_id=A\r\naws_secret_access_key=B\r\n\r\n"),
        Case(name: "CR", credentials: "[default]\raws_access_key_id=A\raws_secret_access_key=B\r"),
        Case(
            name: "continuation lines",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=B\n  C\n\n  D\nregion=eu-west-3\n"
        ),
        Case(
            name: "empty lines inside a value",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=B\n\n\nregion=eu-west-3\n"
        ),
        Case(
            name: "indented options",
            credentials: "[default]\n  aws_access_key_id=A\n  aws_secret_access_key=B\nregion=eu-west-3\n"
        ),
        Case(
            name: "nested section",
            config:
                "[default]\nregion=eu-north-1\ns3 =\n  addressing_style = path\n  x=1\naws_access_key_id=A\naws_secret_access_key=B\n"
        ),
        Case(
            name: "nested line without an equals sign",
            config: "[default]\ns3 =\n  oops\naws_access_key_id=A\naws_secret_access_key=B\n"
        ),
        Case(
            name: "DEFAULT section",
            credentials: "[DEFAULT]\naws_secret_access_key=D\n[default]\naws_access_key_id=A\n"
        ),
        Case(name: "section twice", credentials: defaultKeys + defaultKeys),
        Case(name: "option twice", credentials: defaultKeys + "aws_access_key_id=B\n"),
        Case(name: "no section", credentials: "aws_access_key_id=A\n"),
        Case(name: "line without a value", credentials: defaultKeys + "oops\n"),
        Case(name: "line without a name", credentials: defaultKeys + "=oops\n"),
        Case(
            name: "brackets in a section's name",
            credentials: "[a]b]\naws_access_key_id=A\naws_secret_access_key=B\n",
            profile: "a]b"
        ),
        Case(name: "empty brackets", credentials: "[]\n" + defaultKeys),
        Case(
            name: "empty brackets as a value",
            credentials: "[default]\n[] = 1\naws_access_key_id=A\naws_secret_access_key=B\n"
        ),
        Case(
            name: "non-ASCII",
            credentials: "[ünï]\naws_access_key_id=A\u{00A0}\naws_secret_access_key=ß\u{2003}\n",
            profile: "ünï"
        ),
        Case(name: "file token names", credentials: defaultKeys + "aws_session_token=T\naws_security_token=S\n"),
        Case(name: "partial keys in the file", credentials: "[default]\naws_access_key_id=A\n"),
        Case(
            name: "other files",
            environment: ["AWS_SHARED_CREDENTIALS_FILE": "~/else", "AWS_CONFIG_FILE": "$HOME/nothing"],
            credentials: defaultKeys
        ),
        Case(
            name: "AWS_REGION",
            environment: keys.merging(["AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"]) { $1 }
        ),
        Case(
            name: "AWS_DEFAULT_REGION",
            environment: keys.merging(["AWS_DEFAULT_REGION": "eu-west-2"]) { $1 },
            config: "[default]\nregion=eu-west-3\n"
        ),
        Case(name: "the profile's region", environment: keys, config: "[default]\nregion=eu-west-3\n"),
        Case(name: "China", environment: keys.merging(["AWS_REGION": "cn-north-1"]) { $1 }),
        Case(name: "GovCloud Logs", environment: keys.merging(["AWS_REGION": "us-gov-west-1"]) { $1 }, service: "logs"),
        Case(name: "AWS_ENDPOINT_URL", environment: keys.merging(["AWS_ENDPOINT_URL": "http://127.0.0.1:4566"]) { $1 }),
        Case(
            name: "AWS_ENDPOINT_URL_<SERVICE>",
            environment: keys.merging([
                "AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_CLOUDFORMATION": "http://b:2",
            ]) { $1 }
        ),
        Case(
            name: "Logs by its service id",
            environment: keys.merging([
                "AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://b:2",
            ]) { $1 },
            service: "logs"
        ),
        Case(
            name: "API Gateway by its service id",
            environment: keys.merging(["AWS_ENDPOINT_URL_API_GATEWAY": "http://b:2"]) { $1 },
            service: "apigateway"
        ),
        Case(
            name: "SSM by its service id",
            environment: keys.merging(["AWS_ENDPOINT_URL_SSM": "http://b:2/base/"]) { $1 },
            service: "ssm"
        ),
        Case(
            name: "ignored endpoints",
            environment: keys.merging([
                "AWS_ENDPOINT_URL": "http://a:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
                "AWS_REGION": "us-east-2",
            ]) { $1 }
        ),
        Case(name: "services section", environment: keys, config: servicesConfig, service: "s3"),
        Case(name: "services section, Logs", environment: keys, config: servicesConfig, service: "logs"),
        Case(name: "the profile's endpoint", environment: keys, config: servicesConfig, service: "ssm"),
        Case(
            name: "AWS_ENDPOINT_URL before the services section",
            environment: keys.merging(["AWS_ENDPOINT_URL": "http://a:1"]) { $1 },
            config: servicesConfig,
            service: "s3"
        ),
        Case(
            name: "services section that is missing",
            environment: keys,
            config: "[default]\nservices = nobody\n",
            service: "s3"
        ),
        Case(name: "AWS's own S3", environment: keys.merging(["AWS_REGION": "eu-west-1"]) { $1 }, service: "s3"),
        Case(
            name: "AWS's own API Gateway",
            environment: keys.merging(["AWS_REGION": "eu-west-1"]) { $1 },
            service: "apigateway"
        ),
    ]

    @Test func botocorePicksTheSame() throws {
        let input = JSONValue.array(
            Self.cases.map { item in
                var files: [String: JSONValue] = [:]
                if let text = item.config { files["config"] = .string(text) }
                // A case that names other files has its keys there.
                let name = item.environment["AWS_SHARED_CREDENTIALS_FILE"] == nil ? "credentials" : "else"
                if let text = item.credentials { files[name] = .string(text) }
                return .object([
                    "environment": .object(item.environment.mapValues { .string($0) }),
                    "files": .object(files),
                    "profile": item.profile.map { .string($0) } ?? .null,
                    "service": .string(item.service),
                ])
            }
        )
        let answers =
            try JSONValue.parse(Python.run("Tests/AWSClientsTests/Python/session.py", input: input.encoded()).bytes)
            .arrayValue ?? []
        try #require(answers.count == Self.cases.count)
        for (item, answer) in zip(Self.cases, answers) {
            let ours = choose(item)
            if let error = answer["error"]?.stringValue {
                #expect(ours["error"] != nil, "\(item.name): botocore refuses (\(error)), we pick \(ours)")
                continue
            }
            for name in ["key", "secret", "token"] {
                #expect(ours[name] == answer[name]?.stringValue, "\(item.name): \(name); \(ours)")
            }
            if let region = answer["region"]?.stringValue, !region.isEmpty {
                #expect(ours["region"] == region, "\(item.name)")
            }
            let endpoint = answer["endpoint"]?.stringValue ?? ""
            #expect(
                ours["endpoint"] == (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint),
                "\(item.name)"
            )
        }
    }

    /// Our choice in the oracle's terms, read off a signed request's way through the session.
    private func choose(_ item: Case) -> [String: String] {
        let home = "/home/u"
        var environment = [
            "HOME": home, "AWS_CONFIG_FILE": "\(home)/config", "AWS_SHARED_CREDENTIALS_FILE": "\(home)/credentials",
        ]
        environment.merge(item.environment) { $1 }
        var files: [String: [UInt8]] = [:]
        if let text = item.config { files["\(home)/config"] = Array(text.utf8) }
        let name = item.environment["AWS_SHARED_CREDENTIALS_FILE"] == nil ? "credentials" : "else"
        if let text = item.credentials { files["\(home)/\(name)"] = Array(text.utf8) }
        var options = testOptions(environment: environment, files: files)
        options.profile = item.profile
        do {
            let config = try SharedConfig(options: options)
            // Without any region the oracle's client is asked for in this one.
            let region = (try? resolveRegion(options, config)) ?? "us-east-1"
            let calls = CredentialsCalls(
                options: options,
                config: config,
                region: region,
                transport: sessionTransport(options, config),
                retry: .none
            )
            let key = try CredentialsChain.standard(calls).resolve().provider.current()
            let endpoint = try ServiceEndpoints(options, config, region: region).endpoint(item.service)
            return [
                "key": key.accessKeyId, "secret": key.secretAccessKey, "token": key.sessionToken ?? "",
                "region": region,
                "endpoint": "\(endpoint.scheme.rawValue)://\(endpoint.authority)\(endpoint.basePath)",
            ]
        } catch {
            return ["error": "\(error)"]
        }
    }
}
