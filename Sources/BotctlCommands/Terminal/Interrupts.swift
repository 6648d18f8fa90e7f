import Glibc
import Operations

/// Counts Ctrl-C and SIGTERM. The first one asks the running operation to stop where it safely can; a second one ends
/// the process, unless the operation answers them itself: then only a third that nobody has answered does.
enum Interrupts {
    private static let interrupts = 0
    private static let terminations = 1
    /// Of both together.
    private static let answered = 2
    /// So many unanswered requests end the process.
    private static let limit = 3

    /// Written by the signal handler, which may do no more than store numbers.
    private nonisolated(unsafe) static let numbers: UnsafeMutablePointer<sig_atomic_t> = {
        let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 4)
        pointer.initialize(repeating: 0, count: 4)
        pointer[limit] = 2
        return pointer
    }()

    nonisolated(unsafe) static let signals = StopSignals({ requests }) { isPatient, handled in
        numbers[answered] = sig_atomic_t(handled.interrupts + handled.terminations)
        numbers[limit] = isPatient ? 3 : 2
    }

    private static var requests: StopRequests {
        StopRequests(interrupts: Int(numbers[interrupts]), terminations: Int(numbers[terminations]))
    }

    static func install() {
        // Made here, so that the handler finds it made.
        numbers[answered] = 0
        // Also where the parent ignores SIGINT: a shell script does so for what it starts with `&`, and then
        // `kill -INT` has to stop `botctl local` all the same.
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            // No SA_RESTART: a read of an answer, or a sleep, ends with the signal.
            action.__sigaction_handler.sa_handler = { number in
                let numbers = Interrupts.numbers
                numbers[number == SIGINT ? Interrupts.interrupts : Interrupts.terminations] += 1
                let all = numbers[Interrupts.interrupts] + numbers[Interrupts.terminations]
                guard all - numbers[Interrupts.answered] >= numbers[Interrupts.limit] else { return }
                signal(number, SIG_DFL)
                raise(number)
            }
            sigaction(number, &action, nil)
        }
        // A new size of the terminal ends a sleep early, so that what is drawn fits again; reads go on.
        var resized = sigaction()
        resized.__sigaction_handler.sa_handler = { _ in }
        resized.sa_flags = SA_RESTART
        sigaction(SIGWINCH, &resized, nil)
    }
}
