import BotContract

/// What the model is asked: the system text, then customer and bot in turns, beginning and ending with the
/// customer.
struct Prompt: Equatable {
    struct Message: Equatable {
        var role: MessageRole
        var text: String
        /// Titles of the rules that a reply rests on.
        var topics: [String] = []
    }

    var system: String
    var messages: [Message]
    /// The rule sections that the system text contains: the only ones that can be cited.
    var rules: [PromptRule]
    /// The bounds of the rules' block in `system`, in UTF-8: what a reply is checked against by a guardrail.
    var rulesBlock: Range<Int>?
    /// What the first message begins with, where older ones are left out.
    private(set) var summary: String?

    /// Rough tokens that the history may take; the oldest turns go first.
    static let historyTokens = 6_000
    /// What the model writes where no rule covers a question; customers never see it.
    static let noRuleMarker = "none"

    /// - Parameters:
    ///   - isCovered: whether a rule seems to be about the message.
    ///   - history: oldest first; without the message that is answered now.
    ///   - hasTools: whether the model can call any.
    init(
        configuration: BotConfiguration,
        rules: [PromptRule],
        isCovered: Bool = true,
        history: [Message],
        message: String,
        hasTools: Bool = false
    ) {
        self.rules = rules
        (system, rulesBlock) = Self.system(configuration, rules, isCovered: isCovered)
        if hasTools { system += "\n" + Instructions.tools + "\n" }
        let message = ControlTokens.neutralised(message)
        let window = HistoryWindow(
            Self.withoutBlocked(history, configuration),
            turns: configuration.history.turns,
            tokens: PromptBudget(configuration).history(system: system, message: message)
        )
        let customer = Message(role: .customer, text: message)
        messages = Self.alternating(window.kept + [customer])
        // In the customer's role: some of it are customers' words.
        guard let summary = window.summary, !messages.isEmpty else { return }
        self.summary = summary + "\n\n"
        messages[0].text = summary + "\n\n" + messages[0].text
    }

    private static func system(
        _ configuration: BotConfiguration,
        _ rules: [PromptRule],
        isCovered: Bool
    ) -> (text: String, rulesBlock: Range<Int>?) {
        var text = ControlTokens.neutralised(configuration.prompt).trimmed
        guard let example = rules.first?.id ?? configuration.rules.first?.id else {
            return (text + "\n\n" + Instructions.precedence(withRules: false), nil)
        }
        text += "\n\n" + Instructions.answering(example: example)
        text += "\n\n" + Instructions.precedence(withRules: true)
        text += "\n\n# Business rules\n"
        let start = text.utf8.count
        text += "<rules>\n"
        if rules.isEmpty { text += "\n(No rule matches this message.)\n" }
        for rule in rules { text += "\n" + rule.text }
        text += "</rules>\n"
        let end = text.utf8.count
        // A search errs at times, so the model has the last word.
        if !isCovered { text += "\n" + Instructions.notCovered + "\n" }
        text += "\n" + Instructions.reminder + "\n"
        return (text, start..<end)
    }

    /// A message that the guardrail refused, and a message whose reply it refused, would pass it in the next turn,
    /// which it looks at alone.
    private static func withoutBlocked(_ history: [Message], _ configuration: BotConfiguration) -> [Message] {
        guard let blocked = configuration.guardrail?.blockedMessage else { return history }
        var allowed: [Message] = []
        for message in history {
            if message.role == .bot, message.text == blocked {
                while allowed.last?.role == .customer { allowed.removeLast() }
            } else {
                allowed.append(message)
            }
        }
        return allowed
    }

    /// Converse refuses a conversation that has one role twice in a row: neighbours of one role (a turn that
    /// failed) are merged.
    private static func alternating(_ messages: [Message]) -> [Message] {
        var output: [Message] = []
        for message in messages where !message.text.trimmed.isEmpty {
            if output.isEmpty, message.role == .bot { continue }
            if let last = output.last, last.role == message.role {
                output[output.count - 1].text += "\n\n" + message.text
            } else {
                output.append(Message(role: message.role, text: message.text))
            }
        }
        return output
    }
}

extension String {
    /// Without white space at its ends.
    var trimmed: String {
        var scalars = unicodeScalars[...]
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        // The view's own initializer copies scalar by scalar: a third of a turn, for a whole rulebook.
        return String(Substring(scalars))
    }
}
