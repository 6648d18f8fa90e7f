/// Who answers what the stand-in has checked: a model's answer in steps, in whatever wire it came, for the stand-in
/// to write on Bedrock's.
package protocol ConverseModel: Sendable {
    /// - Parameters:
    ///   - isWanted: asked while the answer is waited for; `false` once nobody listens any more.
    ///   - take: called for each step, in order, as it comes.
    /// - Throws: before the first step an answer of its own; after it, an exception inside the answer.
    func answer(
        _ request: ConverseRequest,
        isWanted: @escaping () -> Bool,
        _ take: (ReplyPart) -> Void
    ) throws(BedrockFailure) -> ReplyEnd
}

/// One step of an answer.
package enum ReplyPart: Sendable, Equatable {
    case text(String)
    /// A call of a tool begins; every `input` up to the next other step is a piece of its JSON text.
    case call(id: String, name: String)
    case input(String)
}

/// What is known once an answer is whole.
package struct ReplyEnd: Sendable, Equatable {
    /// As Bedrock names it: `end_turn`, `tool_use`, `max_tokens`, `stop_sequence`, `content_filtered`.
    package var stopReason: String
    package var inputTokens: Int
    package var outputTokens: Int
    /// The model did not count; these are guesses by length.
    package var usageIsEstimated: Bool

    package init(stopReason: String, inputTokens: Int, outputTokens: Int, usageIsEstimated: Bool = false) {
        self.stopReason = stopReason
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.usageIsEstimated = usageIsEstimated
    }
}
