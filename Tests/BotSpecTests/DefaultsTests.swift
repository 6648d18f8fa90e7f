import BotContract
import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

func load(_ text: String, stage: String = "dev", files: [String: String] = [:], region: String? = nil) -> SpecResult {
    var bytes = files.mapValues { Array($0.utf8) }
    bytes["botctl.yml"] = Array(text.utf8)
    return SpecLoader.inMemory(bytes)
        .load(projectDirectory: "", specFile: "botctl.yml", stage: stage, overrides: SpecOverrides(region: region))
}

@Suite struct DefaultsTests {
    @Test func sixLinesGetEveryDefault() throws {
        let result = load(smallestSpec)
        #expect(result.diagnostics == [])
        let function = BotSpec.FunctionSettings(memory: 256, timeout: 10, concurrency: nil)
        let reply = BotSpec.FunctionSettings(memory: 256, timeout: 29, concurrency: nil)
        func route(_ key: String, _ handler: HandlerName, _ settings: BotSpec.FunctionSettings) -> BotSpec.Route {
            BotSpec.Route(key: key, handler: handler, settings: settings, environment: [:])
        }
        #expect(
            result.spec
                == BotSpec(
                    name: "acme-support",
                    stage: "dev",
                    region: "us-east-2",
                    account: nil,
                    prompt: "You are the support agent of Acme.",
                    rules: [],
                    model: .init(
                        id: "meta.llama3-3-70b-instruct-v1:0",
                        fallback: nil,
                        maxTokens: 512,
                        temperature: 0.2
                    ),
                    retrieval: .auto,
                    history: .init(turns: 12, retentionDays: 30),
                    table: .init(
                        partitionKey: "userId",
                        sortKey: "sessionId",
                        billing: .onDemand,
                        onTeardown: .retain,
                        pointInTimeRecovery: false,
                        deletionProtection: false,
                        kmsKeyArn: nil
                    ),
                    routes: [
                        route("$connect", .connect, function),
                        route("$disconnect", .disconnect, function),
                        route("$default", .fallback, function),
                        route("feedback", .feedback, function),
                        route("handoff", .handoff, function),
                        route("hello", .hello, function),
                        route("history", .history, function),
                        route("sendMessage", .sendMessage, reply),
                    ],
                    authorizer: function,
                    auth: .init(mode: .visitor, allowedOrigins: [], issuer: nil, audience: nil, jwksUrl: nil),
                    limits: .init(
                        messageChars: 4000,
                        messagesPerMinute: 20,
                        tokensPerUserPerDay: 200_000,
                        concurrency: nil
                    ),
                    handoff: nil,
                    tools: [],
                    guardrail: nil,
                    alarms: nil,
                    observability: .init(logRetentionDays: 30, tracing: false, dashboard: false, accessLogs: false),
                    handlers: .init(path: "handlers", build: .auto, architecture: .auto, sdk: nil, image: nil),
                    throttling: .init(rate: 100, burst: 50),
                    tags: [:],
                    protect: false
                )
        )
    }
}
