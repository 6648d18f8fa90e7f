import Glibc

/// Runs a `credential_process` as the AWS CLI does: both output streams read, the input and the process group its
/// caller's, so that it can ask on the terminal and Ctrl-C reaches it.
enum CredentialProcess {
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }

    /// A document of credentials has a few kilobytes.
    static let maximumBytes = 1 << 20

    /// The longest time between two looks at `isCancelled`.
    private static let pollMilliseconds: Int32 = 100

    /// - Parameters:
    ///   - arguments: the program's name, looked up in the `PATH` of this process, or its path, first.
    ///   - isCancelled: `true` ends the program.
    static func run(
        _ arguments: [String],
        environment: [String: String],
        isCancelled: () -> Bool
    ) throws -> CredentialsEffects.ProcessOutput {
        guard let program = arguments.first, !program.isEmpty else { throw Failed(description: "it names no program") }
        let output = try Pipe()
        let errors = try Pipe()
        let child = try spawn(program, arguments, environment, output, errors)
        output.closeWriting()
        errors.closeWriting()
        var collected: [[UInt8]] = [[], []]
        var isOpen = [true, true]
        var status: Int32?
        while isOpen.contains(true) {
            var polled = [output, errors].enumerated().map { index, pipe in
                pollfd(fd: isOpen[index] ? pipe.reading : -1, events: Int16(POLLIN), revents: 0)
            }
            let ready = poll(&polled, 2, status == nil ? pollMilliseconds : 0)
            if isCancelled() {
                end(child, status)
                throw Failed(description: "interrupted")
            }
            // What it has started may hold the pipes after its end (an agent): that is not waited for.
            if ready == 0, status != nil { break }
            status = status ?? ended(child)
            for index in polled.indices where ready > 0 && polled[index].revents != 0 {
                guard let bytes = read(polled[index].fd) else {
                    isOpen[index] = false
                    continue
                }
                collected[index] += bytes
                if collected[index].count > maximumBytes {
                    end(child, status)
                    throw Failed(description: "it wrote more than \(maximumBytes) bytes")
                }
            }
        }
        return CredentialsEffects.ProcessOutput(
            status: status ?? wait(child),
            output: collected[0],
            errors: collected[1]
        )
    }

    private static func spawn(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ output: Pipe,
        _ errors: Pipe
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this process does with its signals is not the program's.
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argumentList = arguments.map { strdup($0) } + [nil]
        var environmentList = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentList + environmentList { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, &actions, &attributes, &argumentList, &environmentList)
        guard code == 0 else { throw Failed(description: "\(program): \(String(cString: strerror(code)))") }
        return child
    }

    /// `nil` at the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 32 * 1024)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count > 0 { return Array(buffer[..<count]) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? [] : nil
    }

    private static func wait(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return meaning(status)
    }

    /// `nil` while it runs.
    private static func ended(_ child: pid_t) -> Int32? {
        var status: Int32 = 0
        return waitpid(child, &status, WNOHANG) == child ? meaning(status) : nil
    }

    /// A child whose status is known is gone, and its number may be another's.
    private static func end(_ child: pid_t, _ status: Int32?) {
        guard status == nil else { return }
        kill(child, SIGKILL)
        _ = wait(child)
    }

    private static func meaning(_ status: Int32) -> Int32 {
        status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
    }

    /// Both ends stay out of other programs, and are closed with the object.
    private final class Pipe {
        let reading: Int32
        private(set) var writing: Int32

        init() throws {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw Failed(description: "pipe: \(String(cString: strerror(errno)))") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            (reading, writing) = (ends[0], ends[1])
        }

        func closeWriting() {
            close(writing)
            writing = -1
        }

        deinit {
            close(reading)
            if writing >= 0 { close(writing) }
        }
    }
}
