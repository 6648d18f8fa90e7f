import AWSCore
import Testing

@testable import AWSClients

@Suite struct SessionTests {
    private struct Unreadable: Error {}

    private func open(
        environment: [String: String] = [:],
        config: String? = nil,
        credentials: String? = nil,
        change: (inout SessionOptions) -> Void = { _ in }
    ) throws(SessionError) -> AWSSession {
        var environment = environment
        environment["HOME"] = "/h"
        var files: [String: [UInt8]] = [:]
        files["/h/.aws/config"] = config.map { Array($0.utf8) }
        files["/h/.aws/credentials"] = credentials.map { Array($0.utf8) }
        var options = testOptions(environment: environment, files: files)
        options.region = "us-east-2"
        change(&options)
        return try AWSSession(options: options)
    }

    private func failure(_ body: () throws(SessionError) -> AWSSession) -> SessionError? {
        do { _ = try body() } catch { return error }
        return nil
    }

    @Test func noCredentialsListsWhatWasLookedAt() throws {
        let error = try #require(failure { () throws(SessionError) in try open(credentials: "[other]\n") })
        #expect(error.code == .noCredentials)
        #expect(
            error.sources.first == SourceReport("environment", .notConfigured, "AWS_ACCESS_KEY_ID is not set")
        )
        let text = error.description
        for part in [
            "environment:", "/h/.aws/credentials", "/h/.aws/config", "container:", "role_arn", "sso_account_id",
            "EC2 instance metadata:",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
    }

    @Test func theSourceIsNamed() throws {
        #expect(try open(environment: testKeys).credentialsSource == "environment")
        let session = try open(credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=B\n")
        #expect(session.credentialsSource == "profile default (/h/.aws/credentials)")
        #expect(session.sources.map(\.source).contains("environment"))
        #expect(session.region == "us-east-2")
        #expect(session.endpointOverride == nil)
    }

    /// The credentials file comes before a process in the config file, as with the AWS CLI.
    @Test func staticKeysBeforeAProcess() throws {
        let session = try open(
            config: "[default]\ncredential_process = /bin/x\n",
            credentials: "[default]\naws_access_key_id=A\naws_secret_access_key=B\n"
        )
        #expect(session.credentialsSource.contains("/h/.aws/credentials"))
    }

    @Test(
        arguments: [
            (["AWS_ACCESS_KEY_ID": "A"], nil, SessionError.Code.partialCredentials),
            (["AWS_PROFILE": "nobody"], nil, .profileNotFound),
            ([:], "[default]\noops\n", .malformedFile),
            (["AWS_ENDPOINT_URL": "localhost:4566"], nil, .invalidEndpoint),
            (["AWS_ENDPOINT_URL_S3": "ftp://x"], nil, .invalidEndpoint),
            (["AWS_MAX_ATTEMPTS": "many"], nil, .invalidSetting),
            (["AWS_MAX_ATTEMPTS": "0"], nil, .invalidSetting),
            (["AWS_RETRY_MODE": "never"], nil, .invalidSetting),
        ] as [([String: String], String?, SessionError.Code)]
    )
    func refusals(_ environment: [String: String], _ config: String?, _ code: SessionError.Code) {
        let all = environment["AWS_ACCESS_KEY_ID"] == nil ? environment.merging(testKeys) { $1 } : environment
        let error = failure { () throws(SessionError) in try open(environment: all, config: config) }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.nextStep.isEmpty == false)
    }

    @Test func regions() throws {
        let none = failure { () throws(SessionError) in try open(environment: testKeys) { $0.region = nil } }
        #expect(none?.code == .noRegion)
        for bad in ["us east", "x.evil.com", "-a", "US-EAST-1", "a/b"] {
            let error = failure { () throws(SessionError) in try open(environment: testKeys) { $0.region = bad } }
            #expect(error?.code == .invalidRegion, "\(bad)")
        }
        let environment = testKeys.merging(["AWS_REGION": "eu-west-1"]) { $1 }
        #expect(try open(environment: environment).region == "us-east-2", "the option wins")
        #expect(try open(environment: environment) { $0.region = nil }.region == "eu-west-1")
        let empty = testKeys.merging(["AWS_REGION": "", "AWS_DEFAULT_REGION": "eu-west-2"]) { $1 }
        #expect(try open(environment: empty) { $0.region = nil }.region == "eu-west-2")
    }

    @Test func unreadableFiles() {
        let error = failure { () throws(SessionError) in
            try open(environment: testKeys) { $0.readFile = { _ in throw Unreadable() } }
        }
        #expect(error?.code == .unreadableFile)
    }

    @Test func theEndpointOptionWins() throws {
        let environment = testKeys.merging([
            "AWS_ENDPOINT_URL_S3": "http://s3:1", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        ]) { $1 }
        let session = try open(environment: environment) { $0.endpointURL = "http://127.0.0.1:4566" }
        #expect(session.endpoint("s3") == Endpoint(scheme: .http, host: "127.0.0.1", port: 4566))
        #expect(session.endpointOverride == session.endpoint("logs"))
        #expect(try open(environment: environment).endpoint("s3").host == "s3.us-east-2.amazonaws.com")
    }

    @Test(
        arguments: [
            ([:], nil, 3), (["AWS_MAX_ATTEMPTS": "7"], "max_attempts = 2", 7), ([:], "max_attempts = 2", 2),
            (["AWS_RETRY_MODE": "legacy"], nil, 5), ([:], "retry_mode = adaptive", 3),
            (["AWS_MAX_ATTEMPTS": "1"], nil, 1),
        ] as [([String: String], String?, Int)]
    )
    func attempts(_ environment: [String: String], _ setting: String?, _ expected: Int) throws {
        let throttled = HTTPResponse.text(
            "<ErrorResponse><Error><Code>Throttling</Code><Message>m</Message></Error></ErrorResponse>",
            status: 400
        )
        let transport = RecordingTransport(Array(repeating: throttled, count: 10))
        let session = try open(
            environment: environment.merging(testKeys) { $1 },
            config: setting.map { "[default]\n\($0)\n" }
        ) { $0.transport = transport }
        #expect(throws: AWSError.self) { try STSClient(session: session).getCallerIdentity() }
        #expect(transport.requests.count == expected)
    }
}
