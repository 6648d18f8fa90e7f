import Glibc

/// A Python script that prints its port first and ends with its standard input.
final class PythonServer {
    struct Failed: Error, CustomStringConvertible { var description: String }

    let port: Int
    private let pid: pid_t
    private let input: Int32
    private let output: Int32
    private var buffer: [UInt8] = []

    /// - Parameter script: relative to the repository.
    init(script: String, arguments: [String] = []) throws {
        let root = #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
        let python = getenv("BOTCTL_TEST_PYTHON").map { String(cString: $0) } ?? "\(root)/.venv/bin/python"
        guard access(python, X_OK) == 0 else {
            throw Failed(description: "no Python for tests: run `make test`, or set BOTCTL_TEST_PYTHON")
        }
        var toChild: [Int32] = [0, 0]
        var fromChild: [Int32] = [0, 0]
        guard pipe2(&toChild), pipe2(&fromChild) else { throw Failed(description: "no pipe") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        var argv: [UnsafeMutablePointer<CChar>?] =
            ([python, "\(root)/\(script)"] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=/usr/bin:/bin"), nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        let result = posix_spawn(&pid, python, &actions, nil, &argv, &envp)
        close(toChild[0])
        close(fromChild[1])
        self.pid = pid
        input = toChild[1]
        output = fromChild[0]
        guard result == 0, let line = Self.readLine(output, &buffer), let port = Int(line) else {
            throw Failed(description: "\(script) did not start")
        }
        self.port = port
    }

    /// The next line of its output; `nil` when it ended.
    func nextLine() -> String? { Self.readLine(output, &buffer) }

    func stop() {
        close(input)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        close(output)
    }

    private static func readLine(_ descriptor: Int32, _ buffer: inout [UInt8]) -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return nil }
            buffer += chunk[..<count]
        }
    }
}

/// Closed in every other child, so that a server sees the end of its input.
private func pipe2(_ ends: inout [Int32]) -> Bool {
    guard pipe(&ends) == 0 else { return false }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return true
}
