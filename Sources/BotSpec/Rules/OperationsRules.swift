/// Alarms.
enum AlarmRules {
    static let all = [alarmEmail, alarmLatency, alarmTokens]

    static let alarmEmail = Rule(.emailSyntax) { context in
        guard let email = context.spec.alarms?.email, !EmailSyntax.isEmail(email) else { return }
        context.report(
            .emailSyntax,
            "alarms.email must be an email address",
            at: "alarms.email",
            fix: "write an address like ops@example.com"
        )
    }

    static let alarmLatency = Rule(.alarmLatency) { context in
        guard let latency = context.spec.alarms?.latency else { return }
        let most = AWSLimit.webSocketTimeoutSeconds.upperBound * 1000
        context.require(latency, in: 1...most, .alarmLatency, "alarms.latency (ms)", at: "alarms.latency")
    }

    static let alarmTokens = Rule(.alarmTokens) { context in
        guard let tokens = context.spec.alarms?.tokensPerDay else { return }
        context.require(tokens, in: 1...1_000_000_000, .alarmTokens, "alarms.tokensPerDay", at: "alarms.tokensPerDay")
    }
}

/// Logs.
enum ObservabilityRules {
    static let all = [logRetention]

    static let logRetention = Rule(.logRetention) { context in
        let days = context.spec.observability.logRetentionDays
        guard !AWSLimit.logRetentionDays.contains(days) else { return }
        let nearest = AWSLimit.logRetentionDays.min { distance($0, days) < distance($1, days) } ?? 30
        context.report(
            .logRetention,
            "CloudWatch Logs keeps no logs for \(days) days: its values are "
                + MapReader.list(AWSLimit.logRetentionDays.map(String.init)),
            at: "observability.logRetentionDays",
            fix: "write \(nearest)"
        )
    }

    /// Of two values as far away, the first, shorter one wins.
    private static func distance(_ value: Int, _ days: Int) -> UInt {
        value > days ? UInt(bitPattern: value &- days) : UInt(bitPattern: days &- value)
    }
}

/// How the handlers are built.
enum BuildRules {
    static let all = [sdkMissing, buildKeyUnused, handlersPath]

    static let sdkMissing = Rule(.sdkMissing) { context in
        let handlers = context.spec.handlers
        guard handlers.build == .sdk, handlers.sdk?.isEmpty ?? true else { return }
        context.report(
            .sdkMissing,
            "handlers.build: sdk needs the name of a Swift SDK",
            at: handlers.sdk == nil ? "handlers.build" : "handlers.sdk",
            fix: "add `sdk:` with a name from `swift sdk list`",
            related: ["handlers.sdk"]
        )
    }

    static let buildKeyUnused = Rule(.buildKeyUnused) { context in
        let handlers = context.spec.handlers
        let unused: [(key: String, isUnused: Bool)] = [
            ("sdk", handlers.sdk != nil && (handlers.build == .local || handlers.build == .container)),
            ("image", handlers.image != nil && (handlers.build == .local || handlers.build == .sdk)),
        ]
        for (key, isUnused) in unused where isUnused {
            context.report(
                .buildKeyUnused,
                "handlers.\(key) does nothing with handlers.build: \(handlers.build.rawValue)",
                at: "handlers.\(key)",
                fix: "delete it, or write build: \(key == "sdk" ? "sdk" : "container")",
                related: ["handlers.build"],
                onKey: true
            )
        }
    }

    static let handlersPath = Rule(.handlersPath) { context in
        guard !ProjectPath.isInside(context.spec.handlers.path) else { return }
        context.report(
            .handlersPath,
            "handlers.path must be a folder inside the project",
            at: "handlers.path",
            fix: "write `handlers`"
        )
    }
}

/// The stage's throttling.
enum ThrottlingRules {
    static let all = [throttlingRate, throttlingBurst]

    static let throttlingRate = Rule(.throttlingRate) { context in
        context.require(
            context.spec.throttling.rate,
            in: 1...AWSLimit.accountRate,
            .throttlingRate,
            "throttling.rate (messages a second)",
            at: "throttling.rate"
        )
    }

    static let throttlingBurst = Rule(.throttlingBurst) { context in
        context.require(
            context.spec.throttling.burst,
            in: 1...AWSLimit.accountBurst,
            .throttlingBurst,
            "throttling.burst (messages at once)",
            at: "throttling.burst"
        )
    }
}
