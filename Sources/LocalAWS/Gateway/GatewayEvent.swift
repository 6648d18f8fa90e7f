import AWSCore

/// What API Gateway tells a function
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html, whose events
/// these have the members of).
struct GatewayEvent: Sendable {
    /// A handshake, as far as events tell of it.
    struct Handshake: Sendable {
        var headers: HTTPHeaders
        /// Decoded.
        var query: [(name: String, value: String)]
        var traceId: String

        /// Connection headers belong to one hop, and are not told.
        private static let unsaid: Set<String> = ["connection", "upgrade", "keep-alive", "x-forwarded-for"]

        init(_ request: ServerRequest, traceId: String) {
            headers = HTTPHeaders(
                request.headers.fields.filter { !Self.unsaid.contains($0.name.lowercased()) }.map {
                    ($0.name, $0.value)
                }
            )
            query = Self.parse(request.query)
            self.traceId = traceId
            headers["X-Amzn-Trace-Id"] = traceId
            headers.add("X-Forwarded-For", "127.0.0.1")
            headers.add("X-Forwarded-Port", "443")
            headers.add("X-Forwarded-Proto", "https")
        }

        private static func parse(_ query: String) -> [(name: String, value: String)] {
            query.split(separator: "&").compactMap { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    percentDecode($0.map { $0 == "+" ? " " : String($0) }.joined())
                }
                guard let name = parts[0], let value = parts.count == 2 ? parts[1] : "" else { return nil }
                return (name, value)
            }
        }
    }

    /// What is the same in every event of one connection.
    struct Connection: Sendable {
        var apiId: String
        var stage: String
        var connectionId: String
        var connectedAt: Timestamp
        var host: String
        var userAgent: String?
        var authorizer: [String: JSONValue]?
    }

    var connection: Connection
    var routeKey: String
    var requestId: String
    var now: Timestamp

    func connect(_ handshake: Handshake) -> JSONValue {
        var event = Self.fields(handshake)
        event["requestContext"] = .object(context("CONNECT"))
        event["isBase64Encoded"] = .bool(false)
        return .object(event)
    }

    /// - Parameter arn: of the `$connect` route.
    func authorize(_ handshake: Handshake, arn: String, stageVariables: [String: String]) -> JSONValue {
        var event = Self.fields(handshake)
        event["type"] = .string("REQUEST")
        event["methodArn"] = .string(arn)
        event["stageVariables"] = .object(stageVariables.mapValues { .string($0) })
        event["requestContext"] = .object(context("CONNECT"))
        return .object(event)
    }

    func message(_ text: String, messageId: String) -> JSONValue {
        var context = context("MESSAGE")
        context["messageId"] = .string(messageId)
        return .object([
            "requestContext": .object(context), "body": .string(text), "isBase64Encoded": .bool(false),
        ])
    }

    func disconnect(code: UInt16, reason: String) -> JSONValue {
        var context = context("DISCONNECT")
        context["disconnectStatusCode"] = .int(Int64(code))
        context["disconnectReason"] = .string(reason)
        let headers: [(String, String)] = [
            ("Host", connection.host), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", ""),
        ]
        return .object([
            "headers": .object(Dictionary(uniqueKeysWithValues: headers.map { ($0.0, .string($0.1)) })),
            "multiValueHeaders": .object(
                Dictionary(uniqueKeysWithValues: headers.map { ($0.0, .array([.string($0.1)])) })
            ),
            "requestContext": .object(context), "isBase64Encoded": .bool(false),
        ])
    }

    private func context(_ eventType: String) -> [String: JSONValue] {
        var identity: [String: JSONValue] = ["sourceIp": "127.0.0.1"]
        if let agent = connection.userAgent { identity["userAgent"] = .string(agent) }
        var context: [String: JSONValue] = [
            "routeKey": .string(routeKey), "eventType": .string(eventType), "messageDirection": "IN",
            "extendedRequestId": .string(requestId), "requestId": .string(requestId),
            "requestTime": .string(Self.requestTime(now)), "requestTimeEpoch": .int(now.milliseconds),
            "connectedAt": .int(connection.connectedAt.milliseconds), "stage": .string(connection.stage),
            "identity": .object(identity), "apiId": .string(connection.apiId),
            // Nobody's on the internet: a function that posts to it instead of the endpoint that it is told of
            // reaches nothing.
            "domainName": .string("\(connection.apiId).execute-api.localhost"),
            "connectionId": .string(connection.connectionId),
        ]
        if let authorizer = connection.authorizer { context["authorizer"] = .object(authorizer) }
        return context
    }

    /// Of a repeated name the single form has the last value.
    private static func fields(_ handshake: Handshake) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [:]
        func add(_ single: String, _ multiple: String, _ pairs: [(String, String)]) {
            guard !pairs.isEmpty else { return }
            var last: [String: JSONValue] = [:]
            var all: [String: [JSONValue]] = [:]
            for (name, value) in pairs {
                last[name] = .string(value)
                all[name, default: []].append(.string(value))
            }
            fields[single] = .object(last)
            fields[multiple] = .object(all.mapValues { .array($0) })
        }
        add("headers", "multiValueHeaders", handshake.headers.fields.map { ($0.name, $0.value) })
        add(
            "queryStringParameters",
            "multiValueQueryStringParameters",
            handshake.query.map { ($0.name, $0.value) }
        )
        return fields
    }

    /// `23/Jan/2023:17:09:45 +0000`.
    static func requestTime(_ time: Timestamp) -> String {
        let parts = time.httpDate.split(separator: " ")
        return "\(parts[1])/\(parts[2])/\(parts[3]):\(parts[4]) +0000"
    }
}
