import CloudFormation
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// An option that is off leaves no trace; one that is on leaves exactly its own.
@Suite struct OptionTests {
    struct Option: Sendable, CustomTestStringConvertible {
        var name: String
        var turnOn: @Sendable (inout BotSpec) -> Void
        /// Found in the template when the option is on, and not when it is off.
        var traces: [String]
        var testDescription: String { name }

        init(_ name: String, _ traces: [String], _ turnOn: @escaping @Sendable (inout BotSpec) -> Void) {
            self.name = name
            self.traces = traces
            self.turnOn = turnOn
        }
    }

    static let options = [
        Option("provisioned", ["ProvisionedThroughput", "\"PROVISIONED\""]) {
            $0.table.billing = .provisioned(read: 5, write: 5)
        },
        Option("pointInTimeRecovery", ["PointInTimeRecovery"]) { $0.table.pointInTimeRecovery = true },
        Option("deletionProtection", ["DeletionProtection"]) { $0.table.deletionProtection = true },
        Option("kmsKeyArn", ["SSESpecification", "kms:"]) { $0.table.kmsKeyArn = "arn:aws:kms:us-east-2:1:key/1" },
        Option("inference profile", ["inference-profile", "bedrock:InferenceProfileArn"]) {
            $0.model.id = "us.meta.llama3-3-70b-instruct-v1:0"
        },
        Option("fallback", ["FallbackModel", "llama3-1-8b"]) { $0.model.fallback = "meta.llama3-1-8b-instruct-v1:0" },
        Option("hybrid retrieval", ["EmbeddingsModel", "foundation-model/amazon.titan-embed-text-v2:0"]) {
            $0.retrieval = .hybrid
            $0.rules = [BotSpec.RuleDocument(file: "rules/a.md", text: "# A\n\nB.\n")]
        },
        Option("guardrail", ["AWS::Bedrock::", "BOTCTL_GUARDRAIL_ID", "BOTCTL_GUARDRAIL_VERSION", "ApplyGuardrail"]) {
            $0.guardrail = .fixture
        },
        Option("alarms", ["\"AlarmTopic\"", "\"AlarmSubscription\"", "AWS::CloudWatch::Alarm", "FailedTurns"]) {
            $0.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 1000, tokensPerDay: nil)
        },
        Option("tokensPerDay", ["AlarmOnTokenSpend", "\"Tokens\""]) {
            $0.alarms = BotSpec.Alarms(email: "ops@example.com", latency: 1000, tokensPerDay: 5)
        },
        Option("handoff", ["HandoffTopic", "HandoffSubscription", "BOTCTL_HANDOFF_TOPIC", "sns:Publish"]) {
            $0.handoff = BotSpec.Handoff(message: "Wait.", notify: "help@example.com")
        },
        Option("tracing", ["TracingConfig", "xray:"]) { $0.observability.tracing = true },
        Option("dashboard", ["AWS::CloudWatch::Dashboard"]) { $0.observability.dashboard = true },
        Option("accessLogs", ["AccessLog", "/aws/apigateway/"]) { $0.observability.accessLogs = true },
        Option("widget.host", ["AWS::S3::", "AWS::CloudFront::", "WidgetUrl", "WidgetBucketName"]) {
            $0.widget.host = true
        },
        Option("concurrency", ["ReservedConcurrentExecutions"]) { $0.limits.concurrency = 5 },
        Option("authorizer concurrency", ["ReservedConcurrentExecutions"]) { $0.authorizer.concurrency = 5 },
        Option("environment", ["\"SHOP\""]) { $0.routes[0].environment = ["SHOP": "north"] },
        Option("tags", ["\"team\""]) { $0.tags = ["team": "support"] },
    ]

    @Test(arguments: options)
    func trace(of option: Option) {
        let off = Synthesizer.template(for: .fixture()).encoded()
        let on = Synthesizer.template(for: .fixture(option.turnOn)).encoded()
        for trace in option.traces {
            #expect(!off.contains(trace), "\(trace) is there without it")
            #expect(on.contains(trace), "\(trace) is missing")
        }
        for other in Self.options where other.name != option.name {
            for trace in other.traces where !option.traces.contains(trace) && other.name != "alarms" {
                #expect(!on.contains(trace), "\(trace) comes with it")
            }
        }
    }

    /// What reaches functions through the package, or deploy through the stack's settings, is not in the template.
    @Test func whatTheTemplateDoesNotDependOn() {
        let base = Synthesizer.template(for: .fixture()).encoded()
        let changed = BotSpec.fixture {
            $0.prompt = "Another"
            $0.rules = [BotSpec.RuleDocument(file: "rules/a.md", text: "# A")]
            $0.model.temperature = 1
            $0.model.maxTokens = 1
            $0.retrieval = .lexical
            $0.history.turns = 1
            $0.history.retentionDays = 0
            $0.limits.messagesPerMinute = 1
            $0.handlers.architecture = .arm64
            $0.protect = true
            $0.account = "111122223333"
            $0.handoff = BotSpec.Handoff(message: "Nobody is told.", notify: nil)
        }
        #expect(Synthesizer.template(for: changed).encoded() == base)
    }

    @Test func reservedConcurrencyOfARouteWins() {
        let template = Synthesizer.template(
            for: .fixture {
                $0.limits.concurrency = 50
                let index = $0.routes.firstIndex { $0.key == "sendMessage" }!
                $0.routes[index].settings.concurrency = 7
            }
        )
        let set = template.resources.compactMap { $0.properties["ReservedConcurrentExecutions"] }
        #expect(set == [7])
    }

    @Test func aChangedGuardrailGetsANewVersion() {
        func version(_ change: (inout BotSpec) -> Void) -> TemplateValue? {
            Synthesizer.template(for: .fixture(change)).resource("GuardrailVersion")?.properties["Description"]
        }
        let first = version { $0.guardrail = .fixture }
        let same = version {
            $0.guardrail = .fixture
            $0.tags = ["team": "support"]
        }
        let other = version {
            $0.guardrail = .fixture
            $0.guardrail?.blockedWords = ["darn"]
        }
        #expect(first != nil)
        #expect(first == same)
        #expect(first != other)
    }
}
