import AWSCore
import LocalAWS
import Synchronization
import TestSupport
import Testing

/// boto3's own Bedrock client is the judge of the wire.
@Suite struct BedrockStandInTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var fault: @Sendable (Int) -> BedrockStandIn.Fault? = { _ in nil }
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(name: "converse"), Case(name: "stream"), Case(name: "limits"), Case(name: "refusals"), Case(name: "tools"),
        Case(name: "throttled", fault: { _ in .throttle }),
        Case(name: "throttled_once", fault: { $0 == 0 ? .throttle : nil }),
        Case(name: "server_error", fault: { _ in .serverError }),
        Case(name: "reset", fault: { _ in .reset(afterEvents: 3) }),
        Case(name: "exception", fault: { _ in .exception(afterEvents: 3) }),
        Case(name: "garbage", fault: { _ in .garbage(afterEvents: 3) }),
        Case(name: "hang", fault: { $0 == 0 ? .hang(afterEvents: 0) : .hang(afterEvents: 3) }),
    ])
    func botoSees(_ test: Case) throws {
        let count = Counter()
        let fault = test.fault
        let standIn = try BedrockStandIn.start(.init(fault: { _ in fault(count.next()) }))
        defer { standIn.stop() }
        let output = try Python.run("Tests/LocalAWSTests/Python/bedrock_client.py", [standIn.url, test.name])
        #expect(output.text == "ok\n", "\(output)")
    }

    @Test func slownessIsWaitedBeforeEachEvent() throws {
        let pauses = Counter()
        let standIn = try BedrockStandIn.start(
            .init(
                fault: { _ in .slow(.milliseconds(40)) },
                pause: { duration in
                    if duration == .milliseconds(40) { _ = pauses.next() }
                }
            )
        )
        defer { standIn.stop() }
        _ = try Python.run("Tests/LocalAWSTests/Python/bedrock_client.py", [standIn.url, "stream"])
        #expect(pauses.value > 5)
    }

    @Test func stopFreesThePortAndCanBeRepeated() throws {
        let standIn = try BedrockStandIn.start()
        let port = standIn.endpoint.port
        standIn.stop()
        standIn.stop()
        let again = try BedrockStandIn.start(.init(port: port))
        #expect(again.endpoint.port == port)
        #expect(throws: LocalAWSError.self) { try BedrockStandIn.start(.init(port: port)) }
        again.stop()
    }
}

final class Counter: Sendable {
    private let count = Mutex(0)
    /// 0, 1, 2, …
    func next() -> Int {
        count.withLock { count in
            count += 1
            return count - 1
        }
    }
    var value: Int { count.withLock { $0 } }
}
