import BotContract
import CloudFormation
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// What each handler's role may do, written out: a change here is a change of what a bot may do.
@Suite struct PermissionTests {
    static let logs = ["logs:CreateLogStream", "logs:PutLogEvents"]
    static let posts = ["execute-api:ManageConnections"]
    static let models = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]

    static let actions: [(role: String, actions: [String])] = [
        ("Authorize", logs + ["ssm:GetParameter"]),
        ("Connect", logs + ["dynamodb:PutItem"]),
        ("Disconnect", logs + ["dynamodb:UpdateItem"]),
        ("Default", logs + posts),
        ("Hello", logs + ["dynamodb:Query", "dynamodb:UpdateItem", "ssm:GetParameter"] + posts),
        ("SendMessage", logs + ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"] + posts + models),
        ("History", logs + ["dynamodb:GetItem", "dynamodb:Query"] + posts),
        ("Feedback", logs + ["dynamodb:GetItem", "dynamodb:UpdateItem"] + posts),
        ("Handoff", logs + ["dynamodb:GetItem", "dynamodb:UpdateItem"] + posts),
    ]

    @Test(arguments: actions)
    func exactActions(role: String, actions: [String]) {
        let template = Synthesizer.template(for: .fixture())
        #expect(statements(of: role, in: template).flatMap(\.actions) == actions)
    }

    @Test func theTokenKeyIsForTheModesThatUseIt() {
        for mode in BotConfiguration.Auth.Mode.allCases {
            let template = Synthesizer.template(for: .fixture { $0.auth.mode = mode })
            for (role, actions) in Self.actions {
                let expected = mode == .jwt ? actions.filter { $0 != "ssm:GetParameter" } : actions
                #expect(statements(of: role, in: template).flatMap(\.actions) == expected, "\(mode) \(role)")
            }
            #expect(template.encoded().contains(HandlerEnvironment.tokenKeyParameter) == (mode != .jwt))
        }
    }

    @Test func everyRoleIsListed() {
        let roles = Synthesizer.template(for: .fixture()).resources.filter { $0.type == "AWS::IAM::Role" }
        #expect(roles.map { String($0.id.text.dropLast("Role".count)) } == Self.actions.map(\.role))
    }

    @Test func optionsAddTheirActionsOnly() {
        let template = Synthesizer.template(for: .fixture(GoldenCase.everything))
        let tracing = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
        let read = ["kms:Decrypt", "kms:DescribeKey"]
        let write = ["kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        for (role, actions) in Self.actions {
            var expected = Set(actions + tracing)
            if actions.contains(where: { $0.hasPrefix("dynamodb:") }) { expected.formUnion(read) }
            if actions.contains("dynamodb:PutItem") || actions.contains("dynamodb:UpdateItem") {
                expected.formUnion(write)
            }
            if role == "SendMessage" { expected.insert("bedrock:ApplyGuardrail") }
            if role == "Handoff" { expected.insert("sns:Publish") }
            #expect(Set(statements(of: role, in: template).flatMap(\.actions)) == expected, "\(role)")
        }
    }

    /// The function that calls tools gets just their targets; no other function gets anything.
    @Test func toolsAreCalledByTheirOwnNames() {
        let plain = Synthesizer.template(for: .fixture())
        let template = Synthesizer.template(for: .fixture(GoldenCase.tools))
        for (role, _) in Self.actions where role != "SendMessage" && role != "Handoff" {
            #expect(
                statements(of: role, in: template).map(\.description)
                    == statements(of: role, in: plain).map(\.description)
            )
        }
        let added = statements(of: "SendMessage", in: template).filter {
            $0.actions.contains { !Self.given.contains($0) }
        }
        #expect(
            added.map(\.description) == [
                #"Handoff: ["sns:Publish"] on ["{\"Ref\":\"HandoffTopic\"}"]"#,
                #"Tools: ["lambda:InvokeFunction"] on ["arn:aws:lambda:us-east-2:111122223333:function:orders", "#
                    + #""arn:aws:lambda:us-east-2:111122223333:function:refunds:live"]"#,
                #"ToolSecrets: ["ssm:GetParameter"] on "#
                    + #"["arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/acme/stock-key"]"#,
            ]
        )
    }

    private static let given = Set(actions.first { $0.role == "SendMessage" }?.actions ?? [])

    @Test func onlyTracingNamesNoResource() {
        for golden in GoldenCase.all {
            let template = Synthesizer.template(for: golden.spec)
            for role in template.resources where role.type == "AWS::IAM::Role" {
                for statement in statements(of: String(role.id.text.dropLast("Role".count)), in: template) {
                    let open = statement.resources.contains { $0.contains("*") && !$0.hasSuffix("POST/@connections/*") }
                    #expect(open == (statement.sid == "Tracing"), "\(golden.name) \(role.id) \(statement)")
                    #expect(statement.actions.allSatisfy { !$0.contains("*") })
                }
            }
        }
    }

    @Test(arguments: [
        (
            "meta.llama3-3-70b-instruct-v1:0", "us-east-2",
            ["us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0"]
        ),
        (
            "us.meta.llama3-3-70b-instruct-v1:0", "us-east-2",
            [
                "${AWS::Region}:${AWS::AccountId}:inference-profile/us.meta.llama3-3-70b-instruct-v1:0",
                "us-east-1::foundation-model/meta.llama3-3-70b-instruct-v1:0",
                "us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0",
                "us-west-1::foundation-model/meta.llama3-3-70b-instruct-v1:0",
                "us-west-2::foundation-model/meta.llama3-3-70b-instruct-v1:0",
            ]
        ),
        (
            "au.anthropic.claude-haiku-4-5-20251001-v1:0", "ap-southeast-2",
            [
                "${AWS::Region}:${AWS::AccountId}:inference-profile/au.anthropic.claude-haiku-4-5-20251001-v1:0",
                "ap-southeast-2::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
                "ap-southeast-4::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
            ]
        ),
        (
            "arn:aws:bedrock:us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0", "us-east-2",
            ["us-east-2::foundation-model/meta.llama3-3-70b-instruct-v1:0"]
        ),
        (
            "arn:aws:bedrock:ap-southeast-2:111122223333:inference-profile/au.amazon.nova-2-lite-v1:0",
            "ap-southeast-2",
            [
                "ap-southeast-2:111122223333:inference-profile/au.amazon.nova-2-lite-v1:0",
                "ap-southeast-2::foundation-model/amazon.nova-2-lite-v1:0",
                "ap-southeast-4::foundation-model/amazon.nova-2-lite-v1:0",
            ]
        ),
        (
            "arn:aws:bedrock:us-east-2:111122223333:application-inference-profile/abc123", "us-east-2",
            ["us-east-2:111122223333:application-inference-profile/abc123", "*::foundation-model/*"]
        ),
        (
            "arn:aws:bedrock:us-east-2:111122223333:provisioned-model/abc123", "us-east-2",
            ["us-east-2:111122223333:provisioned-model/abc123"]
        ),
        (
            "global.amazon.nova-2-lite-v1:0", "eu-west-2",
            [
                "${AWS::Region}:${AWS::AccountId}:inference-profile/global.amazon.nova-2-lite-v1:0",
                "eu-west-2::foundation-model/amazon.nova-2-lite-v1:0",
                "::foundation-model/amazon.nova-2-lite-v1:0",
            ]
        ),
    ])
    func modelResources(model: String, region: String, resources: [String]) {
        let template = Synthesizer.template(
            for: .fixture {
                $0.region = region
                $0.model.id = model
            }
        )
        let granted = statements(of: "SendMessage", in: template).filter { $0.actions == Self.models }
        let actual = granted.flatMap(\.resources).map { $0.replacing("arn:${AWS::Partition}:", with: "arn:aws:") }
        #expect(actual == resources.map { "arn:aws:bedrock:\($0)" })
        // The models behind a profile answer through the profile only.
        #expect(granted.map(\.conditional) == (granted.count == 2 ? [false, true] : [false]))
    }

    @Test func apiGatewayCallsEachFunctionForItsRouteOnly() {
        let template = Synthesizer.template(for: .fixture())
        let sources = template.resources.filter { $0.type == "AWS::Lambda::Permission" }.map {
            "\($0.properties["FunctionName"]?["Ref"]?.string ?? "") \($0.properties["SourceArn"]?["Fn::Sub"]?.string ?? "")"
        }
        let api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}"
        #expect(
            sources == [
                "AuthorizeFunction \(api)/authorizers/${Authorizer}", "ConnectFunction \(api)/dev/$connect",
                "DisconnectFunction \(api)/dev/$disconnect", "DefaultFunction \(api)/dev/$default",
                "HelloFunction \(api)/dev/hello", "SendMessageFunction \(api)/dev/sendMessage",
                "HistoryFunction \(api)/dev/history", "FeedbackFunction \(api)/dev/feedback",
                "HandoffFunction \(api)/dev/handoff",
            ]
        )
    }

    struct Statement: CustomStringConvertible {
        var sid: String
        var actions: [String]
        var resources: [String]
        var conditional: Bool
        var description: String { "\(sid): \(actions) on \(resources)" }
    }

    private func statements(of prefix: String, in template: Template) -> [Statement] {
        let policies = template.resource("\(prefix)Role")?.properties["Policies"]?.list ?? []
        return policies.flatMap { $0["PolicyDocument"]?["Statement"]?.list ?? [] }.map { statement in
            let resource = statement["Resource"]!
            return Statement(
                sid: statement["Sid"]?.string ?? "",
                actions: statement["Action"]?.list?.compactMap(\.string) ?? [],
                resources: (resource.list ?? [resource]).map {
                    $0["Fn::Sub"]?.string ?? $0.string ?? $0.encodedCompact()
                },
                conditional: statement["Condition"] != nil
            )
        }
    }
}
