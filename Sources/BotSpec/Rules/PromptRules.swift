/// Prompt and business rules.
enum PromptRules {
    static let all = [promptEmpty, promptTooLarge, rulesTooLarge, rulesEmpty]

    /// About 16,000 tokens, that every turn pays for.
    static let promptBytes = 64 * 1024
    static let ruleFileBytes = 512 * 1024
    /// All files. They travel in `bot.json`, which every function reads when it starts.
    static let rulesBytes = 2 * 1024 * 1024

    static let promptEmpty = Rule(.promptEmpty) { context in
        guard context.spec.prompt.allSatisfy(\.isWhitespace) else { return }
        context.report(
            .promptEmpty,
            "the prompt is empty",
            at: path(context),
            fix: "write who the bot is and how it should answer"
        )
    }

    static let promptTooLarge = Rule(.promptTooLarge) { context in
        guard context.spec.prompt.utf8.count > promptBytes else { return }
        context.report(
            .promptTooLarge,
            "the prompt is larger than \(promptBytes / 1024) KB",
            at: path(context),
            fix: "move what is not always needed to `rules`"
        )
    }

    static let rulesTooLarge = Rule(.rulesTooLarge) { context in
        let bytes = context.spec.rules.reduce(0) { $0 + $1.text.utf8.count }
        guard bytes > rulesBytes else { return }
        context.report(
            .rulesTooLarge,
            "the rules are \(bytes / 1024) KB together; \(rulesBytes / 1024) KB are allowed",
            at: "rules",
            fix: "shorten them"
        )
    }

    static let rulesEmpty = Rule(.rulesEmpty) { context in
        guard context.wrote("rules"), context.spec.rules.allSatisfy({ $0.text.allSatisfy(\.isWhitespace) }) else {
            return
        }
        context.report(
            .warning,
            .rulesEmpty,
            "the rules hold no text: the bot knows only its prompt",
            at: "rules",
            fix: "write the business rules as .md files there"
        )
    }

    private static func path(_ context: RuleContext) -> String { context.wrote("promptFile") ? "promptFile" : "prompt" }
}
