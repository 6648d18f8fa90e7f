import AWSCore

/// The answer to ConverseStream: an event for each step, written as it comes
/// (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html).
final class ReplyStream {
    private let writer: ResponseWriter
    private let requestId: String
    private let breakage: (afterEvents: Int, breakage: Breakage)?
    private let beforeText: () -> Void
    private var hasBegun = false
    private var events = 0
    private var block = 0
    private var openBlock: Kind?

    private enum Kind { case text, call }

    /// - Parameters:
    ///   - breakage: what happens in the place of the event of that number.
    ///   - beforeText: waits as long as a model takes for some words.
    init(
        _ writer: ResponseWriter,
        requestId: String,
        breakage: (afterEvents: Int, breakage: Breakage)?,
        beforeText: @escaping () -> Void
    ) {
        self.writer = writer
        self.requestId = requestId
        self.breakage = breakage
        self.beforeText = beforeText
    }

    var isConnected: Bool { writer.isConnected }

    func take(_ part: ReplyPart) {
        begin()
        switch part {
        case .text(let text):
            guard writer.isConnected else { return }
            beforeText()
            open(.text)
            delta(["text": .string(text)])
        case .call(let id, let name):
            close()
            openBlock = .call
            post(
                "contentBlockStart",
                [
                    "contentBlockIndex": .int(Int64(block)),
                    "start": ["toolUse": ["toolUseId": .string(id), "name": .string(name)]],
                ]
            )
        case .input(let text):
            guard openBlock == .call else { return }
            delta(["toolUse": ["input": .string(text)]])
        }
    }

    func end(_ end: ReplyEnd, latencyMs: Int64) {
        begin()
        close()
        var stop: [String: JSONValue] = ["stopReason": .string(end.stopReason)]
        stop["additionalModelResponseFields"] = end.additionalFields
        post("messageStop", stop)
        post("metadata", ["usage": end.usage, "metrics": ["latencyMs": .int(latencyMs)]])
    }

    /// - Returns: the status: the failure's own, or 200 where the answer had begun and ends with an exception.
    func fail(_ failure: BedrockFailure) -> Int {
        guard hasBegun else {
            writer.send(failure.response(requestId: requestId))
            return failure.status
        }
        if writer.isConnected, let bytes = try? failure.streamException.encoded() { writer.chunk(bytes) }
        writer.giveUp()
        return 200
    }

    private func begin() {
        guard !hasBegun else { return }
        hasBegun = true
        writer.begin(
            HTTPResponseHead(
                status: 200,
                headers: ["Content-Type": "application/vnd.amazon.eventstream", "x-amzn-RequestId": requestId]
            )
        )
        post("messageStart", ["role": "assistant"])
    }

    /// Texts have no start event.
    private func open(_ kind: Kind) {
        if openBlock != kind { close() }
        openBlock = kind
    }

    private func close() {
        guard openBlock != nil else { return }
        post("contentBlockStop", ["contentBlockIndex": .int(Int64(block))])
        block += 1
        openBlock = nil
    }

    private func delta(_ delta: JSONValue) {
        post("contentBlockDelta", ["contentBlockIndex": .int(Int64(block)), "delta": delta])
    }

    private func post(_ type: String, _ members: [String: JSONValue]) {
        guard writer.isConnected else { return }
        if let breakage, events == breakage.afterEvents {
            breakage.breakage.streamed(writer)
            return
        }
        // An answer of over 24 MB has no event; it ends as one that broke.
        guard let bytes = try? Self.event(type, members).encoded() else {
            writer.reset()
            return
        }
        writer.chunk(bytes)
        events += 1
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
