import AWSCore
import Testing

@testable import LambdaRuntime

struct LambdaRuntimeTests {
    private final class FixedClock: WallClock {
        func now() -> Timestamp { Timestamp(milliseconds: 1_440_938_160_123) }
        func sleep(_ duration: Duration) { Issue.record("the runtime slept") }
    }

    /// What the loop did, in order.
    private final class Run {
        let api: FakeRuntimeAPI
        var lines: [JSONValue] = []
        var traces: [String?] = []
        var steps: [String] = []
        private(set) var log: Logger!
        private(set) var runtime: LambdaRuntime!

        init(_ events: [FakeRuntimeAPI.Event], statuses: [String] = []) throws {
            api = try FakeRuntimeAPI(events, statuses: statuses)
            log = Logger(level: .info, clock: FixedClock()) { [unowned self] line in
                lines.append((try? JSONValue.parse(line)) ?? nil)
            }
            runtime = try LambdaRuntime(
                api: "127.0.0.1:\(api.port)",
                transport: SocketTransport(certificateAuthorities: nil),
                log: log,
                process: .init(
                    setTraceId: { [unowned self] in traces.append($0) },
                    allowTermination: { [unowned self] in steps.append($0 ? "may stop" : "must finish") }
                )
            )
        }
    }

    private struct Broken: Error, CustomStringConvertible {
        var description: String { "it is \"broken\"\r\n" }
    }

    @Test func servesEventAfterEventOnOneConnection() throws {
        let run = try Run([
            .init(
                id: "a/b=",
                headers: "Lambda-Runtime-Deadline-Ms: 1440938160999\r\nLambda-Runtime-Trace-Id: Root=1\r\n"
                    + "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:x\r\n",
                payload: #"{"n":1}"#
            ),
            .init(id: "id-2", payload: "2"),
        ])
        var seen: [Invocation] = []
        let handler: LambdaRuntime.Handler = { invocation in
            seen.append(invocation)
            run.steps.append("serve \(invocation.requestId)")
            run.log.info("here")
            return Array("answer \(seen.count)".utf8)
        }
        try run.runtime.serveOne(handler)
        try run.runtime.serveOne(handler)
        #expect(
            seen.first
                == Invocation(
                    requestId: "a/b=",
                    deadline: Timestamp(milliseconds: 1_440_938_160_999),
                    functionARN: "arn:aws:lambda:x",
                    traceId: "Root=1",
                    payload: Array(#"{"n":1}"#.utf8)
                )
        )
        #expect(try seen.first?.json()["n"] == 1)
        #expect(run.traces == ["Root=1", nil])
        #expect(run.steps == ["may stop", "must finish", "serve a/b=", "may stop", "must finish", "serve id-2"])
        #expect(
            run.api.posts.map(\.path) == [
                "/2018-06-01/runtime/invocation/a%2Fb%3D/response", "/2018-06-01/runtime/invocation/id-2/response",
            ]
        )
        #expect(run.api.posts.map(\.body) == ["answer 1", "answer 2"])
        #expect(run.lines.map { $0["requestId"]?.stringValue } == ["a/b=", "id-2"])
        #expect(run.api.connections == 1)
        #expect(run.log.requestId == nil)
    }

    @Test func reportsAFailedInvocationAndGoesOn() throws {
        let run = try Run([.init(), .init(id: "id-2"), .init(id: "id-3")])
        try run.runtime.serveOne { _ in throw Broken() }
        try run.runtime.serveOne { _ in
            throw AWSError(code: "AccessDeniedException", message: "no", status: 403, operation: "o")
        }
        try run.runtime.serveOne { _ in [0x31] }
        let posts = run.api.posts
        #expect(posts.map { $0.path.split(separator: "/").last } == ["error", "error", "response"])
        let failure = try JSONValue.parse(posts[0].body)
        #expect(failure["errorType"] == "Broken" && failure["errorMessage"]?.stringValue == Broken().description)
        #expect(posts[0].head.contains("Lambda-Runtime-Function-Error-Type: Broken"))
        #expect(try JSONValue.parse(posts[1].body)["errorType"] == "AccessDeniedException")
        #expect(run.lines.map { $0["level"] } == ["ERROR", "ERROR"])
        #expect(run.lines[0]["requestId"] == "id-1")
    }

    @Test func aResponseThatIsTooLargeBecomesAnError() throws {
        let run = try Run([.init(), .init(id: "id-2")], statuses: ["413 Payload Too Large"])
        try run.runtime.serveOne { _ in [UInt8](repeating: 0x61, count: 7_000_000) }
        #expect(run.api.posts.map(\.path).last == "/2018-06-01/runtime/invocation/id-1/error")
        let failure = try JSONValue.parse(try #require(run.api.posts.last).body)
        #expect(failure["errorType"] == "Runtime.ResponseSizeTooLarge")
        try run.runtime.serveOne { _ in [] }
        #expect(run.api.posts.count == 3)
    }

    @Test(arguments: ["400 Bad Request", "403 Forbidden"])
    func survivesARefusedResponse(_ status: String) throws {
        let run = try Run([.init(), .init(id: "id-2")], statuses: [status])
        try run.runtime.serveOne { _ in [] }
        try run.runtime.serveOne { _ in [] }
        #expect(run.api.posts.count == 2 && run.lines.count == 1)
    }

    @Test func endsWhenTheRuntimeAPIIsBeyondRecovery() throws {
        let refusedResponse = try Run([.init()], statuses: ["500 Internal Server Error"])
        #expect(throws: LambdaRuntimeError.self) { try refusedResponse.runtime.serveOne { _ in [] } }
        let refusedNext = try Run([.init(status: "500 Internal Server Error")])
        #expect(throws: LambdaRuntimeError.self) { try refusedNext.runtime.serveOne { _ in [] } }
        let gone = try Run([])
        #expect(throws: LambdaRuntimeError.self) { try gone.runtime.run { _ in [] } }
        let nameless = try Run([.init(id: "")])
        #expect(throws: LambdaRuntimeError.self) { try nameless.runtime.serveOne { _ in [] } }
        let timeless = try Run([.init(headers: "Lambda-Runtime-Deadline-Ms: soon\r\n")])
        #expect(throws: LambdaRuntimeError.self) { try timeless.runtime.serveOne { _ in [] } }
        #expect(throws: LambdaRuntimeError.self) {
            _ = try LambdaRuntime(
                api: "no port:x",
                transport: SocketTransport(certificateAuthorities: nil),
                log: refusedNext.log,
                process: .init(setTraceId: { _ in }, allowTermination: { _ in })
            )
        }
    }

    @Test func reportsThatItCannotStart() throws {
        let run = try Run([])
        try run.runtime.reportInitializationFailure(Broken())
        #expect(run.api.posts.map(\.path) == ["/2018-06-01/runtime/init/error"])
        #expect(try JSONValue.parse(run.api.posts[0].body)["errorType"] == "Broken")
    }

    @Test func anErrorTypeCannotBreakOutOfItsHeader() {
        let failure = FunctionFailure(AWSError(code: "A\r\nB: c\u{0}é", message: "", status: 0, operation: ""))
        #expect(failure.type == "AB:c")
    }
}

struct LoggerTests {
    private final class FixedClock: WallClock {
        func now() -> Timestamp { Timestamp(milliseconds: 1_440_938_160_123) }
        func sleep(_ duration: Duration) {}
    }

    @Test func writesOneObjectALine() throws {
        var lines: [[UInt8]] = []
        let log = Logger(level: .info, clock: FixedClock()) { lines.append($0) }
        log.requestId = "r"
        log.info("two\nlines", ["n": 1, "level": "forged", "requestId": "forged"])
        #expect(
            lines.map { String(decoding: $0, as: UTF8.self) } == [
                #"{"level":"INFO","message":"two\nlines","n":1,"requestId":"r","#
                    + #""timestamp":"2015-08-30T12:36:00.123Z"}"# + "\n"
            ]
        )
    }

    @Test func leavesOutWhatIsBelowItsLevel() {
        var levels: [JSONValue?] = []
        let log = Logger(level: .warn, clock: FixedClock()) { line in
            levels.append((try? JSONValue.parse(line))?["level"])
        }
        for level in Logger.Level.allCases { log.log(level, "") }
        #expect(levels == ["WARN", "ERROR", "FATAL"])
        #expect(Logger.Level(name: "debug") == .debug && Logger.Level(name: "") == nil)
    }

    @Test func readsTheProcessEnvironment() {
        #expect(ProcessEnvironment.current()["PATH"]?.isEmpty == false)
    }
}
