import AWSCore
import TestSupport
import Testing

@testable import LocalAWS

@Suite struct DeployedAPITests {
    static let functionURI =
        "arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:1:function:f/invocations"

    static func api(stage: JSONValue = [:]) -> DeployedAPI {
        DeployedAPI(
            api: ["protocolType": "WEBSOCKET", "routeSelectionExpression": "$request.body.action"],
            routes: [
                "items": [
                    [
                        "routeKey": "$connect", "target": "integrations/i1", "authorizationType": "CUSTOM",
                        "authorizerId": "a1",
                    ],
                    ["routeKey": "hello", "target": "integrations/i2", "authorizationType": "NONE"],
                    ["routeKey": "mock", "target": "integrations/i3", "routeResponseSelectionExpression": "$default"],
                    ["routeKey": "iam", "target": "integrations/none", "authorizationType": "AWS_IAM"],
                    ["routeKey": "lost", "authorizationType": "CUSTOM", "authorizerId": "a2"],
                ]
            ],
            integrations: [
                "items": [
                    ["integrationId": "i1", "integrationType": "AWS_PROXY", "integrationUri": .string(functionURI)],
                    [
                        "integrationId": "i2", "integrationType": "AWS_PROXY",
                        "integrationUri": .string(functionURI), "timeoutInMillis": 60_000,
                    ],
                    ["integrationId": "i3", "integrationType": "MOCK"],
                ]
            ],
            authorizers: [
                "items": [
                    [
                        "authorizerId": "a1", "authorizerUri": .string(functionURI),
                        "identitySource": ["route.request.querystring.token"],
                    ]
                ]
            ],
            stage: stage
        )
    }

    @Test func readsRoutes() {
        let api = Self.api()
        let function = "arn:aws:lambda:us-east-2:1:function:f"
        #expect(
            api.routes["$connect"]
                == DeployedAPI.Route(
                    key: "$connect",
                    authorization: .function(function, identitySources: ["route.request.querystring.token"]),
                    integration: .function(function, timeout: .seconds(29)),
                    answersClient: false
                )
        )
        // 29 s at most, whatever is asked for.
        #expect(api.routes["hello"]?.integration == .function(function, timeout: .seconds(29)))
        #expect(api.routes["mock"]?.integration == .mock && api.routes["mock"]?.answersClient == true)
        #expect(api.routes["iam"]?.integration == nil && api.routes["iam"]?.authorization == .unsupported)
        #expect(api.routes["lost"]?.authorization == .unsupported)
    }

    @Test func readsTheThrottlingInBothSpellings() {
        #expect(Self.api().throttle == nil)
        for names in [
            ("throttlingRateLimit", "throttlingBurstLimit"), ("ThrottlingRateLimit", "ThrottlingBurstLimit"),
        ] {
            let stage: JSONValue = ["defaultRouteSettings": .object([names.0: 2.5, names.1: 10])]
            #expect(Self.api(stage: stage).throttle == DeployedAPI.Throttle(rate: 2.5, burst: 10))
        }
    }

    @Test(
        arguments: [
            (#"{"action":"hello"}"#, "hello"), (#" {"x":1,"action":"hello"} "#, "hello"), (#"{"action":"other"}"#, nil),
            (#"{"action":"$connect"}"#, nil), (#"{"action":"$disconnect"}"#, nil), (#"{"action":null}"#, nil),
            (#"{"action":["hello"]}"#, nil), ("{}", nil), ("[]", nil), ("hello", nil), ("", nil), ("{", nil),
        ] as [(String, String?)]
    )
    func choosesTheRoute(_ message: String, _ key: String?) {
        var api = Self.api()
        #expect(api.route(of: message)?.key == key)
        api.routes["$default"] = DeployedAPI.Route(
            key: "$default",
            authorization: .none,
            integration: .mock,
            answersClient: false
        )
        #expect(api.route(of: message)?.key == key ?? "$default")
    }

    @Test func evaluatesExpressions() {
        #expect(RouteSelection.key("${request.body.action}", message: #"{"action":"a"}"#) == "a")
        #expect(RouteSelection.key("$request.body.a.b", message: #"{"a":{"b":"c"}}"#) == "c")
        #expect(RouteSelection.key("$request.body.a.b", message: #"{"a":"b"}"#) == nil)
        #expect(RouteSelection.key("$request.body.n", message: #"{"n":7}"#) == "7")
        #expect(RouteSelection.key("$request.header.x", message: #"{"x":"y"}"#) == nil)
        #expect(RouteSelection.key("", message: "{}") == nil)
    }

    @Test func findsTheFunction() {
        let arn = "arn:aws:lambda:us-east-2:1:function:f"
        #expect(DeployedAPI.functionName(inURI: Self.functionURI) == arn)
        #expect(DeployedAPI.functionName(inURI: arn) == arn)
        for uri in [nil, "", "https://example.com/", "arn:aws:apigateway:x:lambda:path/functions/invocations"] {
            #expect(DeployedAPI.functionName(inURI: uri) == nil)
        }
    }

    @Test(
        arguments: [
            ("/_aws/execute-api/a/dev", "a", "dev", nil), ("/_aws/execute-api/a/dev/", "a", "dev", nil),
            ("/_aws/execute-api/a/dev/@connections/b%3D", "a", "dev", "b="),
            ("/_aws/execute-api/a/dev/%40connections/JC1dgf9yoAMCK-g=", "a", "dev", "JC1dgf9yoAMCK-g="),
        ] as [(String, String, String, String?)]
    )
    func readsAddresses(_ path: String, _ api: String, _ stage: String, _ connection: String?) {
        let address = StageAddress(path)
        #expect(address?.apiId == api && address?.stage == stage && address?.connectionId == connection)
    }

    @Test(arguments: [
        "", "/", "/_aws/execute-api/", "/_aws/execute-api/a", "/_aws/execute-api/a/", "/_aws/execute-api//dev",
        "/_aws/execute-api/a/dev/x", "/_aws/execute-api/a/dev/x/y", "/_aws/execute-api/a/dev/@connections/",
        "/_aws/execute-api/a/dev/@connections/b/c", "/_aws/execute-api/a/%FF", "/_aws/execute-api/a/%2",
    ])
    func refusesOtherPaths(_ path: String) { #expect(StageAddress(path) == nil) }

    /// Messages and paths of any bytes: a route or none, and no crash.
    @Test func survivesHostileMessages() {
        let api = Self.api()
        var random = SeededGenerator(seed: 29)
        let pieces = [
            "{", "}", "\"action\"", ":", "\"hello\"", "\\u0000", "[", "$connect", "1e999", " ", "%", "/", "\u{0}",
        ]
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let route = api.route(of: text) { #expect(route.key == "hello") }
            _ = StageAddress("/_aws/execute-api/" + text)
        }
    }
}
