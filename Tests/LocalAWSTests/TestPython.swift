import FoundationEssentials
import Glibc

/// The Python with boto3 and MiniStack that `make test` names; a test that needs it fails without it.
struct TestPython {
    struct Missing: Error, CustomStringConvertible {
        var description: String { "no Python for tests: run `make test`, or set BOTCTL_TEST_PYTHON" }
    }

    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" })

    static func path() throws -> String {
        if let named = getenv("BOTCTL_TEST_PYTHON") { return String(cString: named) }
        let local = "\(root)/.venv/bin/python"
        guard access(local, X_OK) == 0 else { throw Missing() }
        return local
    }

    struct Output {
        var status: Int32
        /// Standard output and standard error together.
        var text: String
    }

    /// Runs a script of `Tests/LocalAWSTests/Python` with nothing but the given environment and `PATH`.
    static func run(_ script: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws -> Output
    {
        try run(
            [try path(), "\(root)/Tests/LocalAWSTests/Python/\(script)"] + arguments,
            environment: environment
        )
    }

    static func run(_ command: [String], environment: [String: String]) throws -> Output {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw Missing() }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
        posix_spawn_file_actions_addclose(&actions, pipe[0])
        posix_spawn_file_actions_addclose(&actions, pipe[1])
        var variables = environment
        variables["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        var argv: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, command[0], &actions, nil, &argv, &envp)
        close(pipe[1])
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipe[0], &chunk, chunk.count)
            guard count > 0 else { break }
            output += chunk[..<count]
        }
        close(pipe[0])
        guard result == 0 else { throw Missing() }
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return Output(status: status == 0 ? 0 : 1, text: String(decoding: output, as: UTF8.self))
    }
}
