import AWSCore

/// What the stand-in answers to one request, before it is written as one JSON body or as a stream of events.
struct ConverseReply: Sendable, Equatable {
    var text: String
    /// The call that is asked for instead of a text.
    var toolUse: ConverseRequest.ToolUse?
    var stopReason: String
    var inputTokens: Int
    var outputTokens: Int

    init(_ request: ConverseRequest, answerer: OfflineAnswerer) {
        let tools = OfflineTools(request)
        let input = request.messages.reduce(Self.tokens(request.system)) { count, message in
            count + Self.tokens(message.text) + message.toolResults.reduce(0) { $0 + Self.tokens($1.text) }
        }
        inputTokens = input
        if let call = tools.call {
            text = ""
            toolUse = call
            stopReason = "tool_use"
            outputTokens = Self.tokens(call.name) + Self.tokens(call.input.encodedString())
            return
        }
        var text =
            tools.wording
            ?? answerer.answer(
                systemPrompt: request.system,
                customerMessages: request.messages.filter { $0.role == .user }.map(\.text)
            )
        stopReason = "end_turn"
        if let cut = request.stopSequences.compactMap({ text.firstIndexOfMatch($0) }).min() {
            text = String(text[..<cut])
            stopReason = "stop_sequence"
        }
        if let maximum = request.maxTokens, Self.tokens(text) > maximum {
            text = String(decoding: text.utf8.prefix(maximum * Self.bytesPerToken), as: UTF8.self)
            while text.last == "\u{FFFD}" { text.removeLast() }
            stopReason = "max_tokens"
        }
        self.text = text
        outputTokens = Self.tokens(text)
    }

    private static let bytesPerToken = 4

    /// An estimate: English text has about four bytes per token.
    private static func tokens(_ text: String) -> Int { (text.utf8.count + bytesPerToken - 1) / bytesPerToken }

    private var usage: JSONValue {
        [
            "inputTokens": .int(Int64(inputTokens)), "outputTokens": .int(Int64(outputTokens)),
            "totalTokens": .int(Int64(inputTokens + outputTokens)),
        ]
    }

    func body(latencyMs: Int64) -> [UInt8] {
        let value: JSONValue = [
            "output": ["message": ["role": "assistant", "content": [content]]],
            "stopReason": .string(stopReason),
            "usage": usage,
            "metrics": ["latencyMs": .int(latencyMs)],
        ]
        return value.encoded()
    }

    private var content: JSONValue {
        guard let toolUse else { return ["text": .string(text)] }
        return [
            "toolUse": [
                "toolUseId": .string(toolUse.id), "name": .string(toolUse.name), "input": toolUse.input,
            ]
        ]
    }

    /// Pieces of a few words, as a model's tokens come.
    var deltas: [String] {
        var pieces: [String] = []
        var current = ""
        for character in text {
            current.append(character)
            if character.isWhitespace, current.utf8.count >= 12 {
                pieces.append(current)
                current = ""
            }
        }
        return current.isEmpty ? pieces : pieces + [current]
    }

    static func start() -> EventStreamMessage { event("messageStart", ["role": "assistant"]) }

    /// A call in a stream: its name first, then its input as a piece of JSON text.
    var callEvents: [EventStreamMessage] {
        guard let toolUse else { return [] }
        return [
            Self.event(
                "contentBlockStart",
                [
                    "contentBlockIndex": 0,
                    "start": ["toolUse": ["toolUseId": .string(toolUse.id), "name": .string(toolUse.name)]],
                ]
            ),
            Self.event(
                "contentBlockDelta",
                [
                    "contentBlockIndex": 0,
                    "delta": ["toolUse": ["input": .string(toolUse.input.encodedString())]],
                ]
            ),
        ]
    }

    static func delta(_ text: String) -> EventStreamMessage {
        event("contentBlockDelta", ["contentBlockIndex": 0, "delta": ["text": .string(text)]])
    }

    /// Everything after the last delta.
    func end(latencyMs: Int64) -> [EventStreamMessage] {
        [
            Self.event("contentBlockStop", ["contentBlockIndex": 0]),
            Self.event("messageStop", ["stopReason": .string(stopReason)]),
            Self.event("metadata", ["usage": usage, "metrics": ["latencyMs": .int(latencyMs)]]),
        ]
    }

    /// Bedrock pads each event with a member `p`, so that lengths tell an observer less.
    private static func event(_ type: String, _ members: [String: JSONValue]) -> EventStreamMessage {
        let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        let payload = JSONValue.object(members).encoded()
        var padded = members
        padded["p"] = .string(String(alphabet.prefix(4 + payload.count % 48)))
        return EventStreamMessage(
            headers: [
                .init(":event-type", .string(type)),
                .init(":content-type", .string("application/json")),
                .init(":message-type", .string("event")),
            ],
            payload: JSONValue.object(padded).encoded()
        )
    }
}

extension String {
    fileprivate func firstIndexOfMatch(_ other: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(other) { return index }
            index = self.index(after: index)
        }
        return nil
    }
}
