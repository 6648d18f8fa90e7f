import AWSCore

/// A Converse request in the words of `POST /chat/completions`
/// (https://platform.openai.com/docs/api-reference/chat/create), as far as Ollama, llama.cpp and vLLM share them.
enum ChatCompletionsRequest {
    static func body(_ request: ConverseRequest, model: String) -> [UInt8] {
        var members: [String: JSONValue] = [
            "model": .string(model), "messages": .array(messages(request)), "stream": .bool(request.isStreamed),
        ]
        if request.isStreamed { members["stream_options"] = ["include_usage": true] }
        // Not `max_completion_tokens`, which local servers do not all know.
        members["max_tokens"] = request.maxTokens.map { .int(Int64($0)) }
        members["temperature"] = request.temperature.map { .double($0) }
        members["top_p"] = request.topP.map { .double($0) }
        if !request.stopSequences.isEmpty { members["stop"] = .array(request.stopSequences.map { .string($0) }) }
        if !request.tools.isEmpty {
            members["tools"] = .array(request.tools.map(tool))
            members["tool_choice"] = choice(request.toolChoice)
        }
        return JSONValue.object(members).encoded()
    }

    private static func messages(_ request: ConverseRequest) -> [JSONValue] {
        var messages: [JSONValue] = []
        if !request.system.isEmpty { messages.append(["role": "system", "content": .string(request.system)]) }
        for message in request.messages {
            for result in message.toolResults {
                // There is no member for it.
                let text = result.isError ? "The tool failed: \(result.text)" : result.text
                messages.append(
                    ["role": "tool", "tool_call_id": .string(result.id), "content": .string(text)]
                )
            }
            guard !message.text.isEmpty || !message.toolUses.isEmpty else { continue }
            var members: [String: JSONValue] = ["role": .string(message.role.rawValue)]
            // Not an empty text: older versions of Ollama drop the calls of a message that has one.
            members["content"] = message.text.isEmpty ? .null : .string(message.text)
            if !message.toolUses.isEmpty { members["tool_calls"] = .array(message.toolUses.map(call)) }
            messages.append(.object(members))
        }
        return messages
    }

    private static func call(_ use: ConverseRequest.ToolUse) -> JSONValue {
        [
            "id": .string(use.id), "type": "function",
            "function": ["name": .string(use.name), "arguments": .string(use.input.encodedString())],
        ]
    }

    private static func tool(_ tool: ConverseRequest.Tool) -> JSONValue {
        var function: [String: JSONValue] = ["name": .string(tool.name), "parameters": tool.schema]
        if !tool.description.isEmpty { function["description"] = .string(tool.description) }
        return ["type": "function", "function": .object(function)]
    }

    private static func choice(_ choice: ConverseRequest.ToolChoice) -> JSONValue {
        switch choice {
        case .auto: "auto"
        case .any: "required"
        case .tool(let name): ["type": "function", "function": ["name": .string(name)]]
        }
    }
}
