import Glibc
import Operations

/// Runs a chat's screen: one thread reads the keys, and whoever holds the chat says what happens in it, so that typing
/// never waits for the network. What they share is behind one lock.
final class TerminalChat: @unchecked Sendable {
    /// How long the chat may take to end once the user has left it: a connection that is being made cannot be
    /// stopped halfway.
    private static let patience = Duration.seconds(2)
    /// What follows an Escape later than this was typed after it.
    private static let escapeTime = Int32(50)

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let write: (String) -> Void
    private let keep: (LineHistory) -> Void
    private var screen: ChatScreen
    private var left: ExitStatus?
    private var hasStopped = false
    private var thread: pthread_t?
    private var wake: [Int32] = [-1, -1]

    /// - Parameters:
    ///   - write: to the terminal.
    ///   - keep: told of the lines that were sent, after each.
    init(style: Style, history: LineHistory, write: @escaping (String) -> Void, keep: @escaping (LineHistory) -> Void) {
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
        self.write = write
        self.keep = keep
        screen = ChatScreen(size: RawTerminal.size(), style: style, history: history)
    }

    deinit {
        pthread_mutex_destroy(lock)
        pthread_cond_destroy(changed)
        lock.deallocate()
        changed.deallocate()
        for end in wake where end >= 0 { close(end) }
    }

    /// Takes the terminal over. - Returns: false where there is none to take.
    func start() -> Bool {
        guard pipe(&wake) == 0 else { return false }
        for end in wake {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        guard RawTerminal.enter(wake: wake[1]) else { return false }
        let box = Unmanaged.passRetained(self)
        var started = pthread_t()
        let result = pthread_create(
            &started,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<TerminalChat>.fromOpaque(argument).takeRetainedValue().readKeys()
                return nil
            },
            box.toOpaque()
        )
        guard result == 0 else {
            box.release()
            RawTerminal.leave()
            return false
        }
        thread = started
        locked { write(screen.redraw()) }
        return true
    }

    /// Gives the terminal back.
    func stop() {
        locked {
            hasStopped = true
            write(screen.end())
        }
        nudge()
        if let thread { pthread_join(thread, nil) }
        thread = nil
        RawTerminal.leave()
    }

    /// How the user left; `nil` as long as they have not.
    var leftWith: ExitStatus? { locked { left } }

    func show(_ event: ChatEvent) { locked { write(screen.show(event)) } }

    /// Waits for a line; `.end` once the user has left.
    func nextLine(timeout: Duration) -> ChatInput {
        let deadline = Self.deadline(after: timeout)
        return locked {
            while left == nil {
                if let (line, text) = screen.nextLine() {
                    write(text)
                    return .line(line)
                }
                guard wait(until: deadline) else { return .timeout }
            }
            return .end
        }
    }

    /// Waits, and not longer than the user stays.
    func pause(_ duration: Duration) {
        let deadline = Self.deadline(after: duration)
        locked { while left == nil, wait(until: deadline) {} }
    }

    // The thread of the keys.

    private func readKeys() {
        var decoder = KeyDecoder()
        var buffer = [UInt8](repeating: 0, count: 4096)
        while locked({ !hasStopped }) {
            var polls = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wake[0], events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&polls, 2, decoder.isUndecided ? Self.escapeTime : -1)
            if RawTerminal.signal != 0 { return leave(.interrupted) }
            if ready == 0 {
                guard take(decoder.settle()) else { return }
                continue
            }
            guard ready > 0 else { continue }
            if polls[1].revents != 0 {
                while read(wake[0], &buffer, buffer.count) > 0 {}
                locked {
                    screen.size = RawTerminal.size()
                    write(screen.redraw())
                }
            }
            guard polls[0].revents != 0 else { continue }
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            // The terminal is gone.
            guard count > 0 else { return leave(.done) }
            guard take(decoder.push(buffer[..<count])) else { return }
        }
    }

    /// - Returns: false once the user has left.
    private func take(_ keys: [Key]) -> Bool {
        for key in keys {
            let effect = locked {
                let (text, effect) = screen.press(key)
                write(text)
                if effect == .submitted {
                    keep(screen.editor.history)
                    pthread_cond_broadcast(changed)
                }
                return effect
            }
            switch effect {
            case .none, .submitted: break
            case .suspend: suspend()
            case .leave(let status):
                leave(status)
                return false
            }
        }
        return true
    }

    private func suspend() {
        RawTerminal.leave()
        // The whole job, as the terminal itself does it. It goes on here when the shell says so.
        kill(0, SIGTSTP)
        _ = RawTerminal.enter(wake: wake[1])
        locked {
            screen.size = RawTerminal.size()
            write(screen.redraw(isUnknown: true))
        }
    }

    private func leave(_ status: ExitStatus) {
        let limit = Self.deadline(after: Self.patience)
        locked {
            guard !hasStopped else { return }
            left = status
            write(screen.end())
            pthread_cond_broadcast(changed)
        }
        RawTerminal.leave()
        let hasEnded = locked {
            while !hasStopped { guard wait(until: limit) else { break } }
            return hasStopped
        }
        // Nothing is half done: tokens, history and transcript are written whole, and at once.
        if !hasEnded { _exit(status.rawValue) }
    }

    // The lock.

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    /// With the lock held. - Returns: false when the time is over.
    private func wait(until deadline: timespec) -> Bool {
        var deadline = deadline
        return pthread_cond_timedwait(changed, lock, &deadline) != ETIMEDOUT
    }

    private func nudge() {
        pthread_cond_broadcast(changed)
        var byte: UInt8 = 0
        _ = Glibc.write(wake[1], &byte, 1)
    }

    /// Of the clock that conditions wait by.
    private static func deadline(after duration: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let (seconds, attoseconds) = duration.components
        let nanoseconds = time.tv_nsec + Int(attoseconds / 1_000_000_000)
        time.tv_sec += Int(seconds) + nanoseconds / 1_000_000_000
        time.tv_nsec = nanoseconds % 1_000_000_000
        return time
    }
}
