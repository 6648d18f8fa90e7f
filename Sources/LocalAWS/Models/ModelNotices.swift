import Synchronization

/// What is to be said in the terminal of a local AWS about its model: noted by the threads that serve requests, said
/// by the one that watches. Each text once.
package final class ModelNotices: Sendable {
    private struct State {
        var waiting: [String] = []
        var known: Set<String> = []
    }

    private static let maximumTexts = 100
    private let state = Mutex(State())

    package init() {}

    package func add(_ text: String) {
        state.withLock { state in
            guard state.known.count < Self.maximumTexts, state.known.insert(text).inserted else { return }
            state.waiting.append(text)
        }
    }

    /// What came since the last call.
    package func take() -> [String] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
