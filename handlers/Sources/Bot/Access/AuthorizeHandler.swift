import AWSCore
import BotContract

/// The `$connect` authorizer: lets in whom the mode of access knows, and refuses everybody else without a reason.
final class AuthorizeHandler: RouteHandler {
    private let context: BotContext
    private let access: any AccessMode

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        access =
            switch context.configuration.auth.mode {
            case .visitor: try VisitorAccess(context)
            case .signed: try SignedAccess(context)
            case .jwt: try JWTAccess(context)
            }
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        guard let methodArn = event.methodArn else { throw EventError(missing: "methodArn") }
        guard isAllowedOrigin(event) else {
            return refuse(methodArn, invocation, "origin")
        }
        let tokens = event.query["token"] ?? []
        guard tokens.count <= 1 else { return refuse(methodArn, invocation, "token: more than one") }
        do {
            let identity = try access.identity(tokens.first, invocation)
            invocation.outcome = identity.isNew ? "new" : "known"
            return policy("Allow", methodArn, identity)
        } catch let refusal as TokenRefusal {
            return refuse(methodArn, invocation, "token: \(refusal)")
        }
    }

    private func isAllowedOrigin(_ event: WebSocketEvent) -> Bool {
        let allowed = context.configuration.auth.allowedOrigins
        if allowed.isEmpty { return true }
        let origins = event.headers.values(of: "Origin")
        return origins.count == 1 && allowed.contains(origins[0])
    }

    private func refuse(_ methodArn: String, _ invocation: Invocation, _ reason: String) -> JSONValue {
        invocation.outcome = "refused"
        invocation.detail = reason
        return policy("Deny", methodArn, nil)
    }

    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    private func policy(_ effect: String, _ methodArn: String, _ identity: Identity?) -> JSONValue {
        var answer: [String: JSONValue] = [
            "principalId": .string(identity?.userId ?? "refused"),
            "policyDocument": .object([
                "Version": .string("2012-10-17"),
                "Statement": .array([
                    .object([
                        "Action": .string("execute-api:Invoke"),
                        "Effect": .string(effect),
                        "Resource": .string(methodArn),
                    ])
                ]),
            ]),
        ]
        if let identity { answer["context"] = .object(identity.context) }
        return .object(answer)
    }
}
