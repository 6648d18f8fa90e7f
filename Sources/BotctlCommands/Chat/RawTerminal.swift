import Glibc

/// The terminal of standard input, key by key instead of line by line, and given back as it was on every way out that
/// a process has but SIGKILL: the end, SIGINT, SIGTERM, SIGHUP, SIGQUIT, and a crash.
enum RawTerminal {
    private struct Shared {
        var original = termios()
        var isRaw: sig_atomic_t = 0
        /// The first signal that asked the process to end.
        var signal: sig_atomic_t = 0
        /// The write end of a pipe: whoever waits for keys hears of signals, too.
        var wake: Int32 = -1
    }

    // Signal handlers may touch no more than what is made before they are installed.
    private nonisolated(unsafe) static let shared: UnsafeMutablePointer<Shared> = {
        let pointer = UnsafeMutablePointer<Shared>.allocate(capacity: 1)
        pointer.initialize(to: Shared())
        return pointer
    }()

    /// With marks around what is pasted, and back.
    private static let begin: StaticString = "\u{1B}[?2004h"
    private static let end: StaticString = "\u{1B}[?2004l"

    static var signal: Int32 { Int32(shared.pointee.signal) }

    /// - Parameter wake: gets a byte for each signal that is of interest.
    /// - Returns: false where standard input is no terminal.
    static func enter(wake: Int32) -> Bool {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return false }
        if shared.pointee.isRaw == 0 { shared.pointee.original = settings }
        shared.pointee.wake = wake
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
        settings.c_iflag &= ~tcflag_t(IXON | ICRNL | INLCR | ISTRIP)
        withUnsafeMutableBytes(of: &settings.c_cc) { characters in
            characters[Int(VMIN)] = 1
            characters[Int(VTIME)] = 0
        }
        install()
        // Before the change: a signal in between gives back what was there.
        shared.pointee.isRaw = 1
        // Not TCSAFLUSH: what was typed while the program started is to be read.
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) == 0 else {
            shared.pointee.isRaw = 0
            return false
        }
        put(begin)
        return true
    }

    /// Gives the terminal back as it was. May be called at any time, also from a signal handler.
    static func leave() {
        guard shared.pointee.isRaw != 0 else { return }
        shared.pointee.isRaw = 0
        put(end)
        tcsetattr(STDIN_FILENO, TCSANOW, &shared.pointee.original)
    }

    /// As wide and high as it is now; 80 by 24 where it does not say.
    static func size() -> (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    private static func put(_ text: StaticString) {
        _ = Glibc.write(STDOUT_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }

    private static func install() {
        func handle(_ numbers: [Int32], flags: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
            for number in numbers {
                var action = sigaction()
                action.__sigaction_handler.sa_handler = handler
                action.sa_flags = flags
                sigaction(number, &action, nil)
            }
        }
        handle([SIGINT, SIGTERM, SIGHUP, SIGQUIT], flags: 0) { number in
            if RawTerminal.shared.pointee.signal != 0 {
                RawTerminal.leave()
                _exit(128 + number)
            }
            RawTerminal.shared.pointee.signal = sig_atomic_t(number)
            RawTerminal.wakeUp()
        }
        handle([SIGWINCH, SIGCONT], flags: SA_RESTART) { _ in RawTerminal.wakeUp() }
        // A crash goes on as one, without a handler, once the terminal is back.
        handle(
            [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT],
            flags: Int32(bitPattern: UInt32(SA_RESETHAND))
        ) { number in
            RawTerminal.leave()
            raise(number)
        }
    }

    private static func wakeUp() {
        let number = errno
        var byte: UInt8 = 0
        _ = Glibc.write(shared.pointee.wake, &byte, 1)
        errno = number
    }
}
