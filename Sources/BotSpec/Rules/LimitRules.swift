import BotContract

/// History: what is kept of a chat.
enum HistoryRules {
    static let all = [historyTurns, retentionDays, historyOutlivesChat]

    /// A request to the model carries them all: more costs tokens in every turn and gains nothing.
    static let turns = 0...100
    /// Ten years.
    static let days = 0...3653

    static let historyTurns = Rule(.historyTurns) { context in
        context.require(context.spec.history.turns, in: turns, .historyTurns, "history.turns", at: "history.turns")
    }

    static let retentionDays = Rule(.retentionDays) { context in
        context.require(
            context.spec.history.retentionDays,
            in: days,
            .retentionDays,
            "history.retentionDays",
            at: "history.retentionDays"
        )
    }

    static let historyOutlivesChat = Rule(.historyOutlivesChat) { context in
        let serves = context.spec.routes.contains { $0.handler == .history }
        guard context.spec.history.turns == 0, serves, context.wrote("history.turns") else { return }
        context.report(
            .warning,
            .historyOutlivesChat,
            "the bot answers without the turns before, yet clients can resume a chat and see them",
            at: "history.turns",
            fix: "write 1 or more, or leave out the history route",
            related: ["routes"]
        )
    }
}

/// What one user may send.
enum LimitRules {
    static let all = [messageChars, messagesPerMinute, tokensPerDay, concurrency]

    /// Room in a frame for the action, the message id, and the braces around the message.
    private static let frameOverhead = 512
    /// A character takes up to four bytes of UTF-8, and as much as two UTF-16 escapes only if a client escapes needlessly.
    private static let bytesPerCharacter = 4

    static let messageChars = Rule(.messageChars) { context in
        let limit = (Frame.maximumBytes - frameOverhead) / bytesPerCharacter
        let chars = context.spec.limits.messageChars
        guard !(1...limit).contains(chars) else { return }
        context.report(
            .messageChars,
            "limits.messageChars must be 1 to \(limit), not \(chars): a WebSocket frame holds "
                + "\(Frame.maximumBytes / 1024) KB, and a character up to \(bytesPerCharacter) bytes",
            at: "limits.messageChars",
            fix: chars < 1 ? "write 4000" : "write \(limit) or less"
        )
    }

    static let messagesPerMinute = Rule(.messagesPerMinute) { context in
        context.require(
            context.spec.limits.messagesPerMinute,
            in: 1...6000,
            .messagesPerMinute,
            "limits.messagesPerMinute",
            at: "limits.messagesPerMinute"
        )
    }

    static let tokensPerDay = Rule(.tokensPerDay) { context in
        let tokens = context.spec.limits.tokensPerUserPerDay
        let least = context.spec.model.maxTokens
        guard tokens < least || tokens > 1_000_000_000 else { return }
        context.report(
            .tokensPerDay,
            "limits.tokensPerUserPerDay must be \(least) (one reply of model.maxTokens) to 1000000000, not \(tokens)",
            at: "limits.tokensPerUserPerDay",
            fix: tokens < least ? "write \(least) or more" : "write 1000000000 or less",
            related: ["model.maxTokens"]
        )
    }

    static let concurrency = Rule(.concurrency) { context in
        var values: [(path: String, value: Int?)] = [
            ("limits.concurrency", context.spec.limits.concurrency),
            ("authorizer.concurrency", context.spec.authorizer.concurrency),
        ]
        for route in context.spec.routes where context.wrote("routes.\(route.key).concurrency") {
            values.append(("routes.\(route.key).concurrency", route.settings.concurrency))
        }
        for case (let path, let value?) in values {
            context.require(value, in: 1...AWSLimit.defaultConcurrency, .concurrency, path, at: path)
        }
    }
}
