import AWSCore
import BotContract

/// The wire of Bedrock's Converse and ConverseStream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
enum Converse {
    static func call(
        model: BotConfiguration.Model,
        modelId: String,
        prompt: Prompt,
        streams: Bool,
        guardrail: Guardrail?,
        environment: BotEnvironment,
        timeout: Duration
    ) -> AWSCall {
        AWSCall(
            service: "bedrock",
            region: environment.region,
            operation: streams ? "bedrock-runtime.ConverseStream" : "bedrock-runtime.Converse",
            request: HTTPRequest(
                method: "POST",
                endpoint: .aws(
                    service: "bedrock-runtime",
                    region: environment.region,
                    environment: environment.variables
                ),
                path: "/model/\(percentEncode(modelId))/\(streams ? "converse-stream" : "converse")",
                headers: [
                    "Content-Type": "application/json",
                    "Accept": streams ? "application/vnd.amazon.eventstream" : "application/json",
                ],
                body: body(model: model, modelId: modelId, prompt: prompt, streams: streams, guardrail: guardrail)
                    .encoded()
            ),
            timeout: timeout
        )
    }

    static func body(
        model: BotConfiguration.Model,
        modelId: String,
        prompt: Prompt,
        streams: Bool,
        guardrail: Guardrail?
    ) -> JSONValue {
        var messages = prompt.messages
        var fields: [String: JSONValue] = [
            "inferenceConfig": .object([
                "maxTokens": .int(Int64(model.maxTokens)),
                "temperature": .double(model.temperature),
            ])
        ]
        if ModelFamily.of(modelId).takesSystem {
            fields["system"] = .array([.object(["text": .string(prompt.system)])])
        } else if let first = messages.first {
            messages[0].text = prompt.system + "\n\n" + first.text
        }
        fields["messages"] = .array(
            messages.map { message in
                .object([
                    "role": .string(message.role == .customer ? "user" : "assistant"),
                    "content": .array([.object(["text": .string(message.text)])]),
                ])
            }
        )
        guard let guardrail else { return .object(fields) }
        return .object(guardrail.guarding(fields, prompt, message: messages.count - 1, streams: streams))
    }

    /// A whole answer's text, usage and reason to stop; `nil` where it is not what Converse answers.
    static func answer(_ body: [UInt8]) -> (text: String, usage: TokenUsage?, stopReason: String?)? {
        guard let json = try? JSONValue.parse(body),
            let content = json["output"]?["message"]?["content"]?.arrayValue
        else { return nil }
        return (
            content.compactMap { $0["text"]?.stringValue }.joined(), usage(json["usage"]),
            json["stopReason"]?.stringValue
        )
    }

    static func usage(_ json: JSONValue?) -> TokenUsage? {
        guard let input = json?["inputTokens"]?.intValue, let output = json?["outputTokens"]?.intValue else {
            return nil
        }
        return TokenUsage(inputTokens: Int(clamping: input), outputTokens: Int(clamping: output))
    }
}

/// What one message of ConverseStream says.
enum ConverseEvent: Equatable {
    case text(String)
    /// With the reason: `end_turn`, `guardrail_intervened`, …
    case stop(String?)
    case usage(TokenUsage?)
    /// Carries nothing of a reply's text.
    case other

    /// Throws the exception that a message inside a 200 answer may be; no more follows it.
    init(_ message: EventStreamMessage, operation: String) throws(AWSError) {
        if let error = message.error(operation: operation) { throw error }
        let json = try? JSONValue.parse(message.payload)
        switch message.eventType {
        case "contentBlockDelta": self = json?["delta"]?["text"]?.stringValue.map { .text($0) } ?? .other
        case "messageStop": self = .stop(json?["stopReason"]?.stringValue)
        case "metadata": self = .usage(Converse.usage(json?["usage"]))
        default: self = .other
        }
    }
}
