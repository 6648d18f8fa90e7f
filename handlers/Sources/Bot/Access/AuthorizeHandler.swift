import AWSCore
import BotContract

/// The `$connect` authorizer: a visitor with a valid token is who the token says, one without a token is new,
/// and whoever shows anything else is refused without a reason.
final class AuthorizeHandler: RouteHandler {
    private let context: BotContext
    private let keys: TokenKeySource

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        keys = try TokenKeySource(context)
    }

    func handle(_ event: WebSocketEvent, _ invocation: Invocation) throws -> JSONValue {
        guard let methodArn = event.methodArn else { throw EventError(missing: "methodArn") }
        guard isAllowedOrigin(event) else {
            return refuse(methodArn, invocation, "origin")
        }
        let tokens = event.query["token"] ?? []
        if tokens.isEmpty {
            invocation.outcome = "new"
            return policy("Allow", methodArn, user: context.newUserId(), isNew: true)
        }
        guard tokens.count == 1, tokens[0].utf8.count <= VisitorToken.maximumBytes else {
            return refuse(methodArn, invocation, "token")
        }
        let key = try invocation.timed("key") { try keys.key(deadline: invocation.storeDeadline) }
        guard let token = VisitorToken(tokens[0], key: key, now: context.clock.now()) else {
            return refuse(methodArn, invocation, "token")
        }
        invocation.outcome = "known"
        return policy("Allow", methodArn, user: token.userId, isNew: false)
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
        return policy("Deny", methodArn, user: nil, isNew: false)
    }

    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
    private func policy(_ effect: String, _ methodArn: String, user: String?, isNew: Bool) -> JSONValue {
        var answer: [String: JSONValue] = [
            "principalId": .string(user ?? "refused"),
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
        if let user {
            answer["context"] = .object(["userId": .string(user), "new": .string(isNew ? "true" : "false")])
        }
        return .object(answer)
    }
}
