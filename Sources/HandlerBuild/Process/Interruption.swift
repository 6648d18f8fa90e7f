import Glibc
import Synchronization

/// Notices SIGINT, SIGTERM and SIGHUP while programs run, so that what they started can be ended with them:
/// a program in a process group of its own does not get the terminal's Ctrl-C.
enum Interruption {
    /// Written by the signal handler, which may do no more than store a number.
    private nonisolated(unsafe) static let received: UnsafeMutablePointer<sig_atomic_t> = {
        let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
        pointer.initialize(to: 0)
        return pointer
    }()
    private static let signals = [SIGINT, SIGTERM, SIGHUP]
    /// Handlers are the process's, runs may overlap: the first one in installs, the last one out restores.
    private static let state = Mutex(State())

    private struct State {
        var runs = 0
        var previous: [sigaction] = []
    }

    /// The signal that came since the outermost `observe` began, if one did.
    static var signal: Int32? { received.pointee == 0 ? nil : received.pointee }

    static func observe<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        enter()
        defer { leave() }
        return try body()
    }

    private static func enter() {
        state.withLock { state in
            state.runs += 1
            guard state.runs == 1 else { return }
            received.pointee = 0
            state.previous = signals.map { number in
                var previous = sigaction()
                sigaction(number, nil, &previous)
                // What a parent made us ignore (nohup) stays ignored.
                if !isIgnored(previous) {
                    var action = sigaction()
                    action.__sigaction_handler.sa_handler = { Interruption.received.pointee = $0 }
                    sigaction(number, &action, nil)
                }
                return previous
            }
        }
    }

    private static func leave() {
        state.withLock { state in
            state.runs -= 1
            guard state.runs == 0 else { return }
            for (number, var previous) in zip(signals, state.previous) { sigaction(number, &previous, nil) }
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }
}
