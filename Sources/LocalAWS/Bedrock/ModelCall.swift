package import AWSCore

/// One Converse request and what became of it, for whoever shows a turn. Told when it arrives, when its first part is
/// sent, and when it has ended.
package struct ModelCall: Sendable, Equatable {
    /// The id that the answer carries.
    package var requestId: String
    package var request: ConverseRequest
    package var began: Timestamp
    /// When the answer's first part was sent; `nil` for what is not streamed, and before.
    package var first: Timestamp?
    package var ended: Timestamp?
    /// Of the answer; 0 for one that broke, `nil` while it goes on.
    package var status: Int?
    /// What was answered, as far as it was sent.
    package var reply = ""
    /// What the model asked to have called.
    package var toolCalls: [ToolCall] = []
    /// Bedrock's word for what went wrong.
    package var failure: String?

    package struct ToolCall: Sendable, Equatable {
        package var name: String
        /// JSON text, as far as it has come.
        package var input: String
    }

    package init(requestId: String, request: ConverseRequest, began: Timestamp) {
        self.requestId = requestId
        self.request = request
        self.began = began
    }
}

/// Keeps the account of one call, on the thread that answers it.
final class ObservedCall {
    private var call: ModelCall
    private let isStreamed: Bool
    private let tell: @Sendable (ModelCall) -> Void
    private let clock = SystemClock()

    init(_ request: ConverseRequest, requestId: String, tell: @escaping @Sendable (ModelCall) -> Void) {
        call = ModelCall(requestId: requestId, request: request, began: clock.now())
        isStreamed = request.isStreamed
        self.tell = tell
        tell(call)
    }

    func take(_ part: ReplyPart) {
        switch part {
        case .text(let text): call.reply += text
        case .call(_, let name): call.toolCalls.append(ModelCall.ToolCall(name: name, input: ""))
        case .input(let text):
            guard !call.toolCalls.isEmpty else { return }
            call.toolCalls[call.toolCalls.count - 1].input += text
        }
        guard isStreamed, call.first == nil else { return }
        call.first = clock.now()
        tell(call)
    }

    func end(status: Int, failure: String? = nil) {
        call.ended = clock.now()
        call.status = status
        call.failure = failure
        tell(call)
    }
}
