import AWSCore
import TestSupport
import Testing

@testable import AWSClients

/// Containers, instances, and answers that are not what they should be.
@Suite struct MachineCredentialsTests: OnCredentialBench {
    let bench = CredentialBench()

    // MARK: Hostile answers

    /// Whatever a program prints, or lies in the cache, is credentials or a typed error.
    @Test func hostileAnswersCrashNothing() {
        let seeds = [
            #"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B", "Expiration": "2099-01-01T00:00:00Z"}"#,
            #"{"accessToken": "t", "expiresAt": "2099-01-01T00:00:00UTC", "clientId": "c", "refreshToken": "r"}"#,
        ].map { Array($0.utf8) }
        let sso = "sso_account_id = 1\nsso_role_name = r\nsso_start_url = https://x\nsso_region = us-east-1\n"
        let configs = ["[default]\ncredential_process = /bin/keys\n", "[default]\n\(sso)"]
        let cache = SSOTokenCache(
            settings: SSOSettings(startURL: "https://x", region: "us-east-1", scopes: []),
            options: options()
        ).path
        var generator = SeededGenerator(seed: 11)
        var outcomes: Set<String> = []
        for round in 0..<4_000 {
            let bytes = mutated(seeds[round % 2], &generator, alphabet: Array("{}[]\",:0aZ\\".utf8) + [0, 0xFF])
            var effects = CredentialsEffects.none
            effects.runProcess = { _, _ in .init(status: 0, output: bytes, errors: []) }
            var options = options(config: configs[round % 2], credentials: effects)
            let read = options.readFile
            options.readFile = { $0 == cache ? bytes : try read($0) }
            outcomes.insert(failure(options)?.code.rawValue ?? "credentials")
        }
        // Both kinds of end were reached, and nothing else.
        #expect(outcomes.isSuperset(of: ["credentials", "credentials.process", "credentials.signIn"]))
        #expect(
            outcomes.isSubset(of: [
                "credentials", "credentials.process", "credentials.signIn", "credentials.expired",
                "credentials.unreachable",
            ]),
            "\(outcomes)"
        )
    }

    // MARK: Hosts that credentials are taken from

    @Test(
        arguments: [
            ("http://127.0.0.1/x", true), ("http://127.9.9.9:80/x", true), ("http://[::1]:8080/x", true),
            ("http://localhost/x", true), ("http://169.254.170.2/x", true),
            ("http://169.254.170.23/v1/credentials", true),
            ("http://[fd00:ec2::23]/v1/credentials", true), ("https://anywhere.example/x?y=1", true),
            ("http://127.0.0.1.evil.example/x", false), ("http://127.1/x", false), ("http://10.0.0.1/x", false),
            ("http://user@127.0.0.1/x", false), ("http://169.254.170.2.evil/x", false), ("ftp://127.0.0.1/x", false),
            ("http://[::ffff:10.0.0.1]/x", false), ("127.0.0.1/x", false), ("http://127.0.0.1/a b", false),
            ("http://evil.example#@127.0.0.1/x", false), ("http://evil.example?@127.0.0.1/", false),
        ]
    )
    func containerHosts(_ uri: String, _ isAllowed: Bool) {
        let body =
            #"{"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T", "Expiration": "2099-01-01T00:00:00Z"}"#
        let transport = RecordingTransport([.text(body)])
        let error = failure(options(["AWS_CONTAINER_CREDENTIALS_FULL_URI": uri], transport: transport))
        #expect((error == nil) == isAllowed, "\(uri): \(String(describing: error))")
        #expect(transport.requests.count == (isAllowed ? 1 : 0))
        if !isAllowed { #expect(error?.code == .invalidSetting) }
    }

    @Test func aContainerIsAskedThreeTimesASecondApart() throws {
        let refused = HTTPResponse.text("{\"message\": \"not associated\"}", status: 404)
        let transport = RecordingTransport([refused, refused, refused, refused])
        let error = try #require(
            failure(options(["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/x"], transport: transport))
        )
        #expect(error.code == .unreachableCredentials && error.message.contains("not associated"))
        #expect(transport.requests.map(\.url) == Array(repeating: "http://169.254.170.2/v2/x", count: 3))
        #expect(clock.slept == [.seconds(1), .seconds(1)])
    }

    @Test func anInstanceIsAskedByVersionTwo() throws {
        let body =
            #"{"AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T", "Expiration": "2099-01-01T00:00:00Z"}"#
        let transport = RecordingTransport([.text("token"), .text("role"), .text(body)])
        let session = try AWSSession(options: options(transport: transport))
        #expect(session.credentialsSource == "EC2 instance metadata")
        #expect(transport.requests.map(\.method) == ["PUT", "GET", "GET"])
        #expect(transport.requests.map { $0.headers["x-aws-ec2-metadata-token"] } == [nil, "token", "token"])
        #expect(transport.requests[2].url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/role")
        let six = RecordingTransport([.text("", status: 403), .text("role"), .text(body)])
        _ = try AWSSession(options: options(["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv6"], transport: six))
        #expect(six.requests[0].url == "http://[fd00:ec2::254]/latest/api/token")
        for environment in [
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"], ["AWS_METADATA_SERVICE_TIMEOUT": "soon"],
            ["AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"], ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "169.254.169.254"],
        ] {
            #expect(failure(options(environment))?.code == .invalidSetting, "\(environment)")
        }
    }
}
