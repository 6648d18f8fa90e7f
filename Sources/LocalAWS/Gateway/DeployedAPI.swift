import AWSCore

/// What of a deployed WebSocket API decides where its messages go, read from the API's own answers
/// (https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/operations.html).
struct DeployedAPI: Sendable, Equatable {
    struct Throttle: Sendable, Equatable {
        /// Requests a second.
        var rate: Double
        var burst: Double
    }

    var selectionExpression: String
    var routes: [String: Route]
    var stageVariables: [String: String]
    var throttle: Throttle?

    struct Route: Sendable, Equatable {
        var key: String
        var authorization: Authorization
        /// `nil`: the route leads nowhere.
        var integration: Integration?
        /// Whether what the integration answers goes to the client: only with a route response
        /// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html).
        var answersClient: Bool
    }

    enum Authorization: Sendable, Equatable {
        case none
        case function(String, identitySources: [String])
        /// Of a kind that is not known here, or with an authorizer that is not there.
        case unsupported
    }

    enum Integration: Sendable, Equatable {
        case function(String, timeout: Duration)
        case mock
    }

    /// The route of a message; `nil` when there is none, not even `$default`. `$connect` and `$disconnect` are
    /// API Gateway's to run, whatever a client calls them.
    func route(of message: String) -> Route? {
        let key = RouteSelection.key(selectionExpression, message: message)
        guard let key, key != "$connect", key != "$disconnect", let route = routes[key] else {
            return routes["$default"]
        }
        return route
    }
}

extension DeployedAPI {
    /// - Parameters: the answers of GetApi, GetRoutes, GetIntegrations, GetAuthorizers and GetStage.
    init(api: JSONValue, routes: JSONValue, integrations: JSONValue, authorizers: JSONValue, stage: JSONValue) {
        selectionExpression = api["routeSelectionExpression"]?.stringValue ?? "$request.body.action"
        let integrations = Self.byId(integrations, "integrationId")
        let authorizers = Self.byId(authorizers, "authorizerId")
        self.routes = [:]
        for item in routes["items"]?.arrayValue ?? [] {
            guard let key = item["routeKey"]?.stringValue else { continue }
            let target = item["target"]?.stringValue?.split(separator: "/").last.map(String.init) ?? ""
            self.routes[key] = Route(
                key: key,
                authorization: Self.authorization(item, authorizers),
                integration: integrations[target].flatMap(Self.integration),
                answersClient: item["routeResponseSelectionExpression"]?.stringValue == "$default"
            )
        }
        stageVariables = (stage["stageVariables"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        // MiniStack keeps a template's properties under the template's names.
        let settings = stage["defaultRouteSettings"]
        func setting(_ name: String) -> Double? {
            (settings?[name.prefix(1).lowercased() + name.dropFirst()] ?? settings?[name])?.number
        }
        if let rate = setting("ThrottlingRateLimit"), let burst = setting("ThrottlingBurstLimit") {
            throttle = Throttle(rate: rate, burst: burst)
        }
    }

    private static func byId(_ answer: JSONValue, _ id: String) -> [String: JSONValue] {
        var items: [String: JSONValue] = [:]
        for item in answer["items"]?.arrayValue ?? [] {
            if let name = item[id]?.stringValue { items[name] = item }
        }
        return items
    }

    private static func authorization(_ route: JSONValue, _ authorizers: [String: JSONValue]) -> Authorization {
        switch route["authorizationType"]?.stringValue ?? "NONE" {
        case "NONE": return .none
        case "CUSTOM":
            guard let authorizer = authorizers[route["authorizerId"]?.stringValue ?? ""],
                let function = functionName(inURI: authorizer["authorizerUri"]?.stringValue)
            else { return .unsupported }
            let sources = authorizer["identitySource"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return .function(function, identitySources: sources)
        default: return .unsupported
        }
    }

    private static func integration(_ item: JSONValue) -> Integration? {
        switch item["integrationType"]?.stringValue {
        case "AWS_PROXY", "AWS":
            guard let function = functionName(inURI: item["integrationUri"]?.stringValue) else { return nil }
            let limits = GatewayLimits.integrationTimeouts
            let own = item["timeoutInMillis"]?.intValue.map { Duration.milliseconds($0) } ?? limits.upperBound
            return .function(function, timeout: min(max(own, limits.lowerBound), limits.upperBound))
        case "MOCK": return .mock
        default: return nil
        }
    }

    /// The function's ARN, from `arn:…:lambda:path/2015-03-31/functions/<ARN>/invocations`.
    static func functionName(inURI uri: String?) -> String? {
        guard let uri else { return nil }
        let parts = uri.split(separator: "/", omittingEmptySubsequences: false)
        if let start = parts.firstIndex(of: "functions"), parts.last == "invocations", start + 2 < parts.count {
            return parts[(start + 1)..<(parts.count - 1)].joined(separator: "/")
        }
        return uri.hasPrefix("arn:") && uri.contains(":function:") ? uri : nil
    }
}

/// Which route a message asks for
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html).
enum RouteSelection {
    /// - Parameter expression: `$request.body.action`, or `${request.body.action}`.
    /// - Returns: `nil` where the expression finds nothing in the message.
    static func key(_ expression: String, message: String) -> String? {
        var path = expression[...]
        if path.hasPrefix("${"), path.hasSuffix("}") {
            path = path.dropFirst(2).dropLast()
        } else {
            path = path.dropFirst()
        }
        guard path.hasPrefix("request.body."), var value = try? JSONValue.parse(message) else { return nil }
        for name in path.dropFirst("request.body.".count).split(separator: ".") {
            guard let member = value[String(name)] else { return nil }
            value = member
        }
        switch value {
        case .string(let text): return text
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: return nil
        }
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        case .string(let text): Double(text)
        default: nil
        }
    }
}
