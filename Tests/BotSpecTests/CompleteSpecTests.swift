import BotContract
import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

/// Every key of schema version 1, each with a value that is not its default.
@Suite struct CompleteSpecTests {
    static let text = """
        version: 1
        name: acme
        region: us-west-2
        account: 012345678901
        prompt: >-
          Be kind.
          Be brief.
        rules: rules.md
        protect: true
        deployment: express
        tags: { team: support, build: 1.10, "cost:center": "é" }
        retrieval: hybrid
        embeddings: { model: amazon.titan-embed-text-v2:0, dimensions: 512 }
        model: { id: us.meta.llama3-3-70b-instruct-v1:0, fallback: meta.llama3-1-8b-instruct-v1:0, maxTokens: 0x100, temperature: 1 }
        history: { turns: 5, retentionDays: 0 }
        table:
          partitionKey: customer
          sortKey: item
          billing: { read: 10, write: 20 }
          onTeardown: delete
          pointInTimeRecovery: true
          deletionProtection: false
          kmsKeyArn: arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
        routes:
          sendMessage: { handler: sendMessage, memory: 512, timeout: 20, environment: { SHOP_URL: https://x.y, LEVEL: 3 } }
          ask: { handler: sendMessage, memory: 300 }
          $default: default
          $disconnect: disconnect
          $connect: { memory: 128 }
          hello: { concurrency: 7 }
        authorizer: { memory: 192, timeout: 3, concurrency: 9 }
        auth: { mode: visitor, allowedOrigins: ["https://www.example.com", "http://localhost:3000"] }
        limits: { messageChars: 100, messagesPerMinute: 1, tokensPerUserPerDay: 1000, concurrency: 4 }
        handoff: { message: A colleague will take over., notify: a.b+c@example.co.uk, triggers: { unanswered: 3, model: false } }
        tools:
          - name: order_status
            description: Finds an order
            input: { type: object, properties: { id: { type: string, maxLength: 9 }, "x/y": { enum: [~, true, 1.5] } }, required: [id] }
            target: { lambda: "arn:aws:lambda:us-west-2:123456789012:function:orders:live" }
            timeout: 5
            confirm: true
          - { name: stock, description: Looks into the store, target: { https: "https://api.example.com:8443/stock?x=1", headers: { X-Shop: 7, Authorization: { ssm: /acme/key } } } }
        guardrail:
          deniedTopics: [{ name: law, definition: Legal advice, examples: [Can I sue?] }]
          blockedWords: [darn]
          profanity: true
          pii: [{ type: EMAIL, action: anonymize }, { type: US_SOCIAL_SECURITY_NUMBER, action: block }]
          grounding: 0.7
          relevance: 0
          blockedMessage: No.
        alarms: { email: ops@example.com, latency: 5000, tokensPerDay: 1000000 }
        observability: { logRetentionDays: 365, tracing: true, dashboard: true, accessLogs: true }
        handlers: { path: bot, build: sdk, architecture: x86_64, sdk: swift-6.3-static }
        throttling: { rate: 5, burst: 6 }
        stages: {}
        """

    @Test func everyKeyArrivesInTheModel() throws {
        let result = load(Self.text, files: ["rules.md": "# Rules"])
        #expect(
            result.diagnostics.map(\.code).sorted() == ["BOT614", "BOT717"],
            "\(DiagnosticReport(result.diagnostics).text())"
        )
        let spec = try #require(result.spec)
        func route(
            _ key: String,
            _ handler: HandlerName,
            _ memory: Int = 256,
            _ timeout: Int = 10,
            _ concurrency: Int? = nil,
            _ environment: [String: String] = [:]
        ) -> BotSpec.Route {
            let settings = BotSpec.FunctionSettings(memory: memory, timeout: timeout, concurrency: concurrency)
            return BotSpec.Route(key: key, handler: handler, settings: settings, environment: environment)
        }
        #expect(spec.account == "012345678901", "digits as they are written")
        #expect(spec.prompt == "Be kind. Be brief.")
        #expect(spec.rules == [.init(file: "rules.md", text: "# Rules")])
        #expect(spec.protect && spec.deployment == .express)
        #expect(spec.tags == ["team": "support", "build": "1.10", "cost:center": "é"])
        #expect(spec.retrieval == .hybrid)
        let (id, fallback) = ("us.meta.llama3-3-70b-instruct-v1:0", "meta.llama3-1-8b-instruct-v1:0")
        #expect(spec.model == .init(id: id, fallback: fallback, maxTokens: 256, temperature: 1))
        #expect(spec.history == .init(turns: 5, retentionDays: 0))
        #expect(
            spec.table
                == .init(
                    partitionKey: "customer",
                    sortKey: "item",
                    billing: .provisioned(read: 10, write: 20),
                    onTeardown: .delete,
                    pointInTimeRecovery: true,
                    deletionProtection: false,
                    kmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                )
        )
        #expect(
            spec.routes == [
                route("$connect", .connect, 128), route("$disconnect", .disconnect), route("$default", .fallback),
                route("ask", .sendMessage, 300, 29, 4), route("hello", .hello, 256, 10, 7),
                route("sendMessage", .sendMessage, 512, 20, 4, ["SHOP_URL": "https://x.y", "LEVEL": "3"]),
            ]
        )
        #expect(spec.authorizer == .init(memory: 192, timeout: 3, concurrency: 9))
        #expect(spec.auth.allowedOrigins == ["https://www.example.com", "http://localhost:3000"])
        #expect(
            spec.limits == .init(messageChars: 100, messagesPerMinute: 1, tokensPerUserPerDay: 1000, concurrency: 4)
        )
        let message = "A colleague will take over."
        #expect(spec.handoff == .init(message: message, notify: "a.b+c@example.co.uk", unansweredTurns: 3))
        #expect(spec.alarms == .init(email: "ops@example.com", latency: 5000, tokensPerDay: 1_000_000))
        #expect(spec.observability == .init(logRetentionDays: 365, tracing: true, dashboard: true, accessLogs: true))
        #expect(
            spec.handlers
                == .init(path: "bot", build: .sdk, architecture: .intel, sdk: "swift-6.3-static", image: nil)
        )
        #expect(spec.throttling == .init(rate: 5, burst: 6))
        checkTools(spec)
        checkGuardrail(spec)
    }

    private func checkTools(_ spec: BotSpec) {
        let schema =
            #"{"properties":{"id":{"maxLength":9,"type":"string"},"x/y":{"enum":[null,true,1.5]}},"#
            + #""required":["id"],"type":"object"}"#
        #expect(
            spec.tools == [
                .init(
                    name: "order_status",
                    description: "Finds an order",
                    inputSchema: schema,
                    target: .lambda(arn: "arn:aws:lambda:us-west-2:123456789012:function:orders:live"),
                    timeout: 5,
                    confirm: true
                ),
                .init(
                    name: "stock",
                    description: "Looks into the store",
                    inputSchema: #"{"properties":{},"type":"object"}"#,
                    target: .https(
                        url: "https://api.example.com:8443/stock?x=1",
                        headers: [
                            .init(name: "Authorization", parameter: "/acme/key"), .init(name: "X-Shop", value: "7"),
                        ]
                    ),
                    timeout: 10,
                    confirm: false
                ),
            ]
        )
    }

    private func checkGuardrail(_ spec: BotSpec) {
        #expect(
            spec.guardrail
                == .init(
                    deniedTopics: [.init(name: "law", definition: "Legal advice", examples: ["Can I sue?"])],
                    blockedWords: ["darn"],
                    profanity: true,
                    pii: [
                        .init(type: "EMAIL", action: .anonymize),
                        .init(type: "US_SOCIAL_SECURITY_NUMBER", action: .block),
                    ],
                    grounding: 0.7,
                    relevance: 0,
                    blockedMessage: "No."
                )
        )
    }

    @Test(arguments: [
        ("table: { billing: provisioned }", BotSpec.Table.Billing.provisioned(read: 5, write: 5)),
        ("table: { billing: on-demand }", .onDemand), ("table: {}", .onDemand), ("table:", .onDemand),
    ])
    func billingHasThreeForms(_ text: String, _ billing: BotSpec.Table.Billing) {
        #expect(load(smallestSpec + text).spec?.table.billing == billing)
    }

    @Test(arguments: ["guardrail: {}", "guardrail:", "handoff: ~", "alarms: {}", "tools: []", "rules:", "stages:"])
    func emptyMeansOff(_ text: String) {
        #expect(load(smallestSpec + text).spec == load(smallestSpec).spec)
        #expect(load(smallestSpec + text).diagnostics == [])
    }

    /// A stage's keys are the base's, so that what the schema learns is not forgotten there.
    @Test func everyKeyOfTheSchemaIsInTheCompleteSpec() {
        for key in SpecKeys.root where key != "promptFile" {
            #expect(Self.text.contains("\n\(key):") || Self.text.hasPrefix("\(key):"), "\(key)")
        }
    }

    /// The repository is itself a bot project.
    @Test func theRepositorysOwnSpecIsValid() {
        for stage in ["dev", "prod", "pr-1"] {
            let result = SpecLoader.live.load(projectDirectory: Repository.root, stage: stage)
            #expect(result.spec != nil, "\(DiagnosticReport(result.diagnostics).text())")
        }
    }

    @Test func whatHandlersWriteIsReserved() throws {
        let layout = try #require(readText(Repository.path("handlers/Sources/BotContract/TableLayout.swift")))
        let body = try #require(
            layout.split(separator: "public enum Attribute {").last?.split(separator: "    }\n").first
        )
        let names = body.split(separator: "\n").compactMap { line -> String? in
            let parts = line.split(separator: "\"")
            return line.contains("public static let") && parts.count > 1 ? String(parts[1]) : nil
        }
        #expect(names.count > 10)
        #expect(Set(names) == TableLayout.Attribute.reserved)
    }
}
