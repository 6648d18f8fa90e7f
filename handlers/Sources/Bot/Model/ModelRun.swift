import AWSCore
import BotContract

/// Gets one reply: from the model, streamed where it can, and where it fails once from the fallback model. Between
/// its messages a model may have tools called; what they answered stays, whichever model goes on.
final class ModelRun {
    struct Reply {
        var text: String
        var citations: [Citation]
        var usage: TokenUsage?
        /// Whether the guardrail refused the message or the reply, or the reply was withheld.
        var isRefused = false
        /// Whether the model says that no rule covers the question.
        var saysNoRule = false
    }

    /// Of the time that is left, kept for the fallback model when there is one.
    static let fallbackShare: Duration = .seconds(8)

    private let context: BotContext
    private let invocation: Invocation
    private let prompt: Prompt
    private let policy: ReplyPolicy
    private let deltas: DeltaPoster
    private let tools: TurnTools?
    private var exchanges: [ToolExchange]
    /// Of every message that a model finished, those of a model that failed later included: all are paid for.
    private var usage: TokenUsage?
    /// Called once, when the first model has been asked: other work goes on while it thinks. Answers whether
    /// a reply is still wanted.
    private var whileThinking: (() -> Bool)?
    private var isWanted = true

    /// - Parameter exchanges: what was asked of tools before a model was asked.
    init(
        context: BotContext,
        invocation: Invocation,
        prompt: Prompt,
        policy: ReplyPolicy,
        deltas: DeltaPoster,
        tools: TurnTools? = nil,
        exchanges: [ToolExchange] = [],
        whileThinking: @escaping () -> Bool
    ) {
        self.context = context
        self.invocation = invocation
        self.prompt = prompt
        self.policy = policy
        self.deltas = deltas
        self.tools = tools
        self.exchanges = exchanges
        self.whileThinking = whileThinking
    }

    func reply() throws(RouteFailure) -> Reply {
        let model = context.configuration.model
        let end = invocation.modelDeadline
        let fallback = model.fallback.flatMap { $0 == model.id ? nil : $0 }
        do throws(AWSError) {
            let left = context.clock.now().duration(to: end)
            let share = fallback == nil ? .zero : min(Self.fallbackShare, left / 3)
            return try ask(model.id, until: end.advanced(by: .zero - share))
        } catch {
            note(error)
            deltas.discard()
            guard isWanted, let fallback, context.clock.now() < end else { throw Self.failure(error) }
            invocation.count(Metric.fallbacks)
            do throws(AWSError) {
                return try ask(fallback, until: end)
            } catch let second {
                note(second)
                throw Self.failure(second, after: error)
            }
        }
    }

    /// Goes on until the model says something without asking for more calls.
    private func ask(_ modelId: String, until end: Timestamp) throws(AWSError) -> Reply {
        // Where some of an earlier model's words were shown, the rest waits for `done`, which replaces them.
        let words = ReplyWords(
            prompt,
            policy,
            deltas: deltas,
            invocation: invocation,
            shows: !deltas.hasPosted
        )
        while true {
            let answer = try message(modelId, until: end, words)
            add(answer.usage)
            guard !answer.calls.isEmpty, let tools else {
                return try finished(words, answer.stopReason)
            }
            let round = exchanges.count + 1
            // It has been told that there are no more calls, and asks for some all the same.
            guard round <= TurnTools.maximumRounds + 1 else {
                throw Self.broken("the model calls tools without end", Self.operation)
            }
            words.endMessage()
            exchanges.append(
                ToolExchange(
                    text: answer.text,
                    calls: answer.calls,
                    results: tools.results(of: answer.calls, round: round, until: end)
                )
            )
        }
    }

    private func finished(_ words: ReplyWords, _ stopReason: String?) throws(AWSError) -> Reply {
        let text = words.finish()
        if words.isWithheld { invocation.count(Metric.withheld) }
        if stopReason == Guardrail.stopReason {
            invocation.count(Metric.guardrailInterventions)
            if let blocked = blockedReply(text) { return blocked }
        }
        guard !text.isEmpty else { throw Self.broken("the reply is empty", Self.operation) }
        return Reply(
            text: FrameFit.shortened(text),
            citations: words.citations,
            usage: usage,
            isRefused: words.isWithheld,
            saysNoRule: words.saysNoRule
        )
    }

    /// What the guardrail says instead, in the place of all that the model said; `nil` where it masked a part of the
    /// reply only.
    private func blockedReply(_ text: String) -> Reply? {
        guard let message = context.configuration.guardrail?.blockedMessage else { return nil }
        guard text.isEmpty || text.hasSuffix(message.trimmed) else { return nil }
        return Reply(text: FrameFit.shortened(message), citations: [], usage: usage, isRefused: true)
    }

    /// One message of the model's: the whole reply, or one that asks for calls.
    private func message(
        _ modelId: String,
        until end: Timestamp,
        _ words: ReplyWords
    ) throws(AWSError) -> ModelAnswer {
        let family = ModelFamily.of(modelId)
        let specs = family.tools == .none ? [] : tools?.specs ?? []
        let streams = family.streams(withTools: !specs.isEmpty)
        let call = Converse.call(
            Converse.Question(
                model: context.configuration.model,
                modelId: modelId,
                prompt: prompt,
                exchanges: exchanges,
                tools: specs,
                streams: streams,
                guardrail: Guardrail(context.environment, context.configuration)
            ),
            environment: context.environment,
            timeout: max(context.clock.now().duration(to: end), .milliseconds(1))
        )
        invocation.model = modelId
        let pending: PendingAWSCall
        do throws(AWSError) {
            pending = try context.aws.begin(call, deadline: end)
        } catch {
            thinking()
            throw error
        }
        thinking()
        guard isWanted else {
            pending.cancel()
            throw Self.broken("the reply is not wanted any more", call.operation)
        }
        if streams {
            return try ModelStream(pending, call.operation).read { part in
                words.take(part)
                return !words.isFull
            }
        }
        guard let answer = Converse.answer(try pending.response().body) else {
            throw Self.broken("the answer is not Converse's", call.operation)
        }
        words.take(answer.text)
        return answer
    }

    private func add(_ counted: TokenUsage?) {
        guard let counted else { return }
        let before = usage ?? TokenUsage(inputTokens: 0, outputTokens: 0)
        usage = TokenUsage(
            inputTokens: before.inputTokens + counted.inputTokens,
            outputTokens: before.outputTokens + counted.outputTokens
        )
    }

    private func thinking() {
        if let whileThinking { isWanted = whileThinking() }
        whileThinking = nil
    }

    private static let operation = "bedrock-runtime.Converse"

    static func broken(_ message: String, _ operation: String) -> AWSError {
        AWSError(code: "malformed", message: message, status: 200, operation: operation)
    }

    private func note(_ error: AWSError) {
        if Self.failure(error).code == .modelBusy { invocation.count(Metric.throttles) }
    }

    private static func failure(_ error: AWSError, after first: AWSError? = nil) -> RouteFailure {
        let cause = [first, error].compactMap { $0?.description }.joined(separator: "; then ")
        switch error.code {
        case "ThrottlingException", "ServiceUnavailableException", "ServiceQuotaExceededException",
            "ModelNotReadyException", "TooManyRequestsException":
            return RouteFailure(.modelBusy, retryAfter: 5, cause: cause)
        case "ModelTimeoutException", "transport.timeout":
            return RouteFailure(.modelTimeout, cause: cause)
        default:
            if error.status == 429 || error.status == 503 {
                return RouteFailure(.modelBusy, retryAfter: 5, cause: cause)
            }
            return RouteFailure(.modelFailed, cause: cause)
        }
    }
}
