import Glibc
import TestSupport
import Testing

@testable import HandlerBuild

@Suite struct ProcessTests {
    private func shell(
        _ script: String,
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        runner: PosixProcessRunner = PosixProcessRunner()
    ) throws(ProcessError) -> (exit: ProcessExit, out: [String], error: [String]) {
        var out: [String] = []
        var error: [String] = []
        let command = ProcessCommand(executable: "/bin/sh", arguments: ["-c", script], environment: environment)
        let exit = try runner.run(command) { stream, line in
            if stream == .standardOutput { out.append(line) } else { error.append(line) }
        }
        return (exit, out, error)
    }

    @Test func separatesStreamsAndReportsTheExit() throws {
        let result = try shell("echo one; echo two >&2; printf three; exit 7")
        #expect(result.exit == .exited(7))
        #expect(result.out == ["one", "three"])
        #expect(result.error == ["two"])
    }

    @Test func reportsASignal() throws {
        #expect(try shell("kill -9 $$").exit == .signalled(SIGKILL))
    }

    /// Each stream alone is more than a pipe holds: reading one to its end first would never return.
    @Test func drainsBothStreamsWhileItRuns() throws {
        let script =
            "i=0; while [ $i -lt 6000 ]; do echo out-0123456789-0123456789; echo err-0123456789 >&2; i=$((i+1)); done"
        let result = try shell(script)
        #expect(result.out.count == 6000)
        #expect(result.error.count == 6000)
    }

    @Test func passesArgumentsAndEnvironmentAsTheyAre() throws {
        var lines: [String] = []
        let command = ProcessCommand(
            executable: "/bin/sh",
            arguments: ["-c", #"printf '%s\n' "$1" "$WORD"; env | wc -l"#, "sh", "a b'$(c)\""],
            environment: ["WORD": "é ü"]
        )
        _ = try PosixProcessRunner().run(command) { _, line in lines.append(line) }
        #expect(lines.prefix(2) == ["a b'$(c)\"", "é ü"])
    }

    @Test func inputIsEmpty() throws {
        #expect(try shell("cat; echo done").out == ["done"])
    }

    @Test func namesAProgramThatCannotStart() {
        let command = ProcessCommand(executable: "/nonexistent/tool", arguments: [], environment: [:])
        #expect(throws: ProcessError.launch(executable: "/nonexistent/tool", errno: ENOENT)) {
            try PosixProcessRunner().run(command) { _, _ in }
        }
    }

    /// The program ignores the polite signal and has a child: both are gone afterwards.
    @Test func interruptionEndsTheWholeGroup() throws {
        var stop: Int32?
        let runner = PosixProcessRunner(grace: .milliseconds(200), stopSignal: { stop })
        var children: [pid_t] = []
        let command = ProcessCommand(
            executable: "/bin/sh",
            arguments: ["-c", "trap '' INT TERM; sleep 60 & echo $!; echo $$; sleep 60; sleep 60"],
            environment: ["PATH": "/usr/bin:/bin"]
        )
        #expect(throws: ProcessError.interrupted(signal: SIGINT)) {
            try runner.run(command) { _, line in
                if let pid = pid_t(line) { children.append(pid) }
                if children.count == 2 { stop = SIGINT }
            }
        }
        try #require(children.count == 2)
        for pid in children { #expect(goes(pid), "process \(pid) is still there") }
    }

    /// A signal is sent at once and takes effect when the kernel gets to it: on a busy machine that may be a while,
    /// up to a minute here.
    private func goes(_ pid: pid_t) -> Bool {
        for _ in 0..<1200 {
            if isGone(pid) { return true }
            usleep(50_000)
        }
        return false
    }

    /// A process that was killed stays visible until its new parent has collected it.
    private func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 else { return true }
        guard let status = fopen("/proc/\(pid)/stat", "r") else { return true }
        defer { fclose(status) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, 512, status) != nil else { return true }
        return String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).contains(") Z ")
    }

    /// A grandchild that outlives the program and keeps its output open holds nobody up.
    @Test func doesNotWaitForWhatTheProgramLeftBehind() throws {
        let began = ContinuousClock.now
        let result = try shell("sleep 300 & echo left $!")
        #expect(result.exit == .exited(0))
        #expect(ContinuousClock.now - began < .seconds(120))
        if let pid = result.out.first?.split(separator: " ").last.flatMap({ pid_t($0) }) { kill(pid, SIGKILL) }
    }

    @Test func cutsEndlessLines() {
        var lines: [String] = []
        var splitter = LineSplitter()
        splitter.push(Array(repeating: UInt8(ascii: "x"), count: LineSplitter.maximumBytes + 5)) { lines.append($0) }
        splitter.push(Array("\r\n\nlast".utf8)) { lines.append($0) }
        splitter.finish { lines.append($0) }
        #expect(lines.map(\.utf8.count) == [LineSplitter.maximumBytes, 5, 0, 4])
    }

    @Test func findsExecutablesAsAShellDoes() throws {
        let folder = TemporaryFolder()
        try folder.write("a/tool", "x")
        try folder.write("b/tool", "x", mode: 0o755)
        try Files.makeDirectory("\(folder.path)/c/tool")
        let path = "relative:\(folder.path)/c:\(folder.path)/a:\(folder.path)/b"
        #expect(findExecutable("tool", path: path) == "\(folder.path)/b/tool")
        #expect(findExecutable("tool", path: nil) == nil)
    }
}
