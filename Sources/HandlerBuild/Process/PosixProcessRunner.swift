import Glibc
import Synchronization

/// Runs programs by posix_spawn, each in a process group of its own. When this process is asked to stop, the
/// whole group is: SIGINT first, SIGKILL after `grace`.
package final class PosixProcessRunner: ProcessRunner {
    private let grace: Duration
    private let stopSignal: () -> Int32?

    package convenience init(grace: Duration = .seconds(3)) {
        self.init(grace: grace, stopSignal: { Interruption.signal })
    }

    /// - Parameter stopSignal: the signal by which this process was asked to stop.
    init(grace: Duration, stopSignal: @escaping () -> Int32?) {
        self.grace = grace
        self.stopSignal = stopSignal
    }

    package func run(
        _ command: ProcessCommand,
        onLine: (ProcessStream, String) -> Void
    ) throws(ProcessError) -> ProcessExit {
        try Interruption.observe { () throws(ProcessError) in
            let child = try Child(command)
            return try drain(child, onLine)
        }
    }

    private func drain(
        _ child: Child,
        _ onLine: (ProcessStream, String) -> Void
    ) throws(ProcessError) -> ProcessExit {
        defer { child.closePipes() }
        var splitters = [LineSplitter(), LineSplitter()]
        let streams: [ProcessStream] = [.standardOutput, .standardError]
        var open = [true, true]
        var exit: ProcessExit?
        var killAt: ContinuousClock.Instant?
        while true {
            if stopSignal() != nil, exit == nil {
                if let deadline = killAt {
                    if ContinuousClock.now >= deadline { kill(-child.pid, SIGKILL) }
                } else {
                    // Whatever signal came: swift-build gives each compiler a group of its own, and ends them on
                    // SIGINT alone.
                    kill(-child.pid, SIGINT)
                    killAt = ContinuousClock.now + grace
                }
            }
            var polled = child.outputs.indices.map { index in
                pollfd(fd: open[index] ? child.outputs[index] : -1, events: Int16(POLLIN), revents: 0)
            }
            // A signal may have gone to another thread, and a grandchild may hold the pipes after the child's
            // end: both are looked for this often.
            let ready = poll(&polled, 2, exit == nil ? 100 : 0)
            for index in polled.indices where ready > 0 && polled[index].revents != 0 {
                open[index] = child.read(index) { bytes in splitters[index].push(bytes) { onLine(streams[index], $0) } }
            }
            if exit == nil { exit = child.poll() }
            if exit != nil, ready <= 0 || open == [false, false] { break }
        }
        for index in streams.indices { splitters[index].finish { onLine(streams[index], $0) } }
        if let signal = stopSignal() {
            // The child is gone; what it started may still be going.
            kill(-child.pid, SIGKILL)
            throw .interrupted(signal: signal)
        }
        return exit ?? .exited(-1)
    }
}

/// A started program and the reading ends of its two pipes.
private final class Child {
    let pid: pid_t
    let outputs: [Int32]

    init(_ command: ProcessCommand) throws(ProcessError) {
        let started = Self.spawning.withLock { _ in Result { () throws(ProcessError) in try Self.start(command) } }
        (pid, outputs) = try started.get()
    }

    /// One start at a time: between making a pipe and marking it, another start would pass it on.
    private static let spawning = Mutex(())

    private static func start(_ command: ProcessCommand) throws(ProcessError) -> (pid: pid_t, outputs: [Int32]) {
        var pipes: [Int32] = []
        func abandon(_ code: Int32) -> ProcessError {
            for descriptor in pipes { close(descriptor) }
            return .launch(executable: command.executable, errno: code)
        }
        for _ in 0..<2 {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw abandon(errno) }
            pipes += ends
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, pipes[1], 1)
        posix_spawn_file_actions_adddup2(&actions, pipes[3], 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = CStrings([command.executable] + command.arguments)
        let environment = CStrings(command.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        var started: pid_t = 0
        func spawn() -> Int32 {
            posix_spawn(
                &started,
                command.executable,
                &actions,
                &attributes,
                arguments.pointers,
                environment.pointers
            )
        }
        var code = spawn()
        // A file that was just written is busy while a process that was forked meanwhile holds a copy of its
        // descriptor: until that process's own exec.
        for _ in 0..<100 where code == ETXTBSY {
            usleep(5_000)
            code = spawn()
        }
        guard code == 0 else { throw abandon(code) }
        close(pipes[1])
        close(pipes[3])
        return (started, [pipes[0], pipes[2]])
    }

    /// Reads what is there; `false` at the stream's end.
    func read(_ index: Int, _ use: (ArraySlice<UInt8>) -> Void) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 32 * 1024)
        let count = Glibc.read(outputs[index], &buffer, buffer.count)
        if count > 0 { use(buffer[..<count]) }
        return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN))
    }

    func poll() -> ProcessExit? {
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }

    func closePipes() {
        for descriptor in outputs { close(descriptor) }
    }
}

/// A null-terminated array of C strings that lives as long as this object.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) { pointers = strings.map { strdup($0) } + [nil] }
    deinit {
        for pointer in pointers { free(pointer) }
    }
}
