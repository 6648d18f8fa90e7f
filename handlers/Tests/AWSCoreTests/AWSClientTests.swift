import AWSCore
import Testing

struct AWSClientTests {
    private final class Setup {
        let transport: ScriptedTransport
        let clock = ManualClock()
        var attempts: [AWSAttempt] = []
        private(set) var client: AWSClient!

        init(
            _ steps: [ScriptedTransport.Step],
            retry: RetryPolicy = .standard,
            credentials: any CredentialsProvider = StaticCredentials(accessKeyId: "A", secretAccessKey: "s")
        ) {
            transport = ScriptedTransport(steps)
            client = AWSClient(
                transport: transport,
                credentials: credentials,
                clock: clock,
                retry: retry,
                random: { 0.5 },
                log: { [unowned self] in attempts.append($0) }
            )
        }
    }

    private static let call = AWSCall(
        service: "dynamodb",
        region: "us-east-2",
        operation: "dynamodb.PutItem",
        request: HTTPRequest(method: "POST", endpoint: Endpoint(scheme: .https, host: "h"), body: [1]),
        timeout: .seconds(10)
    )

    private static func answer(
        _ status: Int,
        _ headers: HTTPHeaders = [:],
        _ body: String = ""
    ) -> ScriptedTransport.Step {
        .answer(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    @Test func signsEveryAttemptAnew() throws {
        let setup = Setup([
            Self.answer(500), .broken(.reset), Self.answer(200, ["x-amzn-RequestId": "r"], "ok"),
        ])
        setup.transport.beforeAnswer = { setup.clock.advance(by: .seconds(1)) }
        let response = try setup.client.send(Self.call)
        #expect(response.body == Array("ok".utf8))
        #expect(setup.clock.slept == [.milliseconds(50), .milliseconds(100)])
        let dates = setup.transport.requests.map { $0.headers["X-Amz-Date"] }
        #expect(dates == ["20150830T123600Z", "20150830T123601Z", "20150830T123602Z"])
        #expect(Set(setup.transport.requests.map { $0.headers["Authorization"] }).count == 3)
        #expect(setup.attempts.map(\.attempt) == [1, 2, 3])
        #expect(setup.attempts.map(\.status) == [500, 0, 200])
        #expect(setup.attempts.map(\.errorCode) == ["500", "transport.reset", nil])
        #expect(setup.attempts.map(\.retryAfter) == [.milliseconds(50), .milliseconds(100), nil])
        #expect(setup.attempts.map(\.duration) == [.seconds(1), .seconds(1), .seconds(1)])
        #expect(setup.attempts[2].requestId == "r" && setup.attempts[0].operation == "dynamodb.PutItem")
    }

    @Test func throwsWhatCannotFareBetter() {
        let setup = Setup([Self.answer(400, [:], #"{"__type":"x#ValidationException","message":"no"}"#)])
        let error = #expect(throws: AWSError.self) { try setup.client.send(Self.call) }
        #expect(error?.code == "ValidationException" && error?.status == 400 && setup.transport.requests.count == 1)
    }

    @Test func givesUpAfterTheLastAttempt() {
        let setup = Setup([.refused(.connect), .broken(.timeout), Self.answer(503, [:], "<html>")])
        let error = #expect(throws: AWSError.self) { try setup.client.send(Self.call) }
        #expect(error?.code == "503" && setup.transport.requests.count == 3)
    }

    @Test func honoursRetryAfter() throws {
        let setup = Setup([
            Self.answer(429, ["Retry-After": "2"]), Self.answer(503, ["x-amz-retry-after": "1500"]), Self.answer(200),
        ])
        _ = try setup.client.send(Self.call)
        #expect(setup.clock.slept == [.seconds(2), .milliseconds(1500)])
        let date = ManualClock().now().advanced(by: .seconds(7)).httpDate
        let dated = Setup([Self.answer(503, ["Retry-After": date]), Self.answer(200)])
        dated.clock.advance(by: .milliseconds(500))
        _ = try dated.client.send(Self.call)
        #expect(dated.clock.slept == [.milliseconds(6500)])
        let absurd = Setup([Self.answer(503, ["Retry-After": "9223372036854775807"])])
        #expect(throws: AWSError.self) { try absurd.client.send(Self.call) }
    }

    @Test func noAttemptOutlastsTheDeadline() {
        let setup = Setup([Self.answer(500), Self.answer(500)])
        setup.transport.beforeAnswer = { setup.clock.advance(by: .seconds(2)) }
        let deadline = setup.clock.now().advanced(by: .milliseconds(4060))
        let error = #expect(throws: AWSError.self) { try setup.client.send(Self.call, deadline: deadline) }
        #expect(error?.code == "500")
        #expect(setup.transport.timeouts == [.milliseconds(4060), .milliseconds(2010)])
        setup.clock.advance(by: .seconds(10))
        let late = #expect(throws: AWSError.self) { try setup.client.send(Self.call, deadline: deadline) }
        #expect(late?.code == "transport.timeout" && setup.transport.requests.count == 2)
        let long = setup.clock.now().advanced(by: .seconds(60))
        _ = try? setup.client.begin(Self.call, deadline: long)
        #expect(setup.transport.timeouts.last == .seconds(10))
    }

    @Test func takesTheServersTimeOnce() throws {
        let clock = ManualClock()
        let server = clock.now().advanced(by: .seconds(3600)).httpDate
        let refused = Self.answer(403, ["Date": server], #"{"__type":"InvalidSignatureException","message":"expired"}"#)
        let setup = Setup([refused, Self.answer(200), Self.answer(200)], retry: .none)
        _ = try setup.client.send(Self.call)
        _ = try setup.client.send(Self.call)
        #expect(
            setup.transport.requests.map { $0.headers["X-Amz-Date"] }
                == ["20150830T123600Z", "20150830T133600Z", "20150830T133600Z"]
        )
        #expect(setup.clock.slept.isEmpty)

        let twice = Setup([refused, refused])
        #expect(throws: AWSError.self) { try twice.client.send(Self.call) }
        #expect(twice.transport.requests.count == 2)

        let wrongSecret = Self.answer(403, ["Date": clock.now().httpDate], #"{"__type":"SignatureDoesNotMatch"}"#)
        let once = Setup([wrongSecret])
        #expect(throws: AWSError.self) { try once.client.send(Self.call) }
        #expect(once.transport.requests.count == 1)
    }

    @Test func twoCallsOverlap() throws {
        let setup = Setup([Self.answer(200, [:], "1"), Self.answer(500), Self.answer(200, [:], "2")])
        let first = try setup.client.begin(Self.call)
        let second = try setup.client.begin(Self.call)
        #expect(setup.transport.requests.count == 2)
        #expect(try second.response().body == Array("2".utf8))
        #expect(try first.response().body == Array("1".utf8))
    }

    @Test func streamsWhatSucceedsAndRetriesWhatDoesNot() throws {
        let setup = Setup([
            Self.answer(429, [:], #"{"__type":"ThrottlingException"}"#), Self.answer(200, ["A": "b"], "body"),
        ])
        let exchange = try setup.client.begin(Self.call).stream()
        #expect(try exchange.head().headers["A"] == "b")
        #expect(try exchange.next() == Array("body".utf8))
        #expect(try exchange.next() == nil)
        #expect(setup.attempts.map(\.errorCode) == ["ThrottlingException", nil])
    }

    @Test func aCancelledCallIsNotRetried() throws {
        let setup = Setup([.broken(.reset)])
        let pending = try setup.client.begin(Self.call)
        pending.cancel()
        #expect(throws: AWSError.self) { try pending.response() }
        #expect(setup.transport.cancelled == 1 && setup.transport.requests.count == 1)
    }

    @Test func missingCredentialsAreNamed() {
        let setup = Setup([], credentials: EnvironmentCredentials(environment: ["AWS_ACCESS_KEY_ID": "A"]))
        let error = #expect(throws: AWSError.self) { try setup.client.send(Self.call) }
        #expect(error?.code == "credentials.missing" && error?.message.contains("AWS_SECRET_ACCESS_KEY") == true)
        #expect(setup.transport.requests.isEmpty)
    }

    @Test func environmentCredentials() throws {
        let provider = EnvironmentCredentials(environment: [
            "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "topsecret", "AWS_SESSION_TOKEN": "",
        ])
        let credentials = try provider.credentials()
        #expect(credentials.sessionToken == nil && credentials.secretAccessKey == "topsecret")
        #expect(!"\(credentials)".contains("topsecret") && !String(reflecting: credentials).contains("topsecret"))
    }
}
