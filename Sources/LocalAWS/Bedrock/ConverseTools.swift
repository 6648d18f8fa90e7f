import AWSCore

/// What Bedrock checks of tools before it asks a model
/// (https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html).
extension ConverseRequest {
    /// Parts of the ids of models that Converse offers no tools.
    private static let withoutTools = [
        "meta.llama2", "meta.llama3-8b", "meta.llama3-70b", "meta.llama3-2-1b", "meta.llama3-2-3b",
        "amazon.titan-text", "mistral.mistral-7b", "mistral.mixtral-8x7b",
    ]

    static func tools(_ config: JSONValue?, modelId: String, isStreamed: Bool) throws(BedrockFailure) -> [Tool] {
        guard let config else { return [] }
        if withoutTools.contains(where: modelId.contains) { throw .validation("This model doesn't support tool use.") }
        if isStreamed, modelId.contains("meta.llama") {
            throw .validation("This model doesn't support tool use in streaming mode.")
        }
        guard let members = config.objectValue else { throw typeMismatch("toolConfig", "an object") }
        try refuseUnknown(members, known: ["tools", "toolChoice"], at: "#/toolConfig")
        guard let list = members["tools"]?.arrayValue, !list.isEmpty else {
            throw .validation("The toolConfig.tools field is empty. Add at least one tool and try again.")
        }
        var tools: [Tool] = []
        for (index, entry) in list.enumerated() {
            let path = "toolConfig.tools.\(index).toolSpec"
            guard let spec = entry["toolSpec"]?.objectValue else { throw typeMismatch(path, "an object") }
            try refuseUnknown(spec, known: ["name", "description", "inputSchema", "strict"], at: "#/\(path)")
            guard let name = spec["name"]?.stringValue, isName(name) else {
                throw .validation(
                    "1 validation error detected: Value at '\(path).name' failed to satisfy constraint: Member must "
                        + "satisfy regular expression pattern: [a-zA-Z0-9_-]+"
                )
            }
            guard !tools.contains(where: { $0.name == name }) else {
                throw .validation("The tool \(name) is already defined at toolConfig.tools.")
            }
            let description = spec["description"]?.stringValue
            if description?.isEmpty == true {
                throw .validation("Value at '\(path).description' must have length greater than or equal to 1")
            }
            guard let schema = spec["inputSchema"]?["json"], schema["type"] == "object" else {
                throw .validation(
                    "The value at \(path).inputSchema.json.type must be one of the following: object."
                )
            }
            tools.append(Tool(name: name, description: description ?? "", schema: schema))
        }
        return tools
    }

    static func toolChoice(_ value: JSONValue?, _ tools: [Tool]) throws(BedrockFailure) -> ToolChoice {
        guard let value else { return .auto }
        guard let members = value.objectValue, members.count == 1 else {
            throw .validation("The toolConfig.toolChoice must set exactly one of: auto, any, tool.")
        }
        if members["auto"]?.objectValue != nil { return .auto }
        if members["any"]?.objectValue != nil { return .any }
        guard let name = members["tool"]?["name"]?.stringValue else {
            throw .validation("The toolConfig.toolChoice must set exactly one of: auto, any, tool.")
        }
        guard tools.contains(where: { $0.name == name }) else {
            throw .validation("The tool \(name) of toolConfig.toolChoice is not defined at toolConfig.tools.")
        }
        return .tool(name)
    }

    static func toolUse(_ value: JSONValue, at path: String) throws(BedrockFailure) -> ToolUse {
        guard let id = value["toolUseId"]?.stringValue, isName(id), let name = value["name"]?.stringValue, isName(name),
            let input = value["input"], input.objectValue != nil
        else { throw .validation("The toolUse block at \(path) lacks a valid toolUseId, name or input.") }
        return ToolUse(id: id, name: name, input: input)
    }

    static func toolResult(_ value: JSONValue, at path: String) throws(BedrockFailure) -> ToolResult {
        guard let id = value["toolUseId"]?.stringValue, isName(id), let content = value["content"]?.arrayValue else {
            throw .validation("The toolResult block at \(path) lacks a valid toolUseId or content.")
        }
        let status = value["status"]?.stringValue ?? "success"
        guard ["success", "error"].contains(status) else {
            throw .validation("Value at '\(path).toolResult.status' must satisfy enum value set: [success, error]")
        }
        var texts: [String] = []
        for block in content {
            guard let text = block["text"]?.stringValue ?? block["json"]?.encodedString() else {
                throw .validation("The toolResult block at \(path) has a content that is neither text nor json.")
            }
            texts.append(text)
        }
        return ToolResult(id: id, text: texts.joined(separator: "\n"), isError: status == "error")
    }

    /// Each message that asks for calls is followed by one with the results of just these.
    static func checkTools(_ messages: [Message], hasConfig: Bool) throws(BedrockFailure) {
        var asked: [String] = []
        for (index, message) in messages.enumerated() {
            let found = message.toolResults.map(\.id)
            if !hasConfig, !message.toolUses.isEmpty || !found.isEmpty {
                throw .validation(
                    "The toolConfig field must be defined when using toolUse and toolResult content blocks."
                )
            }
            if found.count > asked.count {
                throw .validation(
                    "The number of toolResult blocks at messages.\(index).content exceeds the number of toolUse blocks "
                        + "of previous turn."
                )
            }
            guard Set(found) == Set(asked), Set(found).count == found.count else {
                throw .validation(
                    "Expected toolResult blocks at messages.\(index).content for the following Ids: "
                        + "\(asked.joined(separator: ", ")), but found: \(found.joined(separator: ", "))"
                )
            }
            asked = message.toolUses.map(\.id)
        }
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
}
