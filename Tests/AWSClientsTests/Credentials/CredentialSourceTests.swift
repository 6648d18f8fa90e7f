import AWSCore
import TestSupport
import Testing

@testable import AWSClients

/// What the table beside botocore does not show: who is asked, how often, where a mistake is, and what is never said.
@Suite struct CredentialSourceTests: OnCredentialBench {
    let bench = CredentialBench()

    private static let mfa = """
        [default]
        role_arn = arn:aws:iam::1:role/deployer
        source_profile = base
        mfa_serial = GAHT12345678
        [profile base]
        aws_access_key_id = AKBASE
        aws_secret_access_key = SKBASE

        """

    private func assumed(_ key: String, minutes: Int) -> HTTPResponse {
        let expires = clock.now().advanced(by: .seconds(minutes * 60)).rfc3339
        return .text(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>S"
                + "</SecretAccessKey><SessionToken>T</SessionToken><Expiration>\(expires)</Expiration></Credentials>"
                + "</AssumeRoleResult></AssumeRoleResponse>"
        )
    }

    // MARK: MFA

    @Test func nobodyIsAskedWithoutATerminal() throws {
        let error = try #require(failure(options(config: Self.mfa)))
        #expect(error.code == .mfaNeeded)
        #expect(error.message.contains("/h/.aws/config:4") && error.message.contains("GAHT12345678"))
    }

    @Test func aCodeIsAskedForOnce() throws {
        var asked: [String] = []
        var effects = CredentialsEffects.none
        effects.askMFACode = { serial in
            asked.append(serial)
            return " 123 456\n"
        }
        let transport = RecordingTransport([assumed("AK1", minutes: 60), assumed("AK2", minutes: 60)])
        let session = try AWSSession(options: options(config: Self.mfa, transport: transport, credentials: effects))
        #expect(asked == ["GAHT12345678"])
        let form = String(decoding: transport.requests[0].body, as: UTF8.self)
        #expect(form.contains("TokenCode=123456") && form.contains("SerialNumber=GAHT12345678"))
        clock.sleep(.seconds(51 * 60))
        let error = #expect(throws: AWSError.self) { try STSClient(session: session).getCallerIdentity() }
        #expect(error?.code == "credentials.mfa")
        #expect(error?.message.contains("duration_seconds") == true)
        #expect(asked.count == 1)
    }

    @Test(arguments: [nil, "", "  "])
    func noCode(_ answer: String?) {
        var effects = CredentialsEffects.none
        effects.askMFACode = { _ in answer }
        #expect(failure(options(config: Self.mfa, credentials: effects))?.code == .mfaNeeded)
        var interrupted = options(config: Self.mfa, credentials: effects)
        interrupted.isCancelled = { true }
        #expect(failure(interrupted)?.code == .interrupted)
    }

    // MARK: A long deployment

    /// The same session signs with new credentials, and never with ones that have ended.
    @Test func aRoleIsAssumedAgainBeforeItEnds() throws {
        let config = Self.mfa.replacing("mfa_serial = GAHT12345678\n", with: "")
        let identity = HTTPResponse.text(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult>"
                + "</GetCallerIdentityResponse>"
        )
        let transport = RecordingTransport([assumed("AK1", minutes: 60), identity, identity])
        let session = try AWSSession(options: options(config: config, transport: transport))
        for _ in 0..<2 {
            _ = try STSClient(session: session).getCallerIdentity()
            clock.sleep(.seconds(20 * 60))
        }
        clock.sleep(.seconds(6 * 60))
        transport.answers = [assumed("AK2", minutes: 60), identity]
        _ = try STSClient(session: session).getCallerIdentity()
        let signers = transport.requests.map { request in
            request.headers["Authorization"]?.split(separator: "=").dropFirst().first?.split(separator: "/").first ?? ""
        }
        #expect(signers == ["AKBASE", "AK1", "AK1", "AKBASE", "AK2"])
    }

    // MARK: The trace

    @Test func everySourceSaysWhatCameOfIt() throws {
        let config = """
            [default]
            credential_process = /bin/keys
            aws_access_key_id = A
            aws_secret_access_key = B

            """
        let environment = testKeys.merging(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x"]) { $1 }
        let session = try AWSSession(options: options(environment, config: config))
        let lines = session.sources.map { "\($0.source) | \($0.outcome) | \($0.detail)" }
        #expect(
            lines == [
                "environment | used | AWS_ACCESS_KEY_ID is set",
                "profile default, role_arn | notConfigured | not set",
                "web identity | notConfigured | AWS_WEB_IDENTITY_TOKEN_FILE and the profile's web_identity_token_file "
                    + "not set",
                "profile default, IAM Identity Center | notConfigured | sso_account_id and sso_role_name are not set",
                "profile default (/h/.aws/credentials) | notConfigured | there is no such file or profile",
                "profile default, login_session | notConfigured | not set",
                "profile default, credential_process | lost | credential_process is set (/h/.aws/config:2), but "
                    + "environment comes first",
                "profile default (/h/.aws/config) | lost | aws_access_key_id is set (/h/.aws/config:3), but "
                    + "environment comes first",
                "container | lost | AWS_CONTAINER_CREDENTIALS_FULL_URI is set, but environment comes first",
                "EC2 instance metadata | none | not asked: environment comes first",
            ]
        )
    }

    @Test func aFailedSourceEndsTheSearch() throws {
        let config = "[default]\ncredential_process = /bin/keys\naws_access_key_id = A\naws_secret_access_key = B\n"
        let error = try #require(failure(options(config: config)))
        #expect(error.code == .processFailed)
        #expect(error.sources.map(\.outcome).suffix(4) == [.failed, .lost, .notConfigured, .none])
        #expect(error.sources.count == 10)
    }

    // MARK: Places

    @Test(
        arguments: [
            ("role_arn = r\nsource_profile = nobody", "/h/.aws/config:3"),
            ("role_arn = r\nsource_profile = default", "/h/.aws/config:3"),
            ("\nrole_arn = r", "/h/.aws/config:3"),
            ("role_arn = r\nsource_profile = a\n\ncredential_source = Environment", "/h/.aws/config:5"),
            ("role_arn = r\ncredential_source = Nobody", "/h/.aws/config:3"),
            (
                "role_arn = r\nsource_profile = default\nduration_seconds = long\naws_access_key_id=A",
                "/h/.aws/config:4"
            ),
            ("web_identity_token_file = /t", "/h/.aws/config:2"),
            ("credential_process = 'x", "/h/.aws/config:2"),
            ("sso_account_id = 1\nsso_role_name = r\nsso_session = corp", "/h/.aws/config:4"),
            ("sso_account_id = 1\nsso_start_url = https://x\nsso_region = us-east-1", "/h/.aws/config:2"),
            ("sso_account_id = 1\nsso_role_name = r\nsso_start_url = https://x\nsso_region = US", "/h/.aws/config:5"),
            ("region = x\nlogin_session = arn", "/h/.aws/config:3"),
            ("aws_access_key_id = A", "/h/.aws/config:2"),
            ("\naws_access_key_id = A\naws_secret_access_key =", "config:3"),
        ]
    )
    func mistakesHaveAPlaceAndAWayOut(_ lines: String, _ place: String) throws {
        let error = try #require(failure(options(config: "[default]\n\(lines)\n")), "\(lines) is accepted")
        #expect(error.message.contains(place), "\(error.message)")
        #expect(error.isAboutCredentials && !error.nextStep.isEmpty)
    }

    @Test func aCircleIsNamed() throws {
        let config = """
            [default]
            role_arn = r
            source_profile = b
            [profile b]
            role_arn = r
            source_profile = c
            [profile c]
            role_arn = r
            source_profile = b
            """
        let error = try #require(failure(options(config: config)))
        #expect(error.code == .invalidProfile)
        #expect(error.message.contains("/h/.aws/config:9") && error.message.contains("default → b → c → b"))
    }

    // MARK: Secrets

    @Test func secretsAreNotPrinted() throws {
        let renewal = SSOToken.Renewal(
            clientId: "c",
            clientSecret: "SECRET2",
            registrationExpires: clock.now(),
            refreshToken: "SECRET3"
        )
        let token = SSOToken(
            startURL: "https://corp.example",
            region: "eu-west-1",
            accessToken: "SECRET1",
            expires: clock.now(),
            renewal: renewal
        )
        var texts = ["\(token)", String(reflecting: token), "\(renewal)", String(reflecting: renewal)]
        var effects = CredentialsEffects.none
        for output in [
            "{\"Version\": 1, \"AccessKeyId\": \"A\", \"SecretAccessKey\": 7, \"x\": \"SECRET4\"}", "SECRET5",
        ] {
            effects.runProcess = { _, _ in .init(status: 0, output: Array(output.utf8), errors: []) }
            let error = try #require(
                failure(options(config: "[default]\ncredential_process = /bin/keys\n", credentials: effects))
            )
            texts.append("\(error) \(error.nextStep)")
        }
        for text in texts { #expect(!text.contains("SECRET"), "\(text)") }
    }
}
