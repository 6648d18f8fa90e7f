import BotSpec
import CloudFormation
import HandlerBuild
import Planning
import Synthesis
import TestSupport
import Testing

/// A project before and after somebody's change. The plans between them are kept as goldens, in all three forms.
struct PlanCase: Sendable, CustomTestStringConvertible {
    var name: String
    /// What follows the required keys in the spec; `nil` where nothing is deployed.
    var before: String?
    var after: String
    /// Replaced in the new template, for changes that no spec makes.
    var edit: (old: String, new: String)?
    /// The texts of `rules/returns.md`.
    var rules: (before: String, after: String) = (PlanCase.returns, PlanCase.returns)
    var prompt: (before: String, after: String) = (PlanCase.usual, PlanCase.usual)
    /// The handlers' program was built anew.
    var hasNewProgram = false

    var testDescription: String { name }

    static let usual = "You are the support agent of Acme."
    static let returns =
        "# Returns\n\nThirty days, unused, with the receipt.\n\n## Gifts\n\nA voucher instead of money.\n"

    init(_ name: String, _ before: String?, _ after: String, edit: (old: String, new: String)? = nil) {
        self.name = name
        self.before = before
        self.after = after
        self.edit = edit
    }

    init(
        _ name: String,
        prompt: String = PlanCase.usual,
        rules: String = PlanCase.returns,
        hasNewProgram: Bool = false
    ) {
        self.init(name, "", "")
        self.prompt.after = prompt
        self.rules.after = rules
        self.hasNewProgram = hasNewProgram
    }

    func plan() throws -> Plan {
        let old = try before.map {
            try side($0, prompt.before, rules.before, key: "acme-support/dev/aa.zip", program: 1)
        }
        var new = try side(
            after,
            prompt.after,
            rules.after,
            key: "acme-support/dev/bb.zip",
            program: hasNewProgram ? 2 : 1
        )
        if old?.package == new.package { new.parameters["ArtifactKey"] = old?.parameters["ArtifactKey"] }
        if let edit {
            let text = new.template.encoded()
            try #require(text.contains(edit.old), "nothing to edit: \(edit.old)")
            new.template = try Template.parse(text.replacing(edit.old, with: edit.new))
        }
        return Plan(deployed: old, local: new)
    }

    private func side(
        _ yaml: String,
        _ prompt: String,
        _ rules: String,
        key: String,
        program: UInt32
    ) throws -> PlanInput {
        let lines = prompt.split(separator: "\n", omittingEmptySubsequences: false).map { "\n  \($0)" }.joined()
        let head = smallestSpec.replacing("prompt: \(Self.usual)", with: "prompt: |-\(lines)")
        let files = [
            "botctl.yml": Array((head + "rules: rules\n" + yaml).utf8), "rules/returns.md": Array(rules.utf8),
        ]
        let result = SpecLoader.inMemory(files).load(projectDirectory: "", specFile: "botctl.yml", stage: "dev")
        let spec = try #require(result.spec, "\(name): \(result.diagnostics)")
        let configuration = try HandlerPackage.configurationJSON(for: spec, embeddings: nil)
        let sum = configuration.utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
        return PlanInput(
            template: Synthesizer.template(for: spec),
            parameters: ["ArtifactBucket": "bucket", "ArtifactKey": key, "Architecture": "arm64"],
            package: PackageContents(
                files: [
                    .init(name: "bootstrap", size: 18_000_000, crc32: program),
                    .init(name: "bot.json", size: configuration.utf8.count, crc32: sum),
                    .init(name: "ca.pem", size: 5_000, crc32: 3),
                ],
                configuration: configuration
            )
        )
    }

    private static let provisioned = "table: { billing: { read: 5, write: 5 } }\n"
    private static let alarms = "alarms: { email: ops@example.com }\n"
    private static let guardrail = "guardrail: { blockedWords: [secret], blockedMessage: Not that. }\n"
    private static let jwt =
        "auth: { mode: jwt, issuer: https://id.example.com, audience: bot, jwksUrl: https://id.example.com/keys }\n"
    private static let key = "arn:aws:kms:us-east-2:111122223333:key/0f0f0f0f-0000-4000-8000-000000000000"
    private static let fewRoutes = "routes: { $connect: connect, sendMessage: sendMessage }\n"

    static let all: [PlanCase] = tables + access + functions + models + people + watching + packages + whole

    private static let tables = [
        PlanCase("table-partition-key", "", "table: { partitionKey: customerId }\n"),
        PlanCase("table-sort-key", "", "table: { sortKey: chat }\n"),
        PlanCase("table-key-and-delete", "", "table: { partitionKey: customerId, onTeardown: delete }\n"),
        PlanCase("table-delete-on-teardown", "", "table: { onTeardown: delete }\n"),
        PlanCase("table-retain-on-teardown", "table: { onTeardown: delete }\n", ""),
        PlanCase("table-provisioned", "", provisioned),
        PlanCase("table-more-capacity", provisioned, "table: { billing: { read: 20, write: 10 } }\n"),
        PlanCase("table-less-capacity", "table: { billing: { read: 20, write: 10 } }\n", provisioned),
        PlanCase("table-on-demand", provisioned, ""),
        PlanCase("table-backups-on", "", "table: { pointInTimeRecovery: true }\n"),
        PlanCase("table-backups-off", "table: { pointInTimeRecovery: true }\n", ""),
        PlanCase("table-protection-on", "", "table: { deletionProtection: true }\n"),
        PlanCase("table-protection-off", "table: { deletionProtection: true }\n", ""),
        PlanCase("table-own-key", "", "table: { kmsKeyArn: \"\(key)\" }\n"),
        PlanCase("table-own-key-gone", "table: { kmsKeyArn: \"\(key)\" }\n", ""),
        PlanCase("table-removed", "", "", edit: ("\"AWS::DynamoDB::Table\"", "\"AWS::S3::Bucket\"")),
    ]

    private static let access = [
        PlanCase("role-all-of-dynamodb", "", "", edit: ("\"dynamodb:UpdateItem\"", "\"dynamodb:*\"")),
        PlanCase("role-one-more-action", "", "", edit: ("\"dynamodb:Query\"", "\"dynamodb:Query\", \"dynamodb:Scan\"")),
        PlanCase("role-fewer-actions", "", "", edit: ("\"dynamodb:Query\",", "")),
        PlanCase(
            "role-every-model",
            "",
            "",
            edit: ("foundation-model/meta.llama3-3-70b-instruct-v1:0", "foundation-model/*")
        ),
        PlanCase("role-for-everybody", "", "", edit: ("\"Service\": \"lambda.amazonaws.com\"", "\"AWS\": \"*\"")),
        PlanCase("permission-for-everybody", "", "", edit: ("\"apigateway.amazonaws.com\"", "\"*\"")),
        PlanCase("permission-without-source", "", "", edit: ("\"SourceArn\"", "\"EventSourceToken\"")),
        PlanCase("connect-without-authorizer", "", "", edit: ("\"CUSTOM\"", "\"NONE\"")),
        PlanCase("auth-signed", "", "auth: { mode: signed }\n"),
        PlanCase("auth-back-to-visitor", "auth: { mode: signed }\n", ""),
        PlanCase("auth-jwt", "auth: { mode: signed }\n", jwt),
        PlanCase("origins-first", "", "auth: { allowedOrigins: [https://shop.example.com] }\n"),
        PlanCase(
            "origins-one-more",
            "auth: { allowedOrigins: [https://shop.example.com] }\n",
            "auth: { allowedOrigins: [https://shop.example.com, https://blog.example.com] }\n"
        ),
        PlanCase("origins-none", "auth: { allowedOrigins: [https://shop.example.com] }\n", ""),
    ]

    private static let functions = [
        PlanCase("memory-up", "", "routes: { $connect: connect, hello: { handler: hello, memory: 512 } }\n"),
        PlanCase(
            "memory-up-in-place",
            fewRoutes,
            "routes: { $connect: connect, sendMessage: { handler: sendMessage, memory: 768 } }\n"
        ),
        PlanCase(
            "memory-down",
            "routes: { $connect: connect, sendMessage: { handler: sendMessage, memory: 768 } }\n",
            fewRoutes
        ),
        PlanCase(
            "timeout",
            fewRoutes,
            "routes: { $connect: connect, sendMessage: { handler: sendMessage, timeout: 20 } }\n"
        ),
        PlanCase(
            "environment",
            fewRoutes,
            "routes: { $connect: connect, sendMessage: { handler: sendMessage, environment: { SHOP: north } } }\n"
        ),
        PlanCase("concurrency", "", "limits: { concurrency: 50 }\n"),
        PlanCase("route-added", fewRoutes, "routes: { $connect: connect, sendMessage: sendMessage, hello: hello }\n"),
        PlanCase("route-removed", "routes: { $connect: connect, sendMessage: sendMessage, hello: hello }\n", fewRoutes),
        PlanCase("throttling", "", "throttling: { rate: 20, burst: 10 }\n"),
        PlanCase("api-protocol", "", "", edit: ("\"ProtocolType\": \"WEBSOCKET\"", "\"ProtocolType\": \"HTTP\"")),
        PlanCase("another-type", "", "", edit: ("\"AWS::ApiGatewayV2::Stage\"", "\"AWS::SNS::Topic\"")),
    ]

    private static let models = [
        PlanCase("history-turns", "", "history: { turns: 6 }\n"),
        PlanCase("history-kept-for-ever", "", "history: { retentionDays: 0 }\n"),
        PlanCase("retrieval-lexical", "", "retrieval: lexical\n"),
        PlanCase("limits-up", "", "limits: { messagesPerMinute: 60, tokensPerUserPerDay: 900000 }\n"),
        PlanCase("limits-down", "", "limits: { messageChars: 500, tokensPerUserPerDay: 1000 }\n"),
        PlanCase("guardrail-on", "", guardrail),
        PlanCase("guardrail-off", guardrail, ""),
        PlanCase("guardrail-words", guardrail, guardrail.replacing("[secret]", with: "[secret, price]")),
    ]

    private static let people = [
        PlanCase("handoff-on", "", "handoff: { message: A colleague takes over., notify: help@example.com }\n"),
        PlanCase(
            "handoff-another-address",
            "handoff: { message: Soon., notify: help@example.com }\n",
            "handoff: { message: Soon., notify: people@example.com }\n"
        ),
        PlanCase("handoff-off", "handoff: { message: Soon., notify: help@example.com }\n", ""),
    ]

    private static let watching = [
        PlanCase("alarms-on", "", alarms),
        PlanCase("alarms-off", alarms, ""),
        PlanCase("alarms-another-address", alarms, "alarms: { email: night@example.com }\n"),
        PlanCase("dashboard-on", "", "observability: { dashboard: true }\n"),
        PlanCase("widget-hosted", "", "widget: { host: true }\n"),
        PlanCase("widget-no-longer-hosted", "widget: { host: true }\n", ""),
        PlanCase("tracing-on", "", "observability: { tracing: true }\n"),
        PlanCase("access-logs-on", "", "observability: { accessLogs: true }\n"),
        PlanCase("logs-kept-longer", "", "observability: { logRetentionDays: 365 }\n"),
        PlanCase("logs-kept-shorter", "", "observability: { logRetentionDays: 7 }\n"),
        PlanCase("tags", "tags: { team: a, cost: x }\n", "tags: { team: b, cost: x }\n"),
    ]

    private static let packages = [
        PlanCase("prompt", prompt: "You are the support agent of Acme.\nGreet every customer with «ahoy»."),
        PlanCase(
            "prompt-that-looks-like-markdown",
            prompt: "```\n<script>alert(1)</script>\n</details>\n@everybody #1 |"
        ),
        PlanCase("rule-changed", rules: returns.replacing("Thirty", with: "Sixty")),
        PlanCase("rule-section-added", rules: returns + "\n## Sale\n\nNo returns on sale items.\n"),
        PlanCase("handlers", hasNewProgram: true),
    ]

    private static let whole = [
        PlanCase("nothing", "", ""),
        PlanCase("new-stack", nil, ""),
        PlanCase("new-stack-with-everything", nil, alarms + guardrail + "observability: { dashboard: true }\n"),
        PlanCase(
            "all-at-once",
            "",
            alarms + provisioned + "auth: { mode: signed }\nlimits: { concurrency: 5 }\n",
            edit: ("\"dynamodb:UpdateItem\"", "\"dynamodb:*\"")
        ),
    ]
}
