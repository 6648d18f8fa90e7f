import AWSCore
import BotContract

/// Gets one reply: from the model, streamed where it can, and where it fails once from the fallback model.
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
    /// Called once, when the first model has been asked: other work goes on while it thinks. Answers whether
    /// a reply is still wanted.
    private var whileThinking: (() -> Bool)?
    private var isWanted = true

    init(
        context: BotContext,
        invocation: Invocation,
        prompt: Prompt,
        policy: ReplyPolicy,
        deltas: DeltaPoster,
        whileThinking: @escaping () -> Bool
    ) {
        self.context = context
        self.invocation = invocation
        self.prompt = prompt
        self.policy = policy
        self.deltas = deltas
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

    private func ask(_ modelId: String, until end: Timestamp) throws(AWSError) -> Reply {
        let left = context.clock.now().duration(to: end)
        let streams = ModelFamily.of(modelId).streams
        let call = Converse.call(
            model: context.configuration.model,
            modelId: modelId,
            prompt: prompt,
            streams: streams,
            guardrail: Guardrail(context.environment, context.configuration),
            environment: context.environment,
            timeout: max(left, .milliseconds(1))
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
        // Where some of an earlier model's words were shown, the rest waits for `done`, which replaces them.
        let shows = !deltas.hasPosted
        var filter = ReplyFilter(prompt, policy)
        var text = ""
        var usage: TokenUsage?
        var stopReason: String?
        func take(_ part: String) {
            let shown = filter.push(part)
            guard !shown.isEmpty else { return }
            invocation.reached("firstToken")
            text += shown
            if shows { deltas.append(shown) }
        }
        if streams {
            (usage, stopReason) = try read(pending, call.operation) { part in
                take(part)
                return FrameFit.jsonBytes(text) < FrameFit.replyBytes
            }
        } else {
            let answer = Converse.answer(try pending.response().body)
            guard let answer else { throw Self.broken("the answer is not Converse's", call.operation) }
            take(answer.text)
            usage = answer.usage
            stopReason = answer.stopReason
        }
        let rest = filter.finish()
        text += rest
        if shows, !rest.isEmpty { deltas.append(rest) }
        if filter.isWithheld { invocation.count(Metric.withheld) }
        if stopReason == Guardrail.stopReason {
            invocation.count(Metric.guardrailInterventions)
            if let blocked = blockedReply(text, usage) { return blocked }
        }
        guard !text.isEmpty else { throw Self.broken("the reply is empty", call.operation) }
        return Reply(
            text: FrameFit.shortened(text),
            citations: filter.cited,
            usage: usage,
            isRefused: filter.isWithheld,
            saysNoRule: filter.saysNoRule
        )
    }

    /// What the guardrail says instead, in the place of all that the model said; `nil` where it masked a part of the
    /// reply only.
    private func blockedReply(_ text: String, _ usage: TokenUsage?) -> Reply? {
        guard let message = context.configuration.guardrail?.blockedMessage else { return nil }
        guard text.isEmpty || text.hasSuffix(message.trimmed) else { return nil }
        return Reply(text: FrameFit.shortened(message), citations: [], usage: usage, isRefused: true)
    }

    /// Reads a stream to its end.
    /// - Parameter take: answers whether more is wanted; where not, the rest is given up.
    private func read(
        _ pending: PendingAWSCall,
        _ operation: String,
        _ take: (String) -> Bool
    ) throws(AWSError) -> (usage: TokenUsage?, stopReason: String?) {
        let exchange = try pending.stream()
        var decoder = EventStreamDecoder()
        var usage: TokenUsage?
        var stopReason: String?
        var hasStopped = false
        do {
            while let chunk = try exchange.next() {
                decoder.push(chunk)
                while let message = try decoder.next() {
                    switch try ConverseEvent(message, operation: operation) {
                    case .text(let part):
                        guard take(part) else {
                            exchange.cancel()
                            return (usage, stopReason)
                        }
                    case .stop(let reason):
                        hasStopped = true
                        stopReason = reason
                    case .usage(let counted): usage = counted
                    case .other: break
                    }
                }
            }
        } catch {
            exchange.cancel()
            switch error {
            case let error as AWSError: throw error
            case let error as TransportError: throw AWSError(error, operation: operation)
            default: throw Self.broken("\(error)", operation)
            }
        }
        guard hasStopped else { throw Self.broken("the stream ended before the reply did", operation) }
        return (usage, stopReason)
    }

    private func thinking() {
        if let whileThinking { isWanted = whileThinking() }
        whileThinking = nil
    }

    private static func broken(_ message: String, _ operation: String) -> AWSError {
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
