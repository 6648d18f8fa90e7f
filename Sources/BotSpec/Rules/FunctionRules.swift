import BotContract

/// Memory, timeout and concurrency of the functions.
enum FunctionRules {
    static let all = [memory, timeout, concurrencyTwice]

    private static func functions(_ spec: BotSpec) -> [(path: String, settings: BotSpec.FunctionSettings)] {
        [("authorizer", spec.authorizer)] + spec.routes.map { ("routes.\($0.key)", $0.settings) }
    }

    static let memory = Rule(.memory) { context in
        for (path, settings) in functions(context.spec) {
            context.require(settings.memory, in: AWSLimit.memoryMB, .memory, "memory (MB)", at: "\(path).memory")
        }
    }

    /// A function may run for 15 minutes, but API Gateway waits for none that long.
    static let timeout = Rule(.timeout) { context in
        for (path, settings) in functions(context.spec) {
            let range = AWSLimit.webSocketTimeoutSeconds
            guard !range.contains(settings.timeout) else { continue }
            context.report(
                .timeout,
                "timeout must be \(range.lowerBound) to \(range.upperBound) seconds, not \(settings.timeout): "
                    + "API Gateway waits no longer on a WebSocket",
                at: "\(path).timeout",
                fix: settings.timeout < range.lowerBound
                    ? "write \(range.lowerBound) or more" : "write \(range.upperBound) or less"
            )
        }
    }

    static let concurrencyTwice = Rule(.concurrencyTwice) { context in
        guard let limit = context.spec.limits.concurrency else { return }
        for route in context.spec.routes where route.handler == .sendMessage {
            let path = "routes.\(route.key).concurrency"
            guard context.wrote(path), let own = route.settings.concurrency, own != limit else { continue }
            context.report(
                .concurrencyTwice,
                "the concurrency of sendMessage is \(own) here and \(limit) in limits.concurrency",
                at: path,
                fix: "keep one of the two",
                related: ["limits.concurrency"]
            )
        }
    }
}

/// Environment variables of the functions
/// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
enum EnvironmentRules {
    static let all = [environmentName, environmentReserved, environmentSize]

    /// What synthesis adds to every function takes its part of the 4 KB: names up to 28 and values up to 255 bytes.
    private static let bytesForBotctl = 1024

    /// Variables that Lambda sets itself and that no reserved prefix covers.
    private static let reservedNames = ["LANG", "TZ", "PATH", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH", "GEM_PATH"]

    static let environmentName = Rule(.environmentName) { context in
        each(context) { name, path in
            let isPlain = name.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == 0x5F }
            guard name.utf8.count < 2 || !isPlain || ASCII.isDigit(name.utf8.first ?? 0) else { return }
            context.report(
                .environmentName,
                "a variable's name has two or more letters, digits and underscores, and begins with a letter",
                at: path,
                fix: "write a name like `SHOP_URL`",
                onKey: true
            )
        }
    }

    static let environmentReserved = Rule(.environmentReserved) { context in
        each(context) { name, path in
            let prefix = HandlerEnvironment.reservedPrefixes.first { name.hasPrefix($0) }
            guard prefix != nil || reservedNames.contains(name) else { return }
            context.report(
                .environmentReserved,
                prefix.map { "variables that begin with `\($0)` belong to Lambda or to botctl" }
                    ?? "Lambda sets `\(name)` itself",
                at: path,
                fix: "choose another name: `APP_\(name.drop { $0 == "_" })`",
                onKey: true
            )
        }
    }

    static let environmentSize = Rule(.environmentSize) { context in
        for route in context.spec.routes {
            let bytes = route.environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
            let limit = AWSLimit.environmentBytes - bytesForBotctl
            guard bytes > limit else { continue }
            context.report(
                .environmentSize,
                "the variables take \(bytes) bytes; Lambda allows \(AWSLimit.environmentBytes), of which botctl keeps "
                    + "\(bytesForBotctl)",
                at: "routes.\(route.key).environment",
                fix: "move \(bytes - limit) or more bytes to a parameter or a file",
                onKey: true
            )
        }
    }

    private static func each(_ context: RuleContext, _ body: (_ name: String, _ path: String) -> Void) {
        for route in context.spec.routes {
            for name in route.environment.keys { body(name, "routes.\(route.key).environment.\(name)") }
        }
    }
}
