import AWSCore
import BotContract

/// The wire of Bedrock's Converse and ConverseStream
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).
enum Converse {
    /// What a model is asked.
    struct Question {
        var model: BotConfiguration.Model
        var modelId: String
        var prompt: Prompt
        /// What was asked of tools since the customer's message.
        var exchanges: [ToolExchange] = []
        /// `toolSpec`s; none where the model takes none.
        var tools: [JSONValue] = []
        var streams: Bool
        var guardrail: Guardrail?
    }

    static func call(_ question: Question, environment: BotEnvironment, timeout: Duration) -> AWSCall {
        let streams = question.streams
        return AWSCall(
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
                path: "/model/\(percentEncode(question.modelId))/\(streams ? "converse-stream" : "converse")",
                headers: [
                    "Content-Type": "application/json",
                    "Accept": streams ? "application/vnd.amazon.eventstream" : "application/json",
                ],
                body: body(question).encoded()
            ),
            timeout: timeout
        )
    }

    static func body(_ question: Question) -> JSONValue {
        var messages = question.prompt.messages
        var fields: [String: JSONValue] = [
            "inferenceConfig": .object([
                "maxTokens": .int(Int64(question.model.maxTokens)),
                "temperature": .double(question.model.temperature),
            ])
        ]
        if ModelFamily.of(question.modelId).takesSystem {
            fields["system"] = .array([.object(["text": .string(question.prompt.system)])])
        } else if let first = messages.first {
            messages[0].text = question.prompt.system + "\n\n" + first.text
        }
        let said = messages.map { message in
            Self.message(message.role, [.object(["text": .string(message.text)])])
        }
        let withTools = !question.tools.isEmpty
        if withTools { fields["toolConfig"] = .object(["tools": .array(question.tools)]) }
        fields["messages"] = .array(
            said
                + question.exchanges.flatMap { exchange in
                    withTools ? blocks(of: exchange) : texts(of: exchange)
                }
        )
        guard let guardrail = question.guardrail else { return .object(fields) }
        let last = messages.count - 1
        return .object(guardrail.guarding(fields, question.prompt, message: last, streams: question.streams))
    }

    private static func message(_ role: MessageRole, _ content: [JSONValue]) -> JSONValue {
        .object(["role": .string(role == .customer ? "user" : "assistant"), "content": .array(content)])
    }

    private static func blocks(of exchange: ToolExchange) -> [JSONValue] {
        let said = ControlTokens.neutralised(exchange.text)
        let text = said.trimmed.isEmpty ? [] : [JSONValue.object(["text": .string(said)])]
        let uses = exchange.calls.map { call in
            JSONValue.object([
                "toolUse": .object([
                    "toolUseId": .string(call.id), "name": .string(call.name),
                    "input": call.input.objectValue == nil ? .object([:]) : call.input.neutralised,
                ])
            ])
        }
        let results = zip(exchange.calls, exchange.results).map { call, result in
            JSONValue.object([
                "toolResult": .object([
                    "toolUseId": .string(call.id),
                    "content": .array([.object(["text": .string(result.text)])]),
                    "status": result.isFailure ? "error" : "success",
                ])
            ])
        }
        return [message(.bot, text + uses), message(.customer, results)]
    }

    /// For a model that takes no tools and goes on where another one called some: Converse refuses their blocks
    /// without `toolConfig`.
    private static func texts(of exchange: ToolExchange) -> [JSONValue] {
        let names = exchange.calls.map(\.name).joined(separator: ", ")
        let results = zip(exchange.calls, exchange.results).map { "\($0.name): \($1.text)" }
        return [
            message(.bot, [.object(["text": .string("(Asked \(names).)")])]),
            message(.customer, [.object(["text": .string("Results:\n" + results.joined(separator: "\n"))])]),
        ]
    }

    /// A whole answer; `nil` where it is not what Converse answers.
    static func answer(_ body: [UInt8]) -> ModelAnswer? {
        guard let json = try? JSONValue.parse(body),
            let content = json["output"]?["message"]?["content"]?.arrayValue
        else { return nil }
        return ModelAnswer(
            text: content.compactMap { $0["text"]?.stringValue }.joined(),
            calls: content.compactMap { $0["toolUse"] }.enumerated().map { number, use in
                ToolCall(
                    id: use["toolUseId"]?.stringValue,
                    name: use["name"]?.stringValue,
                    input: use["input"],
                    number: number
                )
            }.distinct,
            usage: usage(json["usage"]),
            stopReason: json["stopReason"]?.stringValue
        )
    }

    static func usage(_ json: JSONValue?) -> TokenUsage? {
        guard let input = json?["inputTokens"]?.intValue, let output = json?["outputTokens"]?.intValue else {
            return nil
        }
        return TokenUsage(inputTokens: Int(clamping: input), outputTokens: Int(clamping: output))
    }
}

/// One message of a model's.
struct ModelAnswer: Equatable {
    var text = ""
    var calls: [ToolCall] = []
    var usage: TokenUsage?
    /// `end_turn`, `tool_use`, `guardrail_intervened`, …
    var stopReason: String?
}

/// What one message of ConverseStream says.
enum ConverseEvent: Equatable {
    case text(String)
    /// A call begins; its input follows in pieces of JSON text, under the same index.
    case toolUse(index: Int, id: String?, name: String?)
    case toolInput(index: Int, json: String)
    /// With the reason.
    case stop(String?)
    case usage(TokenUsage?)
    /// Carries nothing of a reply's text.
    case other

    /// Throws the exception that a message inside a 200 answer may be; no more follows it.
    init(_ message: EventStreamMessage, operation: String) throws(AWSError) {
        if let error = message.error(operation: operation) { throw error }
        let json = try? JSONValue.parse(message.payload)
        let index = Int(clamping: json?["contentBlockIndex"]?.intValue ?? 0)
        switch message.eventType {
        case "contentBlockStart":
            guard let use = json?["start"]?["toolUse"] else {
                self = .other
                return
            }
            self = .toolUse(index: index, id: use["toolUseId"]?.stringValue, name: use["name"]?.stringValue)
        case "contentBlockDelta":
            if let text = json?["delta"]?["text"]?.stringValue {
                self = .text(text)
            } else if let input = json?["delta"]?["toolUse"]?["input"]?.stringValue {
                self = .toolInput(index: index, json: input)
            } else {
                self = .other
            }
        case "messageStop": self = .stop(json?["stopReason"]?.stringValue)
        case "metadata": self = .usage(Converse.usage(json?["usage"]))
        default: self = .other
        }
    }
}

/// Puts the calls of a stream together.
struct StreamedCalls {
    private var parts: [(index: Int, id: String?, name: String?, input: String)] = []

    mutating func begin(_ index: Int, id: String?, name: String?) { parts.append((index, id, name, "")) }

    mutating func append(_ index: Int, _ json: String) {
        guard let part = parts.lastIndex(where: { $0.index == index }) else { return }
        parts[part].input += json
    }

    /// Input that is not JSON stays a text, which no tool's schema allows.
    var calls: [ToolCall] {
        parts.enumerated().map { number, part in
            let input = part.input.isEmpty ? nil : (try? JSONValue.parse(Array(part.input.utf8))) ?? .string(part.input)
            return ToolCall(id: part.id, name: part.name, input: input, number: number)
        }.distinct
    }
}
