package import AWSCore

/// One Converse request and what became of it, for whoever shows a turn. Told when it arrives, when its first part is
/// sent, and when it has ended.
package struct ModelCall: Sendable, Equatable {
    /// The id that the answer carries.
    package var requestId: String
    package var request: ConverseRequest
    package var began: Timestamp
    /// When the answer's first text was sent; `nil` for what is not streamed, and before.
    package var first: Timestamp?
    package var ended: Timestamp?
    /// Of the answer; 0 for one that broke, `nil` while it goes on.
    package var status: Int?
    /// What was answered, as far as it was sent; empty where Bedrock's own answer is passed on as it is.
    package var reply = ""
    /// The last call that was asked for instead of a text.
    package var toolUse: ConverseRequest.ToolUse?
    /// Bedrock's word for what went wrong.
    package var failure: String?

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

    /// Pieces of the input of the call that is being written.
    private var input = ""

    func take(_ part: ReplyPart) {
        switch part {
        case .text(let text): call.reply += text
        case .call(let id, let name):
            input = ""
            call.toolUse = ConverseRequest.ToolUse(id: id, name: name, input: .object([:]))
        case .input(let piece):
            input += piece
            if let value = try? JSONValue.parse(input) { call.toolUse?.input = value }
        }
        guard isStreamed, call.first == nil else { return }
        call.first = clock.now()
        tell(call)
    }

    /// Bedrock's word for what ended an answer that had begun.
    func fail(_ failure: String) { call.failure = failure }

    func end(status: Int, failure: String? = nil) {
        call.ended = clock.now()
        call.status = status
        call.failure = failure ?? call.failure
        tell(call)
    }
}
