import BotContract
import Diagnostics

/// Route keys, and which handlers serve them.
enum RouteRules {
    static let all = [routeKey, routeDollar, routeCount, routeMissing, routeWithoutMessages]

    /// The value of `action` in a message. API Gateway allows more; these need no quoting anywhere.
    static let routeKey = Rule(.routeKey) { context in
        for route in context.spec.routes where !route.key.hasPrefix("$") {
            let isPlain = route.key.utf8.allSatisfy {
                ASCII.isLetterOrDigit($0) || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E
            }
            guard route.key.isEmpty || route.key.utf8.count > AWSLimit.routeKeyLength || !isPlain else { continue }
            context.report(
                .routeKey,
                "a route key has 1 to \(AWSLimit.routeKeyLength) letters, digits, hyphens, dots and underscores",
                at: "routes.\(route.key)",
                fix: "name the route as clients name the action: `sendMessage`",
                onKey: true
            )
        }
    }

    static let routeDollar = Rule(.routeDollar) { context in
        for route in context.spec.routes
        where route.key.hasPrefix("$") && !AWSLimit.dollarRoutes.contains(route.key) {
            let near = Suggestion.nearest(to: route.key, among: AWSLimit.dollarRoutes)
            context.report(
                .routeDollar,
                "API Gateway knows no route `\(MapReader.shortened(route.key))`",
                at: "routes.\(route.key)",
                fix: near.map { "write `\($0)`" }
                    ?? "use one of \(MapReader.list(AWSLimit.dollarRoutes)), or a name without $",
                onKey: true
            )
        }
    }

    static let routeCount = Rule(.routeCount) { context in
        guard context.spec.routes.count > AWSLimit.routes else { return }
        context.report(
            .routeCount,
            "\(context.spec.routes.count) routes are more than the \(AWSLimit.routes) that a WebSocket API can have",
            at: "routes",
            fix: "delete \(context.spec.routes.count - AWSLimit.routes) of them",
            onKey: true
        )
    }

    static let routeMissing = Rule(.routeMissing) { context in
        guard !context.spec.routes.contains(where: { $0.key == "$connect" }) else { return }
        context.report(
            .routeMissing,
            "the routes lack `$connect`: without it nobody is authorized",
            at: "routes",
            fix: "add `$connect: connect`",
            related: ["routes"],
            onKey: true
        )
    }

    static let routeWithoutMessages = Rule(.routeWithoutMessages) { context in
        var needed: [(handler: HandlerName, loss: String)] = [
            (.sendMessage, "the bot answers no messages"),
            (.hello, "clients get no chat to resume"),
            (.disconnect, "closed connections stay in the table until they expire"),
        ]
        if context.spec.handoff != nil { needed.append((.handoff, "customers cannot ask for a person")) }
        for (handler, loss) in needed where !context.spec.routes.contains(where: { $0.handler == handler }) {
            let key = HandlerName.builtInRoutes.first { $0.handler == handler }?.key ?? handler.rawValue
            // Served by a wrong handler: that is what is said then.
            if key.hasPrefix("$"), context.wrote("routes.\(key)") { continue }
            context.report(
                .warning,
                .routeWithoutMessages,
                "no route leads to the handler `\(handler.rawValue)`: \(loss)",
                at: "routes",
                fix: "add `\(key): \(handler.rawValue)`",
                related: ["routes"],
                onKey: true
            )
        }
    }
}

/// Which handler serves which route.
enum HandlerRules {
    static let all = [lifecycleHandler]

    private static func path(_ route: BotSpec.Route, _ context: RuleContext) -> String {
        let path = "routes.\(route.key)"
        return context.wrote("\(path).handler") ? "\(path).handler" : path
    }

    /// Decoding calls it: a handler that does not exist has no place in the model.
    static func reportUnknown(_ name: String, at path: String, _ findings: Findings) {
        let names = HandlerName.routable.map(\.rawValue)
        let isAuthorizer = name == HandlerName.authorize.rawValue
        let near = isAuthorizer ? nil : Suggestion.nearest(to: name, among: names)
        findings.report(
            .unknownHandler,
            isAuthorizer
                ? "`authorize` is the authorizer of `$connect`, and serves no route"
                : "there is no handler `\(MapReader.shortened(name))`",
            at: findings.sourceMap.range(of: path),
            fix: near.map { "write `\($0)`" } ?? "use one of \(MapReader.list(names))"
        )
    }

    /// API Gateway sends lifecycle events to `$connect` and `$disconnect`, and messages to the others; a handler
    /// understands one of the two.
    static let lifecycleHandler = Rule(.lifecycleHandler) { context in
        let lifecycle: [(key: String, handler: HandlerName)] = [("$connect", .connect), ("$disconnect", .disconnect)]
        for route in context.spec.routes {
            let wanted = lifecycle.first { $0.key == route.key }?.handler
            let owner = lifecycle.first { $0.handler == route.handler }?.key
            if let wanted, route.handler != wanted {
                context.report(
                    .lifecycleHandler,
                    "`\(route.key)` must be served by `\(wanted.rawValue)`, not `\(route.handler.rawValue)`",
                    at: path(route, context),
                    fix: "write `\(wanted.rawValue)`"
                )
            } else if wanted == nil, let owner {
                context.report(
                    .lifecycleHandler,
                    "the handler `\(route.handler.rawValue)` serves `\(owner)` only, not messages",
                    at: path(route, context),
                    fix: "name another handler, or delete the route"
                )
            }
        }
    }
}
