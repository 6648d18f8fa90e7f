import AWSCore
import Testing

@testable import Operations

@Suite struct LocalOnlyTests {
    @Test func nothingOfTheCallersAWSIsLeft() {
        let environment = LocalOnly.environment(
            [
                "PATH": "/bin", "AWS_PROFILE": "prod", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real",
                "AWS_CONFIG_FILE": "/home/me/config", "AWS_BEARER_TOKEN_BEDROCK": "real",
                "AWS_ENDPOINT_URL_S3": "https://s3.us-east-2.amazonaws.com",
            ],
            with: ["AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_SECRET_ACCESS_KEY": "local"]
        )
        #expect(
            environment == [
                "PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "local", "AWS_CONFIG_FILE": "/dev/null",
                "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
            ]
        )
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:4566", true), ("http://bucket.127.0.0.1:4566", true), ("http://127.0.0.1:4567", false),
            ("https://127.0.0.1:4566", false), ("https://sts.us-east-2.amazonaws.com", false),
            ("http://evil127.0.0.1:4566", false),
        ]
    )
    func onlyTheLocalAddressIsReached(url: String, isAllowed: Bool) throws {
        let own = try #require(Endpoint(url: "http://127.0.0.1:4566"))
        let wire = Wire()
        let request = HTTPRequest(method: "GET", endpoint: try #require(Endpoint(url: url)), path: "/x")
        let error = #expect(throws: TransportError.self) {
            try GuardedTransport(wire, allowed: [own]).begin(request, timeout: .seconds(1))
        }
        #expect(error?.kind == (isAllowed ? .timeout : .connect) && wire.begun == (isAllowed ? 1 : 0))
    }

    /// Counts what reaches it, and never answers.
    private final class Wire: HTTPTransport {
        private(set) var begun = 0

        func begin(_ request: HTTPRequest, timeout: Duration) throws(TransportError) -> any HTTPExchange {
            begun += 1
            throw TransportError(.timeout, peer: request.endpoint.authority, detail: "no answer")
        }
    }

    @Test(
        arguments: [
            ("https://s3.us-east-2.amazonaws.com", true), ("https://amazonaws.com", true),
            ("https://x.api.aws", true), ("http://sts.cn-north-1.amazonaws.com.cn", true),
            ("http://127.0.0.1:4566", false), ("http://localstack:4566", false), ("http://notamazonaws.com", false),
        ]
    )
    func addressesOfAWS(url: String, isAWS: Bool) throws {
        #expect(LocalOnly.isAWS(try #require(Endpoint(url: url))) == isAWS)
    }

    @Test func anAddressOfAWSIsRefused() throws {
        let fixture = Fixture()
        let spec = try fixture.context.loadSpec().spec
        expectFailure(.local) {
            try DevCloud.named("https://sts.us-east-2.amazonaws.com", fixture.context, spec)
        }
        expectFailure(.local) { try DevCloud.named("127.0.0.1:4566", fixture.context, spec) }
        let cloud = try DevCloud.named("http://127.0.0.1:1", fixture.context, spec)
        #expect(cloud.context.effects.environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1")
        #expect(cloud.context.assumeYes && cloud.context.overrides == .init())
    }

    /// The real deployment, in a context that can reach the fake only.
    @Test func theRealOperationsRunInIt() throws {
        let fixture = Fixture()
        fixture.environment["AWS_PROFILE"] = "prod"
        let spec = try fixture.context.loadSpec().spec
        let cloud = try DevCloud.named("http://127.0.0.1:1", fixture.context, spec)
        let result = try Deploy.run(cloud.context, fixture.host, options: DevLoop.deployOptions)
        #expect(result.outcome == .created && fixture.stack != nil)
    }
}
