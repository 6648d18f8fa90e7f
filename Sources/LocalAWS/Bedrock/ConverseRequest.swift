package import AWSCore

/// A Converse or ConverseStream request that passed the checks which Bedrock makes before it asks a model.
package struct ConverseRequest: Sendable, Equatable {
    package enum Role: String, Sendable { case user, assistant }

    package struct Message: Sendable, Equatable {
        package var role: Role
        /// Text blocks, joined by line ends.
        package var text: String
        package var toolUses: [ToolUse] = []
        package var toolResults: [ToolResult] = []
    }

    package struct Tool: Sendable, Equatable {
        package var name: String
        package var description: String
        /// JSON Schema of an object.
        package var schema: JSONValue
    }

    package struct ToolUse: Sendable, Equatable {
        package var id: String
        package var name: String
        package var input: JSONValue
    }

    package enum ToolChoice: Sendable, Equatable {
        case auto, any
        case tool(String)
    }

    package struct ToolResult: Sendable, Equatable {
        package var id: String
        /// Its contents, joined by line ends.
        package var text: String
        package var isError: Bool
    }

    package var modelId: String
    package var isStreamed: Bool
    package var system: String
    package var messages: [Message]
    package var maxTokens: Int?
    package var temperature: Double?
    package var topP: Double?
    package var stopSequences: [String]
    package var tools: [Tool]
    package var toolChoice: ToolChoice

    /// - Parameters:
    ///   - modelId: decoded, as in the path.
    ///   - body: JSON. Unlike Bedrock, which passes over some unknown members, the stand-in refuses all of them:
    ///     a misspelt one is a bug of the caller that would otherwise show on AWS only.
    package init(modelId: String, isStreamed: Bool, body: [UInt8]) throws(BedrockFailure) {
        guard Self.isModelId(modelId) else { throw .validation("The provided model identifier is invalid.") }
        guard let json = try? JSONValue.parse(body), case .object(let members) = json else {
            throw BedrockFailure(status: 400, type: "SerializationException", message: "Could not parse request body")
        }
        try Self.refuseUnknown(members, known: Self.knownMembers, at: "#")
        self.modelId = modelId
        self.isStreamed = isStreamed
        system = try Self.system(members["system"])
        messages = try Self.messages(members["messages"])
        (maxTokens, stopSequences) = try Self.inference(members["inferenceConfig"])
        temperature = members["inferenceConfig"]?["temperature"]?.doubleValue
        topP = members["inferenceConfig"]?["topP"]?.doubleValue
        tools = try Self.tools(members["toolConfig"], modelId: modelId, isStreamed: isStreamed)
        toolChoice = try Self.toolChoice(members["toolConfig"]?["toolChoice"], tools)
        try Self.checkTools(messages, hasConfig: !tools.isEmpty)
    }

    /// What faults are chosen by, of a request that Bedrock itself will check: its last message's text, that of
    /// `guardContent` too.
    init(unchecked body: [UInt8], modelId: String, isStreamed: Bool) {
        let blocks = (try? JSONValue.parse(body))?["messages"]?.arrayValue?.last?["content"]?.arrayValue ?? []
        let texts = blocks.compactMap { $0["text"]?.stringValue ?? $0["guardContent"]?["text"]?["text"]?.stringValue }
        self.modelId = modelId
        self.isStreamed = isStreamed
        system = ""
        messages = [Message(role: .user, text: texts.joined(separator: "\n"))]
        stopSequences = []
        tools = []
        toolChoice = .auto
    }

    /// Members of `ConverseRequest` in botocore's service model, without `modelId`, which is in the path.
    private static let knownMembers: Set<String> = [
        "messages", "system", "inferenceConfig", "toolConfig", "guardrailConfig", "additionalModelRequestFields",
        "promptVariables", "additionalModelResponseFieldPaths", "requestMetadata", "performanceConfig", "serviceTier",
        "outputConfig",
    ]

    /// `ConversationalModelId`: a model's or profile's id, or an ARN of Bedrock.
    private static func isModelId(_ text: String) -> Bool {
        guard (1...2048).contains(text.utf8.count) else { return false }
        func isWord(_ text: some StringProtocol, and extra: String) -> Bool {
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || extra.contains($0)) }
        }
        guard text.hasPrefix("arn:") else { return isWord(text, and: "-:._") }
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[1].hasPrefix("aws"), parts[2] == "bedrock", !parts[3].isEmpty else {
            return false
        }
        let resource = parts[5].split(separator: "/", maxSplits: 1)
        guard resource.count == 2, isWord(resource[1], and: "-:./") else { return false }
        if resource[0] == "foundation-model" { return parts[4].isEmpty }
        return parts[4].count == 12 && parts[4].allSatisfy(\.isNumber)
            && [
                "inference-profile", "application-inference-profile", "provisioned-model", "imported-model",
                "custom-model", "custom-model-deployment",
            ].contains(resource[0])
    }

    static func refuseUnknown(
        _ members: [String: JSONValue],
        known: Set<String>,
        at path: String
    ) throws(BedrockFailure) {
        guard let unknown = members.keys.filter({ !known.contains($0) }).sorted().first else { return }
        throw .validation(
            "Malformed input request: \(path): extraneous key [\(unknown)] is not permitted, "
                + "please reformat your input and try again."
        )
    }

    private static func system(_ value: JSONValue?) throws(BedrockFailure) -> String {
        guard let value else { return "" }
        guard let blocks = value.arrayValue else { throw typeMismatch("system", "a list") }
        var texts: [String] = []
        for (index, block) in blocks.enumerated() {
            texts.append(try text(of: block, at: "system.\(index)", holder: "SystemContentBlock"))
        }
        return texts.joined(separator: "\n")
    }

    private static func messages(_ value: JSONValue?) throws(BedrockFailure) -> [Message] {
        guard let list = value?.arrayValue, !list.isEmpty else {
            throw .validation("The messages field is empty. Add at least one message and try again.")
        }
        var messages: [Message] = []
        for (index, entry) in list.enumerated() {
            guard let members = entry.objectValue else { throw typeMismatch("messages.\(index)", "an object") }
            try refuseUnknown(members, known: ["role", "content"], at: "#/messages/\(index)")
            guard let name = members["role"]?.stringValue, let role = Role(rawValue: name) else {
                throw .validation(
                    "1 validation error detected: Value at 'messages.\(index + 1).member.role' failed to satisfy "
                        + "constraint: Member must satisfy enum value set: [user, assistant]"
                )
            }
            guard let blocks = members["content"]?.arrayValue, !blocks.isEmpty else {
                throw .validation(
                    "The content field in the Message object at messages.\(index) is empty. Add a ContentBlock "
                        + "object to the content field and try again."
                )
            }
            var texts: [String] = []
            var message = Message(role: role, text: "")
            for (block, content) in blocks.enumerated() {
                let path = "messages.\(index).content.\(block)"
                if let use = content["toolUse"] {
                    message.toolUses.append(try toolUse(use, at: path))
                } else if let result = content["toolResult"] {
                    message.toolResults.append(try toolResult(result, at: path))
                } else {
                    texts.append(try text(of: content, at: path, holder: "ContentBlock"))
                }
            }
            message.text = texts.joined(separator: "\n")
            messages.append(message)
        }
        try checkOrder(messages.map(\.role))
        return messages
    }

    private static func checkOrder(_ roles: [Role]) throws(BedrockFailure) {
        if roles.first != .user {
            throw .validation(
                "A conversation must start with a user message. Try again with a conversation that starts with a "
                    + "user message."
            )
        }
        if zip(roles, roles.dropFirst()).contains(where: ==) {
            throw .validation(
                "A conversation must alternate between user and assistant roles. Make sure the conversation "
                    + "alternates between user and assistant roles and try again."
            )
        }
        if roles.last != .user {
            throw .validation(
                "A conversation must end with a user message. Try again with a conversation that ends with a user "
                    + "message."
            )
        }
    }

    static func text(
        of block: JSONValue,
        at path: String,
        holder: String
    ) throws(BedrockFailure) -> String {
        guard let members = block.objectValue, members.count == 1, let member = members.first else {
            throw .validation("The \(holder) object at \(path) must set exactly one key. Fix it and try again.")
        }
        guard member.key == "text" else {
            throw .validation(
                "The model doesn't support the \(member.key) field that was provided at \(path). Remove the "
                    + "\(member.key) field and try again."
            )
        }
        guard let text = member.value.stringValue else { throw typeMismatch("\(path).text", "a string") }
        if text.allSatisfy(\.isWhitespace) {
            throw .validation(
                "The text field in the \(holder) object at \(path) is blank. Add text to the text field, and try "
                    + "again."
            )
        }
        return text
    }

    private static func inference(
        _ value: JSONValue?
    ) throws(BedrockFailure) -> (maxTokens: Int?, stopSequences: [String]) {
        guard let value else { return (nil, []) }
        guard let members = value.objectValue else { throw typeMismatch("inferenceConfig", "an object") }
        try refuseUnknown(
            members,
            known: ["maxTokens", "temperature", "topP", "stopSequences"],
            at: "#/inferenceConfig"
        )
        for name in ["temperature", "topP"] {
            guard let given = members[name] else { continue }
            guard let number = given.doubleValue else { throw typeMismatch("inferenceConfig.\(name)", "a number") }
            if number > 1 { throw outOfRange(given, "inferenceConfig.\(name)", "less than or equal to 1") }
            if number < 0 { throw outOfRange(given, "inferenceConfig.\(name)", "greater than or equal to 0") }
        }
        var maxTokens: Int?
        if let given = members["maxTokens"] {
            guard let number = given.intValue else { throw typeMismatch("inferenceConfig.maxTokens", "an integer") }
            if number < 1 { throw outOfRange(given, "inferenceConfig.maxTokens", "greater than or equal to 1") }
            maxTokens = Int(number)
        }
        var stops: [String] = []
        if let given = members["stopSequences"] {
            guard let list = given.arrayValue, list.count <= 2500 else {
                throw typeMismatch("inferenceConfig.stopSequences", "a list of up to 2500 strings")
            }
            for stop in list {
                guard let text = stop.stringValue, !text.isEmpty else {
                    throw typeMismatch("inferenceConfig.stopSequences", "a list of strings that are not empty")
                }
                stops.append(text)
            }
        }
        return (maxTokens, stops)
    }

    private static func outOfRange(_ value: JSONValue, _ path: String, _ range: String) -> BedrockFailure {
        .validation(
            "1 validation error detected: Value '\(value.encodedString())' at '\(path)' failed to satisfy "
                + "constraint: Member must have value \(range)"
        )
    }

    static func typeMismatch(_ path: String, _ type: String) -> BedrockFailure {
        BedrockFailure(status: 400, type: "SerializationException", message: "\(path) must be \(type)")
    }
}
