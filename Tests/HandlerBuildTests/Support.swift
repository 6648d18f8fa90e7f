import BotContract
import Glibc
import Testing

@testable import BotSpec
@testable import HandlerBuild

/// A folder that is gone after the test.
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/botctl-test-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
    }

    deinit { Files.remove(path) }

    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws {
        try write(name, Array(text.utf8), mode: mode)
    }

    func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) throws {
        let file = "\(path)/\(name)"
        if let slash = file.lastIndex(of: "/") { try Files.makeDirectory(String(file[..<slash])) }
        try Files.writeAtomically(bytes, to: file, mode: mode)
    }

    func text(_ name: String) -> String {
        (try? Files.read("\(path)/\(name)")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func lines(_ name: String) -> [String] { text(name).split(separator: "\n").map(String.init) }
}

/// Compiles a C program.
func compileC(_ source: String, _ arguments: String...) throws -> [UInt8] {
    let folder = TemporaryFolder()
    try folder.write("main.c", source)
    let files = ["\(folder.path)/main.c", "-o", "\(folder.path)/a.out"]
    let compiled = try run("cc", files + arguments)
    try #require(compiled.succeeded, "\(compiled.output)")
    return try Files.read("\(folder.path)/a.out")
}

/// Runs a tool of the machine; a failure to start it fails the test.
@discardableResult
func run(_ name: String, _ arguments: [String]) throws -> (output: [String], succeeded: Bool) {
    let path = String(cString: getenv("PATH"))
    let found = name.hasPrefix("/") ? name : findExecutable(name, path: path)
    let executable = try #require(found, "\(name) is not installed")
    var output: [String] = []
    let command = ProcessCommand(
        executable: executable,
        arguments: arguments,
        environment: ["PATH": path, "LC_ALL": "C", "HOME": "/tmp"]
    )
    let exit = try PosixProcessRunner().run(command) { _, line in output.append(line) }
    return (output, exit.succeeded)
}

/// The Python with the test peers installed: the Makefile's, unless the environment names another.
func testPython() -> String {
    getenv("BOTCTL_TEST_PYTHON").map { String(cString: $0) } ?? "\(repository)/.venv/bin/python"
}

/// xorshift64*: the same numbers on every run, so that a failure can be found again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 2_685_821_657_736_338_717
    }
}

/// The repository's root.
let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

extension BotSpec {
    /// A spec in which nothing but the required keys is given, changed as a test wants it.
    static func fixture(_ change: (inout BotSpec) -> Void = { _ in }) -> BotSpec {
        var spec = BotSpec(
            name: "acme-support",
            stage: "dev",
            region: "us-east-2",
            account: nil,
            prompt: "You are the support agent of Acme.",
            rules: [],
            model: BotConfiguration.Model(
                id: "meta.llama3-3-70b-instruct-v1:0",
                fallback: nil,
                maxTokens: 512,
                temperature: 0.2
            ),
            retrieval: .auto,
            history: BotConfiguration.History(turns: 12, retentionDays: 30),
            table: Table(
                partitionKey: "userId",
                sortKey: "sessionId",
                billing: .onDemand,
                onTeardown: .retain,
                pointInTimeRecovery: false,
                deletionProtection: false,
                kmsKeyArn: nil
            ),
            routes: [],
            authorizer: FunctionSettings(memory: 256, timeout: 10, concurrency: nil),
            auth: Auth(mode: .visitor, allowedOrigins: [], issuer: nil, audience: nil, jwksUrl: nil),
            limits: Limits(messageChars: 4000, messagesPerMinute: 20, tokensPerUserPerDay: 50000, concurrency: nil),
            handoff: nil,
            tools: [],
            guardrail: nil,
            alarms: nil,
            observability: Observability(logRetentionDays: 30, tracing: false, dashboard: false, accessLogs: false),
            handlers: Handlers(path: "handlers", build: .auto, architecture: .auto, sdk: nil, image: nil),
            throttling: Throttling(rate: 100, burst: 50),
            tags: [:],
            protect: false
        )
        change(&spec)
        return spec
    }
}
