import BotContract

private typealias A = TableLayout.Attribute

/// The items of a chat, as values.
extension ChatMessage {
    /// `nil` for an item that is not a message, or that has expired and is only not deleted yet.
    init?(item: Item, sortKey: String, now seconds: Int64) {
        guard item[A.kind]?.text == TableLayout.Kind.message.rawValue, !item.isExpired(at: seconds),
            let key = item[sortKey]?.text, let separator = key.lastIndex(of: "#"),
            let role = item[A.role]?.text.flatMap(MessageRole.init(rawValue:)),
            let text = item[A.text]?.text
        else { return nil }
        self.init(
            id: String(key[key.index(after: separator)...]),
            messageId: item[A.messageId]?.text ?? "",
            role: role,
            text: text,
            createdAt: item[A.createdAt]?.integer ?? 0,
            citations: (item[A.citations]?.elements ?? []).compactMap { Citation(attribute: $0) }
        )
        if let until = item[A.confirmUntil]?.integer, until > seconds * 1_000, item[A.confirmedBy] == nil,
            let call = TurnTools.Proposal(attribute: item[A.confirmation])
        {
            confirmation = Confirmation(id: turnId, tool: call.tool, input: call.input, expiresAt: until)
        }
    }

    /// The turn that the message belongs to.
    var turnId: String { String(id.prefix { $0 != "." }) }

    func item(chatId: String, expiresAt: Int64?, usage: TokenUsage? = nil) -> Item {
        var item: Item = [
            A.kind: .string(TableLayout.Kind.message.rawValue),
            A.chatId: .string(chatId),
            A.turnId: .string(turnId),
            A.messageId: .string(messageId),
            A.role: .string(role.rawValue),
            A.text: .string(text),
            A.createdAt: .number(createdAt),
        ]
        if role == .bot { item[A.citations] = .list(citations.map(\.attribute)) }
        if let usage {
            item[A.usage] = .map([
                "inputTokens": .number(Int64(usage.inputTokens)),
                "outputTokens": .number(Int64(usage.outputTokens)),
            ])
        }
        if let confirmation {
            item[A.confirmation] = .map(["tool": .string(confirmation.tool), "input": .string(confirmation.input)])
            item[A.confirmUntil] = .number(confirmation.expiresAt)
        }
        if let expiresAt { item[A.expiresAt] = .number(expiresAt) }
        return item
    }
}

extension Citation {
    fileprivate var attribute: AttributeValue {
        .map(["id": .string(id), "title": .string(title), "file": .string(file)])
    }

    fileprivate init?(attribute: AttributeValue) {
        guard let members = attribute.members, let id = members["id"]?.text else { return nil }
        self.init(id: id, title: members["title"]?.text ?? "", file: members["file"]?.text ?? "")
    }
}

extension TurnTools.Proposal {
    init?(attribute: AttributeValue?) {
        guard let tool = attribute?.members?["tool"]?.text, let input = attribute?.members?["input"]?.text else {
            return nil
        }
        self.init(tool: tool, input: input)
    }
}

extension TokenUsage {
    init?(attribute: AttributeValue?) {
        guard let members = attribute?.members, let input = members["inputTokens"]?.integer,
            let output = members["outputTokens"]?.integer
        else { return nil }
        self.init(inputTokens: Int(input), outputTokens: Int(output))
    }
}

extension Item {
    /// DynamoDB deletes expired items late, within days.
    func isExpired(at seconds: Int64) -> Bool {
        guard let expiresAt = self[A.expiresAt]?.integer else { return false }
        return expiresAt <= seconds
    }
}
