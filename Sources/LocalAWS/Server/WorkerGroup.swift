import Synchronization

/// Threads that come and go, and are all waited for in the end.
final class WorkerGroup: Sendable {
    private struct State {
        var running: [Int: Worker] = [:]
        var finished: [Worker] = []
        var next = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many may run at a time.
    init(limit: Int) { self.limit = limit }

    /// Runs `body` on a thread of its own.
    /// - Returns: false when as many as may run are running, the system has no more threads, or the group is being
    ///   waited for.
    func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        // The lock is held until the worker is registered, so that it cannot finish before.
        let (isStarted, finished) = state.withLock { state -> (Bool, [Worker]) in
            guard !state.isClosed, state.running.count < limit else { return (false, []) }
            let number = state.next
            let worker = Worker.start {
                body()
                self.state.withLock { state in
                    if let worker = state.running.removeValue(forKey: number) { state.finished.append(worker) }
                }
            }
            guard let worker else { return (false, []) }
            state.next += 1
            state.running[number] = worker
            defer { state.finished = [] }
            return (true, state.finished)
        }
        for worker in finished { worker.join() }
        return isStarted
    }

    /// Takes no more work and waits for the rest.
    func close() {
        let workers = state.withLock { state in
            state.isClosed = true
            defer {
                state.running = [:]
                state.finished = []
            }
            return Array(state.running.values) + state.finished
        }
        for worker in workers { worker.join() }
    }
}
