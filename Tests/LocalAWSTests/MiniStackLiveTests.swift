import FoundationEssentials
import Glibc
import LocalAWS
import Testing

/// Against a real MiniStack, with boto3 as the client.
@Suite struct MiniStackLiveTests {
    @Test func startsChecksSignaturesAndLeavesNothingBehind() throws {
        let parent = "\(NSTemporary.directory)/botctl-local-test-\(getpid())"
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let ministack =
            try TestPython.path().split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/ministack"
        let local = try LocalAWS.start(
            .init(region: "us-east-2", ministack: ministack, environment: ["TMPDIR": parent, "PATH": "/usr/bin:/bin"])
        )
        let pid = local.pid
        #expect(local.isRunning)
        #expect(local.shellExports.contains("export AWS_ENDPOINT_URL='\(local.endpoint)'\n"))
        let environment = Dictionary(uniqueKeysWithValues: local.environment)
        let output = try TestPython.run("ministack_client.py", environment: environment)
        #expect(output.status == 0 && output.text == "ok\n", "\(output.text)")
        local.stop()
        local.stop()
        #expect(!local.isRunning)
        #expect(kill(-pid, 0) == -1 && errno == ESRCH, "a process of the group is left")
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == [])
    }
}

enum NSTemporary {
    static var directory: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
