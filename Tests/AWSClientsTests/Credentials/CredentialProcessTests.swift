import Glibc
import TestSupport
import Testing

@testable import AWSClients

@Suite struct CredentialProcessTests {
    private func run(
        _ script: String,
        _ arguments: [String] = [],
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        isCancelled: () -> Bool = { false }
    ) throws -> CredentialsEffects.ProcessOutput {
        let folder = TemporaryFolder()
        let path = try folder.write("program", "#!/bin/sh\n\(script)\n", mode: 0o755)
        return try CredentialProcess.run([path] + arguments, environment: environment, isCancelled: isCancelled)
    }

    @Test func bothStreamsAndTheStatus() throws {
        let result = try run(
            #"printf '%s|' "$@"; echo "$NAME" >&2; exit 7"#,
            ["a b", "", "$x"],
            environment: ["NAME": "v"]
        )
        #expect(result == .init(status: 7, output: Array("a b||$x|".utf8), errors: Array("v\n".utf8)))
        #expect(try run("kill -9 $$").status == 137)
    }

    /// Neither stream can block the other.
    @Test func muchOfBoth() throws {
        let result = try run("head -c 500000 /dev/zero; head -c 500000 /dev/zero >&2; head -c 500000 /dev/zero")
        #expect(result.status == 0 && result.output.count == 1_000_000 && result.errors.count == 500_000)
    }

    /// An agent that it starts keeps its streams; it is not waited for.
    @Test func somethingLeftRunning() throws {
        let result = try run("sleep 600 & echo $!; exit 4")
        #expect(result.status == 4)
        let pid = try #require(Int32(String(decoding: result.output, as: UTF8.self).dropLast()))
        #expect(kill(pid, SIGKILL) == 0, "it still ran")
    }

    @Test func withoutEnd() throws {
        #expect(throws: CredentialProcess.Failed.self) { try run("cat /dev/zero") }
    }

    @Test func interrupted() throws {
        #expect(throws: CredentialProcess.Failed.self) { try run("exec sleep 600", isCancelled: { true }) }
    }

    @Test func notThere() {
        #expect(throws: CredentialProcess.Failed.self) {
            try CredentialProcess.run(["/nonexistent/x"], environment: [:], isCancelled: { false })
        }
        #expect(throws: CredentialProcess.Failed.self) {
            try CredentialProcess.run([], environment: [:], isCancelled: { false })
        }
    }

    @Test func privateFilesAreForTheirOwnerAlone() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/.aws/sso/cache/x.json"
        for text in ["one", "another"] {
            try PrivateFile.write(path, Array(text.utf8))
            #expect(folder.text(".aws/sso/cache/x.json") == text)
        }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(stat("\(folder.path)/.aws/sso", &status) == 0 && status.st_mode & 0o777 == 0o700)
        // What cannot be replaced stays, and nothing is left beside it.
        try folder.write("taken/full", "x")
        #expect(throws: PrivateFile.Failed.self) { try PrivateFile.write("\(folder.path)/taken", [1]) }
        #expect(folder.text("taken/full") == "x")
        let left = try runProgram("ls", ["-A", folder.path]).lines
        #expect(left == [".aws", "taken"])
    }
}
