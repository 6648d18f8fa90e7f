import AWSCore

/// What the offline answerer makes of one request, before it goes out in steps.
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
