import AWSClients
import AWSCore

/// `@connections`, how functions reach clients
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html).
extension WebSocketGateway {
    func manage(_ connectionId: String, _ address: StageAddress, _ request: ServerRequest) -> HTTPResponse {
        if let refusal = backend.refusal(of: request) { return refusal }
        guard let connection = connection(connectionId), connection.facts.apiId == address.apiId,
            connection.facts.stage == address.stage
        else { return gone }
        switch request.method {
        case "POST": return post(request.body, to: connection)
        case "GET": return describe(connection)
        case "DELETE":
            connection.close(
                GatewayConnection.End(code: WebSocketCloseCode.normal, reason: "Connection Closed Normally")
            )
            remove(connection)
            return HTTPResponse(status: 204)
        default: return Self.error(405, "MethodNotAllowedException", "Method Not Allowed")
        }
    }

    private func post(_ body: [UInt8], to connection: GatewayConnection) -> HTTPResponse {
        guard body.count <= GatewayLimits.messageBytes else {
            return Self.error(413, "PayloadTooLargeException", "Message too long")
        }
        // What is not UTF-8 arrives as U+FFFD: a text frame cannot hold it.
        switch connection.post(String(decoding: body, as: UTF8.self), isPost: true, at: options.time()) {
        case .done: return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"])
        case .full: return Self.error(429, "LimitExceededException", "Too Many Requests")
        case .gone: return gone
        }
    }

    private func describe(_ connection: GatewayConnection) -> HTTPResponse {
        var identity: [String: JSONValue] = ["sourceIp": "127.0.0.1"]
        if let agent = connection.facts.userAgent { identity["userAgent"] = .string(agent) }
        let description: JSONValue = .object([
            "connectedAt": .string(connection.facts.connectedAt.rfc3339), "identity": .object(identity),
            "lastActiveAt": .string(connection.lastActive.rfc3339),
        ])
        return HTTPResponse(
            status: 200,
            headers: ["Content-Type": "application/json"],
            body: description.encoded()
        )
    }

    private var gone: HTTPResponse { Self.error(410, "GoneException", "GoneException") }

    private static func error(_ status: Int, _ type: String, _ message: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "application/json", "x-amzn-ErrorType": type],
            body: JSONValue.object(["message": .string(message)]).encoded()
        )
    }
}
