import AWSCore
import BotContract

/// Gets one reply: from the model, streamed where it can, and where it fails once from the fallback model.
final class ModelRun {
    struct Reply {
        var text: String
        var citations: [Citation]
        var usage: TokenUsage?
    }

    /// Of the time that is left, kept for the fallback model when there is one.
    static let fallbackShare: Duration = .seconds(8)

    private let context: BotContext
    private let invocation: Invocation
    private let prompt: Prompt
    private let deltas: DeltaPoster
    /// Called once, when the first model has been asked: other work goes on while it thinks. Answers whether
    /// a reply is still wanted.
    private var whileThinking: (() -> Bool)?
    private var isWanted = true

    init(
        context: BotContext,
        invocation: Invocation,
        prompt: Prompt,
        deltas: DeltaPoster,
        whileThinking: @escaping () -> Bool
    ) {
        self.context = context
        self.invocation = invocation
        self.prompt = prompt
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
        var filter = CitationFilter(known: prompt.rules.map(\.id))
        var text = ""
        var usage: TokenUsage?
        func take(_ part: String) {
            let shown = filter.push(part)
            guard !shown.isEmpty else { return }
            invocation.reached("firstToken")
            text += shown
            if shows { deltas.append(shown) }
        }
        if streams {
            usage = try read(pending, call.operation) { part in
                take(part)
                return FrameFit.jsonBytes(text) < FrameFit.replyBytes
            }
        } else {
            let answer = Converse.answer(try pending.response().body)
            guard let answer else { throw Self.broken("the answer is not Converse's", call.operation) }
            take(answer.text)
            usage = answer.usage
        }
        let rest = filter.finish()
        text += rest
        if shows, !rest.isEmpty { deltas.append(rest) }
        guard !text.isEmpty else { throw Self.broken("the reply is empty", call.operation) }
        let citations = filter.cited.compactMap { id in
            prompt.rules.first { $0.id == id }.map { Citation(id: id, title: $0.title, file: $0.file) }
        }
        return Reply(text: FrameFit.shortened(text), citations: citations, usage: usage)
    }

    /// Reads a stream to its end.
    /// - Parameter take: answers whether more is wanted; where not, the rest is given up.
    private func read(
        _ pending: PendingAWSCall,
        _ operation: String,
        _ take: (String) -> Bool
    ) throws(AWSError) -> TokenUsage? {
        let exchange = try pending.stream()
        var decoder = EventStreamDecoder()
        var usage: TokenUsage?
        var hasStopped = false
        do {
            while let chunk = try exchange.next() {
                decoder.push(chunk)
                while let message = try decoder.next() {
                    switch try ConverseEvent(message, operation: operation) {
                    case .text(let part):
                        guard take(part) else {
                            exchange.cancel()
                            return usage
                        }
                    case .stop: hasStopped = true
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
        return usage
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
