import BotContract

/// Everything that a reply passes on its way from the model to the customer, the table and the next prompt.
///
///     model ─▶ rule markers ─▶ links, markup, tokens ─▶ repeated instructions ─▶ customer
struct ReplyFilter {
    private var citations: CitationFilter
    private var markup: MarkupFilter
    private var leaks: LeakGuard
    private let rules: [PromptRule]
    private var hasShown = false
    private var hasEnded = false

    init(_ prompt: Prompt, _ policy: ReplyPolicy) {
        rules = prompt.rules
        let rules = prompt.rules
        citations = CitationFilter(known: rules.map(\.id))
        markup = MarkupFilter(hosts: policy.hosts)
        leaks = LeakGuard(policy.secrets) { SecretText.words(of: rules.map(\.section.text).joined(separator: "\n")) }
    }

    /// Whether the reply was cut off because it repeats the bot's instructions. What follows is not shown.
    var isWithheld: Bool { leaks.hasLeaked }
    var saysNoRule: Bool { citations.saysNoRule }

    /// Rules that the reply rests on, in the order of their first mention.
    var cited: [Citation] {
        isWithheld ? [] : citations.cited.compactMap { id in rules.first { $0.id == id }?.citation }
    }

    mutating func push(_ text: String) -> String { shown(leaks.push(markup.push(citations.push(text)))) }

    mutating func finish() -> String {
        var text = leaks.push(markup.push(citations.finish()))
        text += leaks.push(markup.finish())
        text += leaks.finish()
        let rest = shown(text)
        // A reply of nothing but the marker is an answer, too.
        return rest.isEmpty && !hasShown && saysNoRule ? ReplyPolicy.noRuleText : rest
    }

    private mutating func shown(_ text: String) -> String {
        var text = text
        if isWithheld, !hasEnded {
            hasEnded = true
            text += (hasShown || !text.isEmpty ? "\n\n" : "") + ReplyPolicy.withheldText
        }
        if !text.isEmpty { hasShown = true }
        return text
    }
}
