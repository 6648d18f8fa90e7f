import AWSCore

/// The wire of ConverseStream, as Bedrock writes it
/// (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream).
enum Wire {
    static func message(_ headers: [(String, String)], _ payload: JSONValue) -> [UInt8] {
        var head: [UInt8] = []
        for (name, value) in headers {
            head.append(UInt8(name.utf8.count))
            head += Array(name.utf8)
            head.append(7)
            head += [UInt8(value.utf8.count >> 8), UInt8(value.utf8.count & 0xFF)]
            head += Array(value.utf8)
        }
        let body = payload.encoded()
        var message = bigEndian(UInt32(16 + head.count + body.count)) + bigEndian(UInt32(head.count))
        message += bigEndian(crc32(message))
        message += head + body
        return message + bigEndian(crc32(message))
    }

    static func event(_ type: String, _ payload: JSONValue) -> [UInt8] {
        message(
            [(":event-type", type), (":content-type", "application/json"), (":message-type", "event")],
            payload
        )
    }

    static func text(_ text: String) -> [UInt8] {
        event(
            "contentBlockDelta",
            .object(["contentBlockIndex": 0, "delta": .object(["text": .string(text)])])
        )
    }

    static func exception(_ type: String) -> [UInt8] {
        message(
            [(":exception-type", type), (":content-type", "application/json"), (":message-type", "exception")],
            .object(["message": "scripted"])
        )
    }

    static let start = event("messageStart", .object(["role": "assistant"]))
    static let end =
        event("contentBlockStop", .object(["contentBlockIndex": 0]))
        + event("messageStop", .object(["stopReason": "end_turn"]))
        + event(
            "metadata",
            .object(["usage": .object(["inputTokens": 100, "outputTokens": 7, "totalTokens": 107])])
        )

    /// A whole reply, one chunk for each part.
    static func reply(_ parts: String...) -> FakeAnswer {
        .stream([start] + parts.map(text) + [end], breaks: false)
    }

    static func converse(_ text: String) -> FakeAnswer {
        .json(
            .object([
                "output": .object([
                    "message": .object([
                        "role": "assistant", "content": .array([.object(["text": .string(text)])]),
                    ])
                ]),
                "stopReason": "end_turn",
                "usage": .object(["inputTokens": 100, "outputTokens": 7, "totalTokens": 107]),
            ])
        )
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
