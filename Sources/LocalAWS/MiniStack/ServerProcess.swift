#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A child process in a process group of its own, so that it ends together with all that it started: by `stop`, and
/// also when this process is gone without having called it (SIGKILL, a crash).
final class ServerProcess {
    let pid: pid_t
    private let guardian: Guardian
    private var hasBeenReaped = false

    /// Runs once the guardian is there. Until then it waits: what dies in between leaves nothing behind.
    private static let start = #"read -r go || exit 1; exec "$0" </dev/null"#

    /// Starts `executable` with standard output and error in `log` and nothing on standard input.
    /// - Parameter directory: removed when this process is gone without having called `stop`; `nil` removes nothing.
    init(
        executable: String,
        environment: [String: String],
        log: String,
        directory: String?
    ) throws(LocalAWSError) {
        guard access(executable, X_OK) == 0 else { throw Self.notStarted(executable, errno) }
        let gate = try Pipe()
        defer { gate.close() }
        pid = try Self.shell(
            Self.start,
            [executable],
            environment: environment,
            input: gate.reading,
            log: log
        )
        do throws(LocalAWSError) {
            guardian = try Guardian(
                group: pid,
                directory: directory,
                path: environment["PATH"] ?? "/usr/bin:/bin"
            )
        } catch {
            kill(-pid, SIGKILL)
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            throw error
        }
        gate.write("go\n")
    }

    /// Whether it has ended by itself.
    func hasExited() -> Bool {
        guard !hasBeenReaped else { return true }
        var status: Int32 = 0
        hasBeenReaped = waitpid(pid, &status, WNOHANG) == pid
        return hasBeenReaped
    }

    /// Ends the whole group: asks, waits at most `grace`, and ends what is left by force.
    func stop(grace: Duration = .seconds(2)) {
        kill(-pid, SIGTERM)
        let deadline = ContinuousClock.now.advanced(by: grace)
        while !hasExited(), ContinuousClock.now < deadline { usleep(10_000) }
        // Functions that ignored the request, or were started while the server was ending.
        kill(-pid, SIGKILL)
        // Before the group's number can be another's.
        guardian.dismiss()
        guard !hasBeenReaped else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        hasBeenReaped = true
    }

    /// Starts a shell in a group of its own.
    /// - Parameter arguments: `$0`, `$1`, …
    fileprivate static func shell(
        _ script: String,
        _ arguments: [String],
        environment: [String: String],
        input: Int32,
        log: String
    ) throws(LocalAWSError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Ctrl-C in the terminal reaches the foreground group only: botctl stops the server itself.
        posix_spawnattr_setpgroup(&attributes, 0)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGPIPE, SIGCHLD] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        var words: [UnsafeMutablePointer<CChar>?] = (["sh", "-c", script] + arguments).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, &variables)
        guard result == 0 else { throw notStarted(arguments.first ?? "sh", result) }
        return pid
    }

    private static func notStarted(_ executable: String, _ number: Int32) -> LocalAWSError {
        LocalAWSError(
            .ministackExited,
            "'\(executable)' could not be started: \(String(cString: strerror(number)))",
            fix: "install MiniStack anew: the Python that it was installed with may be gone"
        )
    }
}

/// A shell that does nothing until the process that started it is gone, which it learns from the end of its input:
/// there is no way around that for this process to end, and every Unix has it.
private final class Guardian {
    private let life: Pipe
    private let pid: pid_t
    private var isDismissed = false

    /// As `ServerProcess.stop` does it.
    private static let script = """
        trap '' HUP INT TERM
        read -r line
        kill -s TERM -- "-$1" 2>/dev/null
        count=0
        while kill -s 0 -- "-$1" 2>/dev/null && [ "$count" -lt 40 ]; do
            sleep 0.05
            count=$((count + 1))
        done
        kill -s KILL -- "-$1" 2>/dev/null
        [ -z "$2" ] || rm -rf -- "$2"
        """

    init(group: pid_t, directory: String?, path: String) throws(LocalAWSError) {
        life = try Pipe()
        do throws(LocalAWSError) {
            pid = try ServerProcess.shell(
                Self.script,
                ["botctl-guardian", String(group), directory ?? ""],
                environment: ["PATH": path],
                input: life.reading,
                log: "/dev/null"
            )
        } catch {
            life.close()
            throw error
        }
        life.closeReading()
    }

    func dismiss() {
        guard !isDismissed else { return }
        isDismissed = true
        kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        life.close()
    }
}

/// Not inherited: a child that held the writing end would keep it open.
private final class Pipe {
    private(set) var reading: Int32
    private var writing: Int32

    init() throws(LocalAWSError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw LocalAWSError(.resources, "no pipe is to be had", fix: "raise the limit of open files")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    func write(_ text: String) {
        var text = text
        // A few bytes into an empty pipe go at once. The reader holds an end, so there is no SIGPIPE.
        text.withUTF8 { buffer in
            while Glibc.write(writing, buffer.baseAddress, buffer.count) < 0 && errno == EINTR {}
        }
    }

    func closeReading() {
        if reading >= 0 { Glibc.close(reading) }
        reading = -1
    }

    func close() {
        closeReading()
        if writing >= 0 { Glibc.close(writing) }
        writing = -1
    }
}
