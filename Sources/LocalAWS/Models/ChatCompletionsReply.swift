import AWSCore
import BotContract

/// What comes back from `POST /chat/completions`, as steps of a Converse answer: a whole answer, or chunk by chunk
/// (https://platform.openai.com/docs/api-reference/chat-streaming).
struct ChatCompletionsReply {
    private let request: ConverseRequest
    private var stopReason: String?
    private var usage: (input: Int, output: Int)?
    private var outputTokens = 0
    private var hasText = false
    /// In the order in which they began. The first goes out as it comes; Bedrock has one block at a time, so what
    /// servers mix goes out after it.
    private var calls: [Call] = []
    private var ids: Set<String> = []
    private(set) var isDone = false

    private struct Call {
        /// The server's own number for it.
        var index: Int64
        var givenId: String?
        var name: String
        var input = ""
    }

    init(_ request: ConverseRequest) { self.request = request }

    // MARK: A stream

    mutating func take(_ event: ServerSentEvents.Event, _ take: (ReplyPart) -> Void) throws(BedrockFailure) {
        // An empty one keeps the connection alive.
        if isDone || event.data.isEmpty { return }
        if event.data == "[DONE]" {
            isDone = true
            return
        }
        guard let json = try? JSONValue.parse(event.data), json.objectValue != nil else {
            throw .modelError("The model's server sent an event that is not a JSON object.")
        }
        if event.name == "error" || json["error"].map({ !$0.isNull }) == true {
            throw .modelError(ModelServerError(json).message ?? "The model's server failed while it answered.")
        }
        noteUsage(json)
        // The chunk with the usage has none.
        guard let choice = json["choices"]?[0] else { return }
        if let delta = choice["delta"] {
            if let text = delta["content"]?.stringValue { takeText(text, take) }
            for call in delta["tool_calls"]?.arrayValue ?? [] { try takeCall(call, take) }
        }
        noteStop(choice)
    }

    /// The stream has ended.
    mutating func finish(_ take: (ReplyPart) -> Void) throws(BedrockFailure) -> ReplyEnd {
        guard stopReason != nil || isDone else {
            throw .modelError("The model's server ended its answer in the middle.")
        }
        if calls.first?.input.isEmpty == true { take(.input("{}")) }
        for call in calls.dropFirst() {
            emit(call, take)
            take(.input(call.input.isEmpty ? "{}" : call.input))
        }
        return end()
    }

    // MARK: A whole answer

    mutating func takeWhole(_ json: JSONValue, _ take: (ReplyPart) -> Void) throws(BedrockFailure) -> ReplyEnd {
        guard let choice = json["choices"]?[0], let message = choice["message"] else {
            throw .modelError("The model's server answered with something that is no chat completion.")
        }
        noteUsage(json)
        if let text = message["content"]?.stringValue { takeText(text, take) }
        for (index, call) in (message["tool_calls"]?.arrayValue ?? []).enumerated() {
            guard let name = call["function"]?["name"]?.stringValue, !name.isEmpty else {
                throw .modelError("The model called a tool without a name.")
            }
            var new = Call(index: Int64(index), givenId: call["id"]?.stringValue, name: name)
            new.input = Self.arguments(call["function"]?["arguments"])
            calls.append(new)
            emit(new, take)
            take(.input(new.input.isEmpty ? "{}" : new.input))
            outputTokens += TokenEstimate.of(name) + TokenEstimate.of(new.input)
        }
        noteStop(choice)
        return end()
    }

    // MARK: Parts of both

    private mutating func takeText(_ text: String, _ take: (ReplyPart) -> Void) {
        // Once a call has begun there is no place for words: its input would be cut in two. Models leave line ends
        // there, and before an answer.
        guard calls.isEmpty, hasText || !text.allSatisfy(\.isWhitespace) else { return }
        hasText = true
        outputTokens += TokenEstimate.of(text)
        take(.text(text))
    }

    private mutating func takeCall(_ value: JSONValue, _ take: (ReplyPart) -> Void) throws(BedrockFailure) {
        let index = value["index"]?.intValue ?? Int64(max(0, calls.count - 1))
        let id = value["id"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        let name = value["function"]?["name"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        let input = Self.arguments(value["function"]?["arguments"])
        outputTokens += TokenEstimate.of(input)
        // Some versions of Ollama number all calls of a message 0: a name with another id is another call, and so is
        // one whose predecessor is whole.
        if let position = calls.lastIndex(where: { $0.index == index }),
            name == nil || (id != nil && id == calls[position].givenId)
                || (id == nil && !Self.isWhole(calls[position].input))
        {
            calls[position].input += input
            if position == 0, !input.isEmpty { take(.input(input)) }
            return
        }
        guard let name else { throw .modelError("The model called a tool without a name.") }
        outputTokens += TokenEstimate.of(name)
        calls.append(Call(index: index, givenId: id, name: name, input: input))
        if calls.count == 1 {
            emit(calls[0], take)
            if !input.isEmpty { take(.input(input)) }
        }
    }

    private mutating func emit(_ call: Call, _ take: (ReplyPart) -> Void) {
        take(.call(id: uniqueId(call.givenId), name: call.name))
    }

    /// Bedrock takes 64 letters, digits, `_` and `-`; some servers give no id, or the same one twice.
    private mutating func uniqueId(_ given: String?) -> String {
        if let given, (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ isNameByte($0) }), ids.insert(given).inserted
        {
            return given
        }
        // The number of messages tells the calls of one conversation's turns apart.
        let own = "call-\(request.messages.count)-\(ids.count + 1)"
        ids.insert(own)
        return own
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
            || byte == 0x2D
    }

    /// A text of JSON, or, from servers that take it easy, the object itself.
    private static func arguments(_ value: JSONValue?) -> String {
        guard let value, !value.isNull else { return "" }
        return value.stringValue ?? value.encodedString()
    }

    private static func isWhole(_ input: String) -> Bool { (try? JSONValue.parse(input)) != nil }

    private mutating func noteUsage(_ json: JSONValue) {
        guard let counts = json["usage"], let input = counts["prompt_tokens"]?.intValue, input >= 0 else { return }
        usage = (Int(clamping: input), Int(clamping: max(0, counts["completion_tokens"]?.intValue ?? 0)))
    }

    private mutating func noteStop(_ choice: JSONValue) {
        guard let reason = choice["finish_reason"]?.stringValue else { return }
        stopReason =
            switch reason {
            case "length": "max_tokens"
            case "tool_calls", "function_call": "tool_use"
            case "content_filter": "content_filtered"
            // vLLM says which of the given texts ended the answer.
            default: choice["stop_reason"]?.stringValue != nil ? "stop_sequence" : "end_turn"
            }
    }

    private func end() -> ReplyEnd {
        // Some servers say `stop` after a call.
        var reason = stopReason ?? "end_turn"
        if !calls.isEmpty, reason == "end_turn" { reason = "tool_use" }
        if let usage {
            return ReplyEnd(stopReason: reason, inputTokens: usage.input, outputTokens: usage.output)
        }
        let input = request.messages.reduce(TokenEstimate.of(request.system)) { count, message in
            count + TokenEstimate.of(message.text)
                + message.toolResults.reduce(0) { $0 + TokenEstimate.of($1.text) }
        }
        return ReplyEnd(
            stopReason: reason,
            inputTokens: input,
            outputTokens: outputTokens,
            usageIsEstimated: true
        )
    }
}
