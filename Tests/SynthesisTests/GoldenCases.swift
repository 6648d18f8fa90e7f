import BotContract
import TestSupport
import Testing

@testable import BotSpec

/// The specs whose templates are kept as goldens: each shows one part of the spec, `everything` all of it.
struct GoldenCase: Sendable, CustomTestStringConvertible {
    let name: String
    let spec: BotSpec

    var testDescription: String { name }

    init(_ name: String, _ change: (inout BotSpec) -> Void = { _ in }) {
        self.name = name
        spec = .fixture(change)
    }

    static let all: [GoldenCase] = [
        GoldenCase("minimal"),
        GoldenCase("everything", everything),
        GoldenCase("provisioned-table") {
            $0.table.billing = .provisioned(read: 5, write: 5)
            $0.table.onTeardown = .delete
        },
        GoldenCase("guarded-table") {
            $0.table.partitionKey = "customer"
            $0.table.sortKey = "chat"
            $0.table.pointInTimeRecovery = true
            $0.table.deletionProtection = true
            $0.table.kmsKeyArn = kmsKey
        },
        GoldenCase("fallback-model") { $0.model.fallback = "meta.llama3-1-8b-instruct-v1:0" },
        GoldenCase("inference-profile") { $0.model.id = "us.meta.llama3-3-70b-instruct-v1:0" },
        GoldenCase("global-profile") {
            $0.region = "eu-central-1"
            $0.model.id = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
            $0.model.fallback = "eu.amazon.nova-lite-v1:0"
        },
        GoldenCase("guardrail") { $0.guardrail = .fixture },
        GoldenCase("profanity-guardrail") {
            $0.guardrail = .empty
            $0.guardrail?.profanity = true
        },
        GoldenCase("alarms") {
            $0.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 10000, tokensPerDay: nil)
        },
        GoldenCase("token-alarm") {
            $0.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 4000, tokensPerDay: 2_000_000)
        },
        GoldenCase("observability") {
            $0.observability = BotSpec.Observability(
                logRetentionDays: 365,
                tracing: true,
                dashboard: true,
                accessLogs: true
            )
        },
        GoldenCase("jwt") {
            $0.auth = BotSpec.Auth(
                mode: .jwt,
                allowedOrigins: [],
                issuer: "https://id.example.com/",
                audience: "shop-chat",
                jwksUrl: "https://id.example.com/keys"
            )
        },
        GoldenCase("own-routes") {
            $0.routes = [
                .fixture("$connect", .connect), .fixture("$disconnect", .disconnect), .fixture("ask", .sendMessage),
                .fixture("order/ask", .sendMessage), .fixture("connect", .hello),
            ]
            $0.routes[2].settings = BotSpec.FunctionSettings(memory: 512, timeout: 20, concurrency: 5)
            $0.routes[2].environment = ["SHOP": "north", "CURRENCY": "€ ${not} a variable"]
            $0.limits.concurrency = 50
            $0.authorizer = BotSpec.FunctionSettings(memory: 128, timeout: 3, concurrency: 10)
        },
        GoldenCase("handoff") { $0.handoff = .init(message: "A colleague will help.", notify: "help@example.com") },
        GoldenCase("hosted-widget") { $0.widget.host = true },
        GoldenCase("tools", tools),
        GoldenCase("bounded-roles") { $0.permissionsBoundary = "arn:aws:iam::111122223333:policy/bots" },
        GoldenCase("parameters", parameters),
        GoldenCase("tagged-stage") {
            $0.stage = "prod"
            $0.tags = ["team": "support", "cost-center": "4711"]
            $0.throttling = BotSpec.Throttling(rate: 500, burst: 200)
        },
    ]

    private static let kmsKey = "arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    /// The stage's values, from the text of a spec to its template.
    static func parameters(_ spec: inout BotSpec) {
        let text =
            smallestSpec.replacing("of Acme", with: "of ${shop}") + """
                parameters: { shop: Acme, mail: ops@example.com, days: 7, read: 5 }
                alarms: { email: "${mail}" }
                observability: { logRetentionDays: "${days}" }
                table: { billing: { read: "${read}", write: 5 } }
                routes: { $connect: connect, $disconnect: disconnect, hello: hello, sendMessage: { handler: sendMessage, environment: { SHOP: "${shop} (${stage})" } } }
                stages: { prod: { parameters: { shop: Acme Ltd, mail: prod@example.com, days: 90, read: 20 } } }
                """
        let loader = SpecLoader.inMemory(["botctl.yml": Array(text.utf8)])
        if let loaded = loader.load(projectDirectory: "", specFile: "botctl.yml", stage: "prod").spec { spec = loaded }
    }

    static func tools(_ spec: inout BotSpec) {
        let orders = "arn:aws:lambda:us-east-2:111122223333:function:orders"
        let secret = BotConfiguration.Header(name: "Authorization", parameter: "/acme/stock-key")
        func tool(_ name: String, _ target: BotSpec.Tool.Target, confirm: Bool = false) -> BotSpec.Tool {
            BotSpec.Tool(
                name: name,
                description: "A tool",
                inputSchema: #"{"properties":{},"type":"object"}"#,
                target: target,
                timeout: 10,
                confirm: confirm
            )
        }
        spec.tools = [
            tool("orderStatus", .lambda(arn: orders)),
            tool("cancelOrder", .lambda(arn: orders), confirm: true),
            tool("refund", .lambda(arn: "arn:aws:lambda:us-east-2:111122223333:function:refunds:live"), confirm: true),
            tool("stock", .https(url: "https://api.example.com/stock", headers: [secret])),
            tool("opening", .https(url: "https://api.example.com/opening")),
        ]
        spec.handoff = BotSpec.Handoff(message: "A colleague will help.", notify: "help@example.com", byModel: true)
    }

    static func everything(_ spec: inout BotSpec) {
        spec.stage = "prod"
        spec.model.id = "us.meta.llama3-3-70b-instruct-v1:0"
        spec.model.fallback = "us.meta.llama3-1-8b-instruct-v1:0"
        spec.table.pointInTimeRecovery = true
        spec.table.deletionProtection = true
        spec.table.kmsKeyArn = kmsKey
        spec.limits.concurrency = 50
        spec.authorizer.concurrency = 20
        for index in spec.routes.indices {
            spec.routes[index].environment = ["SHOP": "north"]
            spec.routes[index].settings.concurrency = spec.routes[index].handler == .sendMessage ? nil : 10
        }
        spec.guardrail = .fixture
        spec.handoff = BotSpec.Handoff(message: "A colleague will help.", notify: "help@example.com")
        spec.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 8000, tokensPerDay: 5_000_000)
        spec.observability = BotSpec.Observability(
            logRetentionDays: 90,
            tracing: true,
            dashboard: true,
            accessLogs: true
        )
        spec.widget.host = true
        spec.tags = ["team": "support"]
        spec.protect = true
    }
}
