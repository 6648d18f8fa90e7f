import BotContract

/// Keeps frames under what `@connections` takes.
enum FrameFit {
    /// Below `Frame.maximumBytes`, to be on the safe side of how it is counted.
    static let limit = Frame.maximumBytes - 512
    /// A reply's text as JSON: leaves room in `done`, and in a page, for citations and the rest.
    static let replyBytes = 24 * 1024
    /// A delta's text as JSON.
    static let deltaBytes = 16 * 1024

    /// The bytes that the text takes inside a JSON string.
    static func jsonBytes(_ text: String) -> Int {
        text.utf8.reduce(0) { $0 + jsonBytes($1) }
    }

    private static func jsonBytes(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x0A, 0x0D, 0x09: 2
        case ..<0x20, 0x7F: 6
        default: 1
        }
    }

    /// The longest beginning whose JSON stays within `maximum` bytes, cut between characters.
    static func prefix(_ text: String, maximum: Int) -> Substring {
        var bytes = 0
        for index in text.indices {
            bytes += text[index].utf8.reduce(0) { $0 + jsonBytes($1) }
            if bytes > maximum { return text[..<index] }
        }
        return text[...]
    }

    /// The text in pieces that each fit a delta.
    static func pieces(_ text: String, maximum: Int = deltaBytes) -> [String] {
        var rest = text
        var pieces: [String] = []
        while jsonBytes(rest) > maximum {
            var piece = prefix(rest, maximum: maximum)
            // One character of more than the limit (a pile of combining marks) is cut inside.
            if piece.isEmpty { piece = rest[..<rest.unicodeScalars.index(rest.startIndex, offsetBy: maximum / 8)] }
            pieces.append(String(piece))
            rest = String(rest[piece.endIndex...])
        }
        if !rest.isEmpty { pieces.append(rest) }
        return pieces
    }

    /// The text, or as much of it as fits and an ellipsis.
    static func shortened(_ text: String, maximum: Int = replyBytes) -> String {
        jsonBytes(text) <= maximum ? text : String(prefix(text, maximum: maximum - 3)) + "…"
    }

    /// As many of the newest messages (given oldest first) as fit a frame that `frame` makes.
    static func newest(_ messages: [ChatMessage], in frame: ([ChatMessage]) -> ServerFrame) -> [ChatMessage] {
        var kept = messages[...]
        while frame(Array(kept)).encoded().count > limit, kept.count > 1 { kept.removeFirst() }
        guard kept.count == 1, frame(Array(kept)).encoded().count > limit else { return Array(kept) }
        var message = kept[kept.startIndex]
        message.citations = []
        message.text = shortened(message.text)
        return [message]
    }

    /// `done` with as many of the citations as fit.
    static func done(
        messageId: String,
        text: String,
        citations: [Citation],
        usage: TokenUsage?,
        confirmation: Confirmation? = nil
    ) -> ServerFrame {
        var citations = citations
        while true {
            let frame = ServerFrame.done(
                messageId: messageId,
                text: shortened(text),
                citations: citations,
                usage: usage,
                confirmation: confirmation
            )
            if citations.isEmpty || frame.encoded().count <= limit { return frame }
            citations.removeLast()
        }
    }
}
