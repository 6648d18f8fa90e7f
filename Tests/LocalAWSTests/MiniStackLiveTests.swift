import FoundationEssentials
import Glibc
import LocalAWS
import TestSupport
import Testing

/// Against a real MiniStack, with boto3 as the client.
@Suite struct MiniStackLiveTests {
    @Test func startsChecksSignaturesAndLeavesNothingBehind() throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let parent = folder.path
        let ministack = try Python.tool("ministack")
        let local = try LocalAWS.start(
            .init(region: "us-east-2", ministack: ministack, environment: ["TMPDIR": parent, "PATH": "/usr/bin:/bin"])
        )
        let pid = local.pid
        #expect(local.isRunning)
        #expect(local.shellExports.contains("export AWS_ENDPOINT_URL='\(local.endpoint)'\n"))
        let environment = Dictionary(uniqueKeysWithValues: local.environment)
        let output = try Python.run("Tests/LocalAWSTests/Python/ministack_client.py", environment: environment)
        #expect(output.text == "ok\n", "\(output)")
        local.stop()
        local.stop()
        #expect(!local.isRunning)
        // Killed processes are in their group until they are collected.
        var isGone = false
        for _ in 0..<1200 where !isGone {
            isGone = kill(-pid, 0) == -1 && errno == ESRCH
            if !isGone { usleep(50_000) }
        }
        #expect(isGone, "a process of the group is left")
        #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == [])
    }
}
