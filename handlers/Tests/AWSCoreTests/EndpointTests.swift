import AWSCore
import Testing

struct EndpointTests {
    @Test(arguments: [
        ("http://127.0.0.1:4566", Endpoint(scheme: .http, host: "127.0.0.1", port: 4566)),
        ("https://Example.com", Endpoint(scheme: .https, host: "example.com")),
        ("HTTPS://example.com:443/", Endpoint(scheme: .https, host: "example.com", port: 443)),
        ("http://[::1]:80/a/b%20/", Endpoint(scheme: .http, host: "::1", port: 80, basePath: "/a/b%20")),
        ("https://h_o-s.t/_aws/x", Endpoint(scheme: .https, host: "h_o-s.t", basePath: "/_aws/x")),
    ])
    func parses(_ url: String, _ endpoint: Endpoint) {
        #expect(Endpoint(url: url) == endpoint)
    }

    @Test(arguments: [
        "", "example.com", "ftp://h", "http://", "http:///a", "http://h:", "http://h:0", "http://h:65536",
        "http://h:+1",
        "http://user@h", "http://h/a?b", "http://h/a#b", "http://h\r\nX: y", "http://h/a b", "http://[::1",
        "http://[h]",
        "http://h:80:80", "http://é", "http://[::1]x", " http://h",
    ])
    func refuses(_ url: String) {
        #expect(Endpoint(url: url) == nil)
    }

    @Test func authorityNamesThePortOnlyWhereItIsNotTheSchemesOwn() {
        #expect(Endpoint(scheme: .https, host: "h").authority == "h")
        #expect(Endpoint(scheme: .http, host: "h", port: 443).authority == "h:443")
        #expect(Endpoint(scheme: .http, host: "::1", port: 81).authority == "[::1]:81")
    }

    struct AWSCase: Sendable {
        var service = "dynamodb"
        var region = "us-east-2"
        var environment: [String: String] = [:]
        var url: String
    }

    @Test(arguments: [
        AWSCase(url: "https://dynamodb.us-east-2.amazonaws.com"),
        AWSCase(region: "cn-north-1", url: "https://dynamodb.cn-north-1.amazonaws.com.cn"),
        AWSCase(region: "us-gov-west-1", url: "https://dynamodb.us-gov-west-1.amazonaws.com"),
        AWSCase(region: "us-isob-east-1", url: "https://dynamodb.us-isob-east-1.sc2s.sgov.gov"),
        AWSCase(environment: ["AWS_ENDPOINT_URL": "http://127.0.0.1:4566"], url: "http://127.0.0.1:4566"),
        AWSCase(
            environment: ["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "http://b"],
            url: "http://b"
        ),
        AWSCase(
            environment: ["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": ""],
            url: "http://a"
        ),
        AWSCase(
            environment: ["AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "True"],
            url: "https://dynamodb.us-east-2.amazonaws.com"
        ),
        AWSCase(
            service: "bedrock-runtime",
            environment: ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://c:1/x"],
            url: "http://c:1/x"
        ),
        AWSCase(service: "logs", environment: ["AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://d"], url: "http://d"),
        AWSCase(
            service: "execute-api",
            environment: ["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://e"],
            url: "http://e"
        ),
        // Not a URL: the call must fail, not reach the real service.
        AWSCase(environment: ["AWS_ENDPOINT_URL": "localhost"], url: "https://localhost"),
    ])
    func awsEndpoint(_ one: AWSCase) {
        let endpoint = Endpoint.aws(service: one.service, region: one.region, environment: one.environment)
        #expect("\(endpoint.scheme.rawValue)://\(endpoint.authority)\(endpoint.basePath)" == one.url)
    }

    @Test func requestTargets() {
        var request = HTTPRequest(
            method: "GET",
            endpoint: Endpoint(scheme: .http, host: "h", port: 81, basePath: "/base"),
            path: "/a%20b",
            query: [.init("k", "v/é"), .init("empty", "")]
        )
        #expect(request.url == "http://h:81/base/a%20b?k=v%2F%C3%A9&empty=")
        request.query = []
        #expect(request.target == "/base/a%20b")
    }
}
