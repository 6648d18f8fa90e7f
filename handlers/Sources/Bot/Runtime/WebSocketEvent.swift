import AWSCore

/// What API Gateway sends for a WebSocket route or its `$connect` authorizer
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html).
struct WebSocketEvent {
    var routeKey: String
    /// `CONNECT`, `MESSAGE` or `DISCONNECT`; absent from nothing that API Gateway sends.
    var eventType: String
    var connectionId: String
    var apiId: String
    var stage: String
    var connectedAt: Timestamp?
    /// Of the authorizer's request only.
    var methodArn: String?
    /// The authorizer's context; every value a string.
    var authorizer: [String: String]
    /// Every value of each name, in order.
    var query: [String: [String]]
    var headers: HTTPHeaders
    var body: [UInt8]

    /// Who is connected: from the authorizer alone, never from what a client sends in a message.
    var userId: String? { authorizer["userId"].flatMap { $0.isEmpty ? nil : $0 } }

    init(json: [UInt8]) throws {
        try self.init(try JSONValue.parse(json))
    }

    init(_ event: JSONValue) throws(EventError) {
        guard let context = event["requestContext"] else { throw EventError(missing: "requestContext") }
        func need(_ name: String) throws(EventError) -> String {
            guard let text = context[name]?.stringValue, !text.isEmpty else {
                throw EventError(missing: "requestContext.\(name)")
            }
            return text
        }
        routeKey = try need("routeKey")
        connectionId = try need("connectionId")
        apiId = try need("apiId")
        stage = try need("stage")
        eventType = context["eventType"]?.stringValue ?? ""
        connectedAt = context["connectedAt"]?.intValue.map { Timestamp(milliseconds: $0) }
        methodArn = event["methodArn"]?.stringValue
        authorizer = (context["authorizer"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        query = Self.lists(event, single: "queryStringParameters", multiple: "multiValueQueryStringParameters")
        let fields = Self.lists(event, single: "headers", multiple: "multiValueHeaders")
        headers = HTTPHeaders(
            fields.sorted { $0.key < $1.key }.flatMap { field in field.value.map { (name: field.key, value: $0) } }
        )
        let text = event["body"]?.stringValue ?? ""
        if event["isBase64Encoded"]?.boolValue == true {
            guard let bytes = base64Decode(text) else { throw EventError(missing: "a body of valid base64") }
            body = bytes
        } else {
            body = Array(text.utf8)
        }
    }

    private static func lists(_ event: JSONValue, single: String, multiple: String) -> [String: [String]] {
        var lists = (event[single]?.objectValue ?? [:]).compactMapValues { $0.stringValue.map { [$0] } }
        for (name, values) in event[multiple]?.objectValue ?? [:] {
            guard let values = values.arrayValue?.compactMap(\.stringValue), !values.isEmpty else { continue }
            lists[name] = values
        }
        return lists
    }
}

/// An event that does not come from API Gateway, or not from a WebSocket API.
struct EventError: Error, CustomStringConvertible {
    var missing: String
    var description: String { "the event has no \(missing): is the function behind a WebSocket API?" }
}
