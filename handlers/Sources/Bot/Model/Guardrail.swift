import AWSCore
import BotContract

/// A Bedrock guardrail that the model's requests pass
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html).
struct Guardrail: Equatable {
    var id: String
    var version: String
    /// Whether replies are held against the rules and the question.
    var checksGrounding: Bool

    /// Longer queries are refused by contextual grounding
    /// (https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html).
    private static let longestQuery = 1_000
    private static let longestSource = 100_000
    static let stopReason = "guardrail_intervened"

    /// `nil` where the function has none.
    init?(_ environment: BotEnvironment, _ configuration: BotConfiguration) {
        guard let id = environment.variables[HandlerEnvironment.guardrailId], !id.isEmpty,
            let version = environment.variables[HandlerEnvironment.guardrailVersion], !version.isEmpty
        else { return nil }
        self.id = id
        self.version = version
        checksGrounding = configuration.guardrail?.checksGrounding ?? false
    }

    /// Adds the guardrail to a Converse request: it looks at the customer's message, and at nothing else that we send,
    /// because rules and instructions may speak of what customers must not ask about.
    /// - Parameters:
    ///   - fields: the request's body, with its `messages`.
    ///   - message: the number of the message that ends with the customer's words.
    ///   - streams: a stream is held until what it says was looked at (`sync`): what was shown cannot be taken back.
    func guarding(
        _ fields: [String: JSONValue],
        _ prompt: Prompt,
        message: Int,
        streams: Bool
    ) -> [String: JSONValue] {
        var fields = fields
        var configuration: [String: JSONValue] = [
            "guardrailIdentifier": .string(id), "guardrailVersion": .string(version), "trace": "disabled",
        ]
        if streams { configuration["streamProcessingMode"] = "sync" }
        fields["guardrailConfig"] = .object(configuration)
        guard var messages = fields["messages"]?.arrayValue, messages.indices.contains(message),
            let text = messages[message]["content"]?[0]?["text"]?.stringValue
        else { return fields }
        var members = messages[message].objectValue ?? [:]
        var words = prompt.messages.last?.text ?? text
        if prompt.messages.count == 1, let summary = prompt.summary { words = String(words.dropFirst(summary.count)) }
        // The line about earlier messages, and the system text where a model takes none, stand before them.
        let before = text.hasSuffix(words) ? String(text.dropLast(words.count)) : ""
        members["content"] = .array((before.trimmed.isEmpty ? [] : [Self.text(before)]) + customer(words))
        messages[message] = .object(members)
        fields["messages"] = .array(messages)
        if checksGrounding, fields["system"] != nil, let system = grounded(prompt) { fields["system"] = system }
        return fields
    }

    private func customer(_ text: String) -> [JSONValue] {
        guard checksGrounding else { return [Self.block(text, [])] }
        // What is tagged as a query alone is not looked at by the other policies.
        let query = String(text.prefix(Self.longestQuery))
        let rest = String(text.dropFirst(query.count))
        return [Self.block(query, ["query", "guard_content"])]
            + (rest.trimmed.isEmpty ? [] : [Self.block(rest, ["guard_content"])])
    }

    /// The system text with its rules as the source that replies are held against; `nil` where there are none, or more
    /// than the check takes.
    private func grounded(_ prompt: Prompt) -> JSONValue? {
        guard let bounds = prompt.rulesBlock, !prompt.rules.isEmpty else { return nil }
        let bytes = Array(prompt.system.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        let rules = part(bounds)
        guard rules.unicodeScalars.count <= Self.longestSource else { return nil }
        return .array(
            [
                Self.text(part(0..<bounds.lowerBound)), Self.block(rules, ["grounding_source"]),
                Self.text(part(bounds.upperBound..<bytes.count)),
            ]
        )
    }

    private static func text(_ text: String) -> JSONValue { .object(["text": .string(text)]) }

    private static func block(_ text: String, _ qualifiers: [JSONValue]) -> JSONValue {
        var content: [String: JSONValue] = ["text": .string(text)]
        if !qualifiers.isEmpty { content["qualifiers"] = .array(qualifiers) }
        return .object(["guardContent": .object(["text": .object(content)])])
    }
}
