#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A child process in a process group of its own, so that it ends together with all that it started.
final class ServerProcess {
    let pid: pid_t
    private var hasBeenReaped = false

    /// Starts `executable` with standard output and error in `log` and nothing on standard input.
    init(executable: String, environment: [String: String], log: String) throws(LocalAWSError) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
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
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), nil]
        var variables: [UnsafeMutablePointer<CChar>?] =
            environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in arguments + variables { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, executable, &actions, &attributes, &arguments, &variables)
        guard result == 0 else {
            throw LocalAWSError(
                .ministackExited,
                "'\(executable)' could not be started: \(String(cString: strerror(result)))",
                fix: "install MiniStack anew: the Python that it was installed with may be gone"
            )
        }
        self.pid = pid
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
        guard !hasBeenReaped else { return }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        hasBeenReaped = true
    }
}
