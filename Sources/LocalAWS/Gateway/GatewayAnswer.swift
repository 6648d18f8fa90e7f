import AWSCore

/// What API Gateway itself answers: to a handshake that it refuses, and to a message that it cannot hand on.
/// The message's texts and the order of the members are AWS's
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-overview.html).
enum GatewayAnswer: Sendable, Equatable {
    case forbidden
    case unauthorized
    case denied(isExplicit: Bool)
    case missingToken
    case internalError
    case badGateway
    case timedOut
    case tooManyRequests
    case urlTooLong
    case badRequest

    var status: Int {
        switch self {
        case .forbidden, .denied, .missingToken: 403
        case .unauthorized: 401
        case .internalError: 500
        case .badGateway: 502
        case .timedOut: 504
        case .tooManyRequests: 429
        case .urlTooLong: 414
        case .badRequest: 400
        }
    }

    var message: String {
        switch self {
        case .forbidden: "Forbidden"
        case .unauthorized: "Unauthorized"
        case .denied(true):
            "User is not authorized to access this resource with an explicit deny in an identity-based policy"
        case .denied(false):
            """
            User is not authorized to access this resource because no identity-based policy allows the \
            execute-api:Invoke action
            """
        case .missingToken: "Missing Authentication Token"
        case .internalError, .badGateway: "Internal server error"
        case .timedOut: "Endpoint request timed out"
        case .tooManyRequests: "Too Many Requests"
        case .urlTooLong: "Request-URI Too Long"
        case .badRequest: "Bad Request"
        }
    }

    func body(connectionId: String, requestId: String) -> String {
        let text = JSONValue.string(message).encodedString()
        return #"{"message": \#(text), "connectionId":"\#(connectionId)", "requestId":"\#(requestId)"}"#
    }

    func response(connectionId: String, requestId: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "application/json", "x-amzn-RequestId": requestId],
            body: Array(body(connectionId: connectionId, requestId: requestId).utf8)
        )
    }
}
