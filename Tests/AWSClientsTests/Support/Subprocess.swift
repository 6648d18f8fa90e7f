import FoundationEssentials
import Glibc

/// The Python of the test environment: botocore is the oracle, MiniStack the peer.
func testPython() throws -> String {
    if let configured = environmentVariable("BOTCTL_TEST_PYTHON"), !configured.isEmpty { return configured }
    let local = repositoryRoot + "/.venv/bin/python"
    guard access(local, X_OK) == 0 else { throw PythonMissing() }
    return local
}

struct PythonMissing: Error, CustomStringConvertible {
    var description: String { "no BOTCTL_TEST_PYTHON and no .venv/bin/python: run `make test`" }
}

func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}

let testDirectory = parent(#filePath, of: "/Support/")
let repositoryRoot = parent(#filePath, of: "/Tests/")

/// What of a path comes before one of its parts.
private func parent(_ path: String, of part: String) -> String {
    let marker = Array(part.utf8)
    let bytes = Array(path.utf8)
    let start = bytes.indices.last { bytes[$0...].starts(with: marker) } ?? bytes.endIndex
    return String(decoding: bytes[..<start], as: UTF8.self)
}

/// A directory of its own under the system's, removed by `remove`.
struct TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/botctl-clients-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallFailed(call: "mkdtemp") }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(filePath: file))
        return file
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs a program to its end. Input and output are files, so neither side waits for the other's pipe.
func run(
    _ program: String,
    _ arguments: [String],
    input: [UInt8] = [],
    environment: [String: String] = [:]
) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    defer { directory.remove() }
    let inputFile = try directory.write("in", input)
    let process = try Subprocess(
        program,
        arguments,
        environment: environment,
        inputFile: inputFile,
        outputFile: directory.path + "/out",
        errorFile: directory.path + "/err"
    )
    let status = process.wait()
    let errors = (try? Data(contentsOf: URL(filePath: directory.path + "/err"))) ?? Data()
    guard status == 0 else {
        throw ProgramFailed(program: program, status: status, errors: String(decoding: errors, as: UTF8.self))
    }
    return Array(try Data(contentsOf: URL(filePath: directory.path + "/out")))
}

struct ProgramFailed: Error {
    var program: String
    var status: Int32
    var errors: String
}

/// A child process in a clean environment, in a process group of its own.
final class Subprocess {
    let pid: pid_t

    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        inputFile: String = "/dev/null",
        outputFile: String = "/dev/null",
        errorFile: String = "/dev/null"
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputFile, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var inherited = ["PATH": environmentVariable("PATH") ?? "/usr/bin:/bin", "HOME": "/nonexistent"]
        inherited.merge(environment) { $1 }
        var argumentList = ([program] + arguments).map { strdup($0) } + [nil]
        var environmentList = inherited.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argumentList + environmentList { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, program, &actions, &attributes, &argumentList, &environmentList)
        guard code == 0 else { throw SystemCallFailed(call: "posix_spawn \(program)", code: code) }
        pid = child
    }

    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    func stop() {
        kill(-pid, SIGKILL)
        _ = wait()
    }
}

/// Botocore's answer to a question in JSON.
func oracle(_ script: String, input: [UInt8]) throws -> [UInt8] {
    try run(testPython(), ["\(testDirectory)/oracles/\(script)"], input: input)
}
