package import Glibc

/// A child process with nothing but `PATH`, `LC_ALL`, a home that is not there and the given environment, in a
/// process group of its own.
package final class Subprocess {
    package enum Stream {
        case inherited
        case file(String)
        case descriptor(Int32)

        package static let null = Stream.file("/dev/null")
    }

    package let pid: pid_t

    /// - Parameter program: a path, or a name that is looked for in `PATH`.
    package init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        input: Stream = .null,
        output: Stream = .null,
        errors: Stream = .null
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in [input, output, errors].enumerated() {
            switch stream {
            case .inherited: break
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
            case .file(let path):
                let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
                posix_spawn_file_actions_addopen(&actions, Int32(number), path, flags, 0o600)
            }
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let path = environmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        var variables = ["PATH": path, "HOME": "/nonexistent", "LC_ALL": "C"]
        variables.merge(environment) { $1 }
        var argumentList = ([program] + arguments).map { strdup($0) } + [nil]
        var environmentList = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentList + environmentList { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, program, &actions, &attributes, &argumentList, &environmentList)
        guard code == 0 else { throw SystemCallFailed("posix_spawn \(program)", code: code) }
        pid = child
    }

    /// - Returns: the exit status; 128 and the signal's number when a signal ended it.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    package func stop() {
        kill(-pid, SIGKILL)
        wait()
    }
}

package func environmentVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
