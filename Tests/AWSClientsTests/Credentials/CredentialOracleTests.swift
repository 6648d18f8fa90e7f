import AWSCore
import TestSupport
import Testing

@testable import AWSClients

/// botocore, which the AWS CLI is made of, is given the same home, environment and servers, and picks the same source
/// and the same identity, or refuses where we do.
@Suite struct CredentialOracleTests {
    /// The variables of a case that says nothing else: every service is ours, and there is no instance.
    private static func variables(_ item: CredentialCase, home: String, port: Int) -> [String: String] {
        var variables = [
            "HOME": home, "PATH": "/usr/bin:/bin", "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "\(home)/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "\(home)/.aws/credentials",
            "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:{port}", "AWS_ENDPOINT_URL_SSO": "http://127.0.0.1:{port}",
            "AWS_ENDPOINT_URL_SSO_OIDC": "http://127.0.0.1:{port}",
            // A busy machine is no missing one.
            "AWS_METADATA_SERVICE_TIMEOUT": "60",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:{port}/imds/absent",
        ]
        variables.merge(item.environment) { $1 }
        return variables.filter { $0.value != CredentialCase.unset }.mapValues { filled($0, home: home, port: port) }
    }

    private static func filled(_ text: String, home: String, port: Int) -> String {
        let soon = SystemClock().now().advanced(by: .seconds(300)).rfc3339.prefix(19) + "Z"
        return text.replacing("{home}", with: home).replacing("{port}", with: "\(port)")
            .replacing("{soon}", with: soon)
    }

    /// - Returns: the case's own home, with its files.
    private static func home(_ item: CredentialCase, port: Int) throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        var files = item.files
        files[".aws/config"] = item.config
        files[".aws/credentials"] = item.credentials
        for (name, text) in files {
            try folder.write(
                name,
                filled(text, home: folder.path, port: port),
                mode: name.hasPrefix("bin/") ? 0o755 : 0o600
            )
        }
        return folder
    }

    /// What botocore calls a source, and what its name holds with us.
    private static let methods = [
        "env": "environment", "assume-role": "role_arn", "assume-role-with-web-identity": "web identity",
        "sso": "IAM Identity Center", "shared-credentials-file": "/.aws/credentials)",
        "custom-process": "credential_process", "config-file": "/.aws/config)", "container-role": "container",
        "iam-role": "EC2 instance metadata",
    ]

    @Test func botocorePicksTheSameIdentity() throws {
        #expect(CredentialCase.all.count >= 60)
        let server = try PythonServer(script: "Tests/AWSClientsTests/Python/credential_chain.py")
        defer { server.stop() }
        // Sign-ins are renewed on disk: each side has its own home. The folder is part of no identity.
        let theirs = try CredentialCase.all.map { try Self.home($0, port: server.port) }
        let ours = try CredentialCase.all.map { try Self.home($0, port: server.port) }
        let answers = try ask(zip(CredentialCase.all, theirs).map { ($0, $1.path) }, port: server.port)
        try #require(answers.count == CredentialCase.all.count)
        for (index, item) in CredentialCase.all.enumerated() {
            let choice = choose(item, home: ours[index].path, port: server.port)
            if let error = answers[index]["error"]?.stringValue {
                #expect(choice["error"] != nil, "\(item): botocore refuses (\(error)), we pick \(choice)")
                continue
            }
            for name in ["key", "secret", "token"] {
                #expect(choice[name] == answers[index][name]?.stringValue, "\(item): \(name); \(choice)")
            }
            let method = answers[index]["method"]?.stringValue ?? ""
            let name = Self.methods[method] ?? "no such method: \(method)"
            #expect(choice["source"]?.contains(name) == true, "\(item): \(method), not \(choice)")
            for file in item.files.keys where file.hasPrefix(".aws/sso/cache/") {
                let left = try cacheWithoutTime(ours[index].text(file))
                let right = try cacheWithoutTime(theirs[index].text(file))
                #expect(left == right, "\(item): what is left in the cache")
            }
        }
    }

    private func cacheWithoutTime(_ text: String) throws -> [String: JSONValue]? {
        var fields = try JSONValue.parse(text).objectValue
        fields?["expiresAt"] = nil
        // botocore forgets a refresh token that the service did not replace, and cannot renew a second time.
        if fields?["refreshToken"] == "kept" { fields?["refreshToken"] = nil }
        return fields
    }

    /// A few at a time, so that no answer is long in coming.
    private func ask(_ cases: [(CredentialCase, String)], port: Int) throws -> [JSONValue] {
        let transport = CurlTransport()
        return try stride(from: 0, to: cases.count, by: 8).flatMap { start in
            let questions = cases[start..<min(start + 8, cases.count)].map { item, home in
                JSONValue.object([
                    "environment": .object(Self.variables(item, home: home, port: port).mapValues { .string($0) }),
                    "home": .string(home), "profile": item.profile.map { .string($0) } ?? .null,
                ])
            }
            let request = HTTPRequest(
                method: "POST",
                endpoint: Endpoint(scheme: .http, host: "127.0.0.1", port: port),
                path: "/oracle",
                body: JSONValue.array(questions).encoded()
            )
            return try JSONValue.parse(transport.send(request, timeout: .seconds(300)).body).arrayValue ?? []
        }
    }

    private func choose(_ item: CredentialCase, home: String, port: Int) -> [String: String] {
        let options = SessionOptions(
            environment: Self.variables(item, home: home, port: port),
            profile: item.profile,
            clock: ImpatientClock(),
            readFile: { path in readText(path).map { Array($0.utf8) } },
            random: { 0 },
            credentials: .live(isCancelled: { false }, askMFACode: { _ in "123456" })
        )
        do {
            let session = try AWSSession(options: options)
            let key = try session.frozenCredentials()
            return [
                "source": session.credentialsSource, "key": key.accessKeyId, "secret": key.secretAccessKey,
                "token": key.sessionToken ?? "",
            ]
        } catch {
            return ["error": "\(error)"]
        }
    }
}

/// The machine's time, as the peer sees it; nothing is waited for.
private final class ImpatientClock: WallClock {
    func now() -> Timestamp { SystemClock().now() }
    func sleep(_ duration: Duration) {}
}
