import Glibc
import Operations

/// Counts Ctrl-C and SIGTERM. The first one asks the running operation to stop where it safely can; a second one of
/// the same kind ends the process, unless the operation answers them itself: then only a third that nobody has
/// answered does.
enum Interrupts {
    private static let interrupts = 0
    private static let terminations = 1
    /// How many of each are answered: so far behind the counts.
    private static let answered = 2
    /// So many unanswered requests end the process.
    private static let limit = 4

    /// Written by the signal handler, which may do no more than store numbers.
    private nonisolated(unsafe) static let numbers: UnsafeMutablePointer<sig_atomic_t> = {
        let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 5)
        pointer.initialize(repeating: 0, count: 5)
        pointer[limit] = 2
        return pointer
    }()

    nonisolated(unsafe) static let signals = StopSignals({ requests }) { isPatient, handled in
        numbers[answered + interrupts] = sig_atomic_t(handled.interrupts)
        numbers[answered + terminations] = sig_atomic_t(handled.terminations)
        numbers[limit] = isPatient ? 3 : 2
    }

    private static var requests: StopRequests {
        StopRequests(interrupts: Int(numbers[interrupts]), terminations: Int(numbers[terminations]))
    }

    static func install() {
        // Made here, so that the handler finds it made.
        numbers[limit] = 2
        // Also where the parent ignores SIGINT: a shell script does so for what it starts with `&`, and then
        // `kill -INT` has to stop `botctl local` all the same.
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            // No SA_RESTART: a read of an answer, or a sleep, ends with the signal.
            action.__sigaction_handler.sa_handler = { number in
                let numbers = Interrupts.numbers
                let kind = number == SIGINT ? Interrupts.interrupts : Interrupts.terminations
                numbers[kind] += 1
                let unanswered = numbers[kind] - numbers[Interrupts.answered + kind]
                guard unanswered >= numbers[Interrupts.limit] else { return }
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
