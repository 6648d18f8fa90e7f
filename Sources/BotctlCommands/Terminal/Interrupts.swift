import Glibc

/// Ctrl-C and SIGTERM: the first one asks the running operation to stop where it safely can, the second one
/// ends the process.
enum Interrupts {
    /// Written by the signal handler, which may do no more than store a number.
    private nonisolated(unsafe) static let flag: UnsafeMutablePointer<sig_atomic_t> = {
        let pointer = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
        pointer.initialize(to: 0)
        return pointer
    }()

    static var received: Bool { flag.pointee != 0 }

    static func install() {
        // Made here, so that the handler finds it made.
        flag.pointee = 0
        // Also where the parent ignores SIGINT: a shell script does so for what it starts with `&`, and then
        // `kill -INT` has to stop `botctl local` all the same.
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { _ in Interrupts.flag.pointee = 1 }
            // No SA_RESTART: a read of an answer, or a sleep, ends with the signal.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
            sigaction(number, &action, nil)
        }
    }
}
