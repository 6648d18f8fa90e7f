import AWSCore
import BotContract

/// The one log line of an invocation: what happened and how long it took, never what was said.
enum InvocationLog {
    static func line(
        event: WebSocketEvent?,
        handler: HandlerName,
        invocation: Invocation,
        configuration: BotConfiguration,
        now: Timestamp
    ) -> JSONValue {
        let isError = serverFaults.contains(invocation.outcome)
        var fields: [String: JSONValue] = [
            "level": .string(isError ? "ERROR" : "INFO"),
            "message": .string("\(handler.rawValue): \(invocation.outcome)"),
            "handler": .string(handler.rawValue),
            "outcome": .string(invocation.outcome),
            "requestId": .string(invocation.requestId),
        ]
        if let event {
            fields["route"] = .string(event.routeKey)
            fields["connectionId"] = .string(event.connectionId)
        }
        if let detail = invocation.detail { fields["detail"] = .string(detail) }
        if let model = invocation.model { fields["model"] = .string(model) }
        if let retrieval = invocation.retrieval {
            var note: [String: JSONValue] = [
                "mode": .string(retrieval.mode.rawValue), "covered": .bool(retrieval.isCovered),
            ]
            if let failure = retrieval.failure { note["failure"] = .string(failure) }
            fields["retrieval"] = .object(note)
        }
        if !invocation.toolFailures.isEmpty {
            fields["toolFailures"] = .array(invocation.toolFailures.map { .string($0) })
        }
        var timings = invocation.timings.mapValues { JSONValue.int($0) }
        timings["total"] = .int(invocation.elapsed)
        fields["ms"] = .object(timings)
        if let usage = invocation.usage {
            fields["tokens"] = .object([
                "input": .int(Int64(usage.inputTokens)), "output": .int(Int64(usage.outputTokens)),
            ])
        }
        if handler == .sendMessage || !invocation.counts.isEmpty {
            addMetrics(
                to: &fields,
                invocation: invocation,
                failed: isError && handler == .sendMessage,
                configuration: configuration,
                now: now
            )
        }
        return .object(fields)
    }

    /// Outcomes that are ours to fix, as against those that a client brought about.
    static let serverFaults: Set<String> = Set(
        [ErrorCode.modelBusy, .modelFailed, .modelTimeout, .storageFailed, .handoffFailed, .internal].map(\.rawValue)
    )

    /// Outcomes by which a limit refuses a message.
    private static let refusals: Set<String> = Set([ErrorCode.rateLimited, .dailyLimit].map(\.rawValue))

    /// CloudWatch takes metrics from a log line in the embedded metric format: `_aws` names them, the line's own
    /// members hold their values. JSON's `_aws` must be at the line's root.
    private static func addMetrics(
        to fields: inout [String: JSONValue],
        invocation: Invocation,
        failed: Bool,
        configuration: BotConfiguration,
        now: Timestamp
    ) {
        var metrics: [(name: String, unit: String, value: JSONValue)] = [
            (Metric.failedTurns, "Count", .int(failed ? 1 : 0))
        ]
        if refusals.contains(invocation.outcome) { metrics.append((Metric.refusals, "Count", 1)) }
        for (name, count) in invocation.counts.sorted(by: { $0.key < $1.key }) {
            metrics.append((name, "Count", .int(count)))
        }
        if let usage = invocation.usage {
            metrics.append((Metric.tokens, "Count", .int(Int64(usage.inputTokens + usage.outputTokens))))
            metrics.append((Metric.turn, "Milliseconds", .int(invocation.elapsed)))
            if let cost = invocation.model.flatMap({ ModelPrices.cost(of: usage, model: $0) }) {
                metrics.append((Metric.cost, "None", .double(cost)))
            }
        }
        if let first = invocation.timings["firstToken"] {
            metrics.append((Metric.firstToken, "Milliseconds", .int(first)))
        }
        if invocation.retrieval?.failure != nil { metrics.append((Metric.retrievalFallbacks, "Count", 1)) }
        for metric in metrics { fields[metric.name] = metric.value }
        fields[Metric.Dimension.bot] = .string(configuration.name)
        fields[Metric.Dimension.stage] = .string(configuration.stage)
        fields["_aws"] = .object([
            "Timestamp": .int(now.milliseconds),
            "CloudWatchMetrics": .array([
                .object([
                    "Namespace": .string(Metric.namespace),
                    "Dimensions": .array([
                        .array([.string(Metric.Dimension.bot), .string(Metric.Dimension.stage)])
                    ]),
                    "Metrics": .array(
                        metrics.map { .object(["Name": .string($0.name), "Unit": .string($0.unit)]) }
                    ),
                ])
            ]),
        ])
    }
}
