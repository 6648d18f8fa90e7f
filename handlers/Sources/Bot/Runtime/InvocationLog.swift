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
        var timings = invocation.timings.mapValues { JSONValue.int($0) }
        timings["total"] = .int(invocation.elapsed)
        fields["ms"] = .object(timings)
        if let usage = invocation.usage {
            fields["tokens"] = .object([
                "input": .int(Int64(usage.inputTokens)), "output": .int(Int64(usage.outputTokens)),
            ])
        }
        if handler == .sendMessage {
            addMetrics(to: &fields, invocation: invocation, failed: isError, configuration: configuration, now: now)
        }
        return .object(fields)
    }

    /// Outcomes that are ours to fix, as against those that a client brought about.
    static let serverFaults: Set<String> = Set(
        [ErrorCode.modelBusy, .modelFailed, .modelTimeout, .storageFailed, .internal].map(\.rawValue)
    )

    private static func addMetrics(
        to fields: inout [String: JSONValue],
        invocation: Invocation,
        failed: Bool,
        configuration: BotConfiguration,
        now: Timestamp
    ) {
        var metrics: [(name: String, unit: String, value: Int64)] = [
            (Metric.failedTurns, "Count", failed ? 1 : 0)
        ]
        if let usage = invocation.usage {
            metrics.append((Metric.tokens, "Count", Int64(usage.inputTokens + usage.outputTokens)))
            metrics.append((Metric.turn, "Milliseconds", invocation.elapsed))
        }
        if let first = invocation.timings["firstToken"] {
            metrics.append((Metric.firstToken, "Milliseconds", first))
        }
        if let retrieval = invocation.retrieval {
            metrics.append((Metric.unanswered, "Count", retrieval.isUnanswered ? 1 : 0))
            metrics.append((Metric.retrievalFallbacks, "Count", retrieval.failure == nil ? 0 : 1))
        }
        for metric in metrics { fields[metric.name] = .int(metric.value) }
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
