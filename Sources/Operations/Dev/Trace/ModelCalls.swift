package import AWSCore
package import LocalAWS
import Synchronization

/// The model's calls of the last while, told by the threads that answer them.
package final class ModelCalls: Sendable {
    private struct State {
        var calls: [ModelCall] = []
        var lastSeen: Timestamp?
    }

    private let state = Mutex(State())
    private static let kept = 200

    package init() {}

    package func observe(_ call: ModelCall) {
        state.withLock { state in
            state.lastSeen = call.ended ?? call.first ?? call.began
            if let index = state.calls.lastIndex(where: { $0.requestId == call.requestId }) {
                state.calls[index] = call
            } else {
                state.calls.append(call)
                if state.calls.count > Self.kept { state.calls.removeFirst() }
            }
        }
    }

    /// When the model was last heard of: a turn is under way, or has just ended.
    package var lastSeen: Timestamp? { state.withLock { $0.lastSeen } }

    /// The calls of one turn: those that began while its invocation ran. Where turns overlap, those whose prompt ends
    /// with its question.
    package func calls(from start: Timestamp, to end: Timestamp, question: String?) -> [ModelCall] {
        let during = state.withLock { $0.calls }.filter { start <= $0.began && $0.began <= end }
        guard let question, !question.isEmpty else { return during }
        let about = during.filter { call in
            call.request.messages.contains { $0.role == .user && $0.text.contains(question) }
        }
        return about.isEmpty ? during : about
    }
}
