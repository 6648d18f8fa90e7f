import AWSCore
import BotContract
import FoundationEssentials
import TestSupport
import Testing

@testable import Bot

struct RuntimeTests {
    @Test(arguments: [
        ([:], "us-east-2", "https://api1.execute-api.us-east-2.amazonaws.com/dev"),
        ([:], "cn-north-1", "https://api1.execute-api.cn-north-1.amazonaws.com.cn/dev"),
        (
            ["AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"], "us-east-2",
            "http://127.0.0.1:4566/_aws/execute-api/api1/dev"
        ),
        (
            ["AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": "http://b/x"], "us-east-2",
            "http://b/x"
        ),
        (
            ["AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], "us-east-2",
            "https://api1.execute-api.us-east-2.amazonaws.com/dev"
        ),
        (
            ["BOTCTL_MANAGEMENT_ENDPOINT": "http://c/{apiId}/{stage}/", "AWS_ENDPOINT_URL": "http://a"], "us-east-2",
            "http://c/api1/dev/"
        ),
    ])
    func findsTheManagementEndpoint(_ environment: [String: String], _ region: String, _ url: String) {
        #expect(
            ManagementEndpoint.url(apiId: "api1", stage: "dev", region: region, environment: environment) == url
        )
    }

    @Test(arguments: [
        ("meta.llama3-3-70b-instruct-v1:0", true, true),
        ("us.meta.llama3-3-70b-instruct-v1:0", true, true),
        ("arn:aws:bedrock:us-east-2:123456789012:inference-profile/us.meta.llama3-3-70b-instruct-v1:0", true, true),
        ("eu.amazon.nova-lite-v1:0", true, true),
        ("mistral.mistral-7b-instruct-v0:2", true, false),
        ("mistral.mistral-large-2402-v1:0", true, true),
        ("arn:aws:bedrock:us-east-2:123456789012:imported-model/abc", false, false),
        ("", false, false),
    ])
    func knowsModelFamilies(_ id: String, _ streams: Bool, _ takesSystem: Bool) {
        #expect(ModelFamily.of(id).streams == streams)
        #expect(ModelFamily.of(id).takesSystem == takesSystem)
    }

    @Test func cutsTextsThatFitTheirFrames() {
        var random = SeededGenerator(seed: 9)
        let parts = ["a", "\"", "\\", "\n", "\u{1}", "é", "😀", "👩‍👩‍👧", "e\u{301}", "/", "\u{2028}", "\u{7F}"]
        for _ in 0..<1_000 {
            let text = random.text(parts, upTo: 60)
            let encoded = ServerFrame.delta(messageId: "", seq: 0, text: text).encoded().count
            let empty = ServerFrame.delta(messageId: "", seq: 0, text: "").encoded().count
            #expect(encoded - empty <= FrameFit.jsonBytes(text), "counted too few bytes")
            let pieces = FrameFit.pieces(text, maximum: 32)
            #expect(pieces.joined().unicodeScalars.elementsEqual(text.unicodeScalars))
            #expect(pieces.allSatisfy { FrameFit.jsonBytes($0) <= 32 && !$0.isEmpty })
            #expect(FrameFit.jsonBytes(FrameFit.shortened(text, maximum: 40)) <= 40)
        }
        let pile = "e" + String(repeating: "\u{301}", count: 40_000)
        #expect(FrameFit.pieces(pile).joined().unicodeScalars.elementsEqual(pile.unicodeScalars))
    }

    @Test func doneLeavesCitationsOutRatherThanBreaking() {
        let citations = (0..<200).map {
            Citation(id: "rule-\($0)", title: String(repeating: "t", count: 100), file: "rules/a.md")
        }
        let text = String(repeating: "\"", count: 20_000)
        let frame = FrameFit.done(messageId: "m", text: text, citations: citations, usage: nil)
        #expect(frame.encoded().count <= FrameFit.limit)
        guard case .done(_, let kept, let left, _, _) = frame else { return }
        #expect(kept.hasSuffix("…") && !left.isEmpty && left.count < 200)
    }

    private let variables = [
        HandlerEnvironment.handler: "sendMessage", "AWS_REGION": "us-east-2", HandlerEnvironment.table: "t",
        "LAMBDA_TASK_ROOT": "/var/task",
    ]

    private func files(_ change: (inout BotConfiguration) -> Void = { _ in }) throws -> [String: [UInt8]] {
        var configuration = TestBot().configuration
        change(&configuration)
        return [
            "/var/task/bot.json": [UInt8](try JSONEncoder().encode(configuration)),
            "/var/task/ca.pem": Array("PEM".utf8),
        ]
    }

    @Test func readsItsPackage() throws {
        let files = try files()
        let setup = try BotSetup(variables: variables) { files[$0] }
        #expect(setup.handler == .sendMessage)
        #expect(setup.configuration == TestBot().configuration)
        #expect(setup.certificateAuthorities == "/var/task/ca.pem")
        #expect(setup.environment.partitionKey == "userId" && setup.environment.sortKey == "sessionId")
        var local = variables
        local[HandlerEnvironment.packageRoot] = "/elsewhere"
        local["LAMBDA_TASK_ROOT"] = ""
        let bare = try BotSetup(variables: local) { $0 == "/elsewhere/bot.json" ? files["/var/task/bot.json"] : nil }
        #expect(bare.certificateAuthorities == nil)
    }

    @Test(arguments: [
        ([HandlerEnvironment.handler: ""], "BOTCTL_HANDLER is not set"),
        ([HandlerEnvironment.handler: "sendMesage"], "'sendMesage', which is none of authorize, connect"),
        (["AWS_REGION": ""], "AWS_REGION is not set"),
        ([HandlerEnvironment.table: ""], "BOTCTL_TABLE is not set"),
        (["LAMBDA_TASK_ROOT": ""], "neither BOTCTL_PACKAGE_ROOT nor LAMBDA_TASK_ROOT"),
        (["LAMBDA_TASK_ROOT": "/empty"], "/empty/bot.json cannot be read"),
        ([HandlerEnvironment.certificateAuthorities: "/no.pem"], "/no.pem, which cannot be read"),
    ])
    func saysWhyItCannotStart(_ change: [String: String], _ text: String) throws {
        let files = try files()
        let error = #expect(throws: InitError.self) {
            _ = try BotSetup(variables: variables.merging(change) { $1 }) { files[$0] }
        }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("", "not a JSON object"), ("[]", "not a JSON object"),
        (#"{"version":2}"#, "version 2, this bootstrap reads 1"),
        (#"{"version":1,"name":"x"}"#, "cannot be used"),
    ])
    func saysWhatIsWrongWithItsConfiguration(_ json: String, _ text: String) {
        let error = #expect(throws: InitError.self) {
            _ = try BotSetup(variables: variables) { $0.hasSuffix("bot.json") ? Array(json.utf8) : nil }
        }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [("sendMessage", true), ("hello", false)])
    func findsThePublicAuthoritiesForTools(_ handler: String, _ isThere: Bool) throws {
        var files = try files { $0.tools = [.web("stock")] }
        files["/etc/pki/tls/certs/ca-bundle.crt"] = []
        var variables = variables
        variables[HandlerEnvironment.handler] = handler
        let setup = try BotSetup(variables: variables) { files[$0] }
        #expect((setup.webCertificateAuthorities != nil) == isThere)
        #expect(setup.configuration.tools == [.web("stock")], "tools travel in bot.json")
    }

    /// The package's authorities are AWS's own; an identity provider has another.
    @Test func findsThePublicAuthorities() throws {
        var files = try files { $0.auth.mode = .jwt }
        var variables = variables
        variables[HandlerEnvironment.handler] = "authorize"
        func web() throws -> String? {
            try BotSetup(variables: variables) { files[$0] }.webCertificateAuthorities
        }
        #expect(try web() == nil)
        files["/etc/ssl/cert.pem"] = []
        files["/etc/pki/tls/certs/ca-bundle.crt"] = []
        #expect(try web() == "/etc/pki/tls/certs/ca-bundle.crt")
        files["/own.pem"] = []
        variables[HandlerEnvironment.certificateAuthorities] = "/own.pem"
        #expect(try web() == "/own.pem")
        variables[HandlerEnvironment.handler] = "hello"
        #expect(try web() == nil)
    }

    @Test func eventsSurviveAnyJSON() throws {
        var random = SeededGenerator(seed: 13)
        let base = TestBot.event("sendMessage", body: "{}")
        for _ in 0..<2_000 {
            let event = mutated(base, &random)
            _ = try? WebSocketEvent(event)
        }
        #expect(try WebSocketEvent(base).userId == TestBot.user)
    }

    private func mutated(_ value: JSONValue, _ random: inout SeededGenerator) -> JSONValue {
        if Int.random(in: 0..<12, using: &random) == 0 {
            return random.pick([
                .null, .bool(true), .int(-1), .string(""), .string("=="), .array([.null]), .object([:]),
            ])
        }
        guard case .object(let members) = value else { return value }
        return .object(
            Dictionary(
                uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { ($0.key, mutated($0.value, &random)) }
            )
        )
    }

    @Test func decodesABase64Body() throws {
        guard case .object(var event) = TestBot.event("x", body: base64Encode(Array("{}".utf8))) else { return }
        event["isBase64Encoded"] = true
        #expect(try WebSocketEvent(.object(event)).body == Array("{}".utf8))
        event["body"] = "%%%"
        #expect(throws: EventError.self) { try WebSocketEvent(.object(event)) }
    }

    /// The rate limit lets through what it promises, whatever the arrivals.
    @Test func limitsEveryMinute() throws {
        var random = SeededGenerator(seed: 17)
        for _ in 0..<20 {
            let limit = Int.random(in: 1...10, using: &random)
            let bot = TestBot { $0.limits.messagesPerMinute = limit }
            try bot.connect()
            let start = bot.clock.time
            var admitted = 0
            let context = try bot.context(.sendMessage)
            for _ in 0..<60 {
                bot.clock.time = bot.clock.time.advanced(
                    by: .milliseconds(Int.random(in: 0...2_000, using: &random))
                )
                let rate = UserLimits(
                    context.configuration.limits,
                    table: context.table,
                    user: TestBot.user,
                    now: bot.clock.time,
                    deadline: bot.clock.time.advanced(by: .seconds(5))
                )
                do throws(RouteFailure) {
                    try rate.settle(rate.begin())
                    admitted += 1
                } catch {
                    #expect(error.code == .rateLimited && (1...60).contains(error.retryAfter ?? 0))
                }
            }
            let elapsed = start.duration(to: bot.clock.time).milliseconds
            #expect(admitted <= limit + Int(elapsed * Int64(limit) / 60_000))
            #expect(admitted >= min(limit, 60))
        }
    }
}
