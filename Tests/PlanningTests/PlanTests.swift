import CloudFormation
import Planning
import Testing

@Suite struct PlanTests {
    @Test func nothingChanged() throws {
        let plan = plan(try template(), try template())
        #expect(plan == Plan())
        #expect(plan.isEmpty)
    }

    /// The deployed template came back from CloudFormation as text.
    @Test func aTemplateReadBackIsUnchanged() throws {
        let local = try template("guardrail: { blockedWords: [x] }\nalarms: { email: ops@example.com }\n")
        #expect(plan(try Template.parse(local.encodedCompact()), local).isEmpty)
    }

    @Test func renamedTableKeyLosesData() throws {
        let lines = plan(try template(), try template("table: { partitionKey: customerId, onTeardown: delete }\n"))
            .lines
        #expect(
            lines.prefix(7) == [
                "replace Table (dataLoss)",
                "  DeletionPolicy: Retain → Delete",
                "  UpdateReplacePolicy: Retain → Delete",
                "  AttributeDefinitions[0].AttributeName: userId → customerId",
                "  KeySchema[0].AttributeName: userId → customerId [replaces]",
                "  replacement: KeySchema[0].AttributeName cannot change in place",
                "  dataLoss: the old one is deleted with its data",
            ]
        )
        #expect(lines.contains("  follows: refers to Table, which is replaced"))
        #expect(lines.contains("  Environment.Variables.BOTCTL_PARTITION_KEY: userId → customerId"))
    }

    @Test func aReplacedTableThatIsKeptIsStillALoss() throws {
        let change = try #require(plan(try template(), try template("table: { sortKey: chat }\n")).changes.first)
        #expect(change.logicalId == "Table" && change.rank == .dataLoss)
        #expect(
            change.reasons.contains(
                .init(.dataLoss, "the bot starts with an empty one; the old one and its data stay in the account")
            )
        )
    }

    @Test func removedTable() throws {
        var without = Template(description: "empty")
        without.addParameter("ArtifactKey", ["Type": "String"])
        let change = try #require(plan(try template(), without).changes.first)
        #expect(change.action == .remove && change.logicalId == "Table" && change.rank == .dataLoss)
        #expect(
            change.reasons == [
                .init(.kept, "it stays in the account, outside the stack"),
                .init(.dataLoss, "the bot loses its data, which stays in the account"),
            ]
        )
        let deleted = plan(try template("table: { onTeardown: delete }\n"), without).changes.first
        #expect(deleted?.reasons == [.init(.dataLoss, "its data is deleted")])
    }

    @Test func changedMemory() throws {
        let plan = plan(
            try template("routes: { $connect: connect, sendMessage: { handler: sendMessage, memory: 256 } }\n"),
            try template(
                "routes: { $connect: connect, sendMessage: { handler: sendMessage, memory: 512, timeout: 20 } }\n"
            )
        )
        #expect(
            plan.lines == [
                "change SendMessageFunction (cost)", "  MemorySize: 256 → 512", "  Timeout: 29 → 20",
                "  cost: a second of it costs 2 times as much",
            ]
        )
        #expect(plan.summary.change == 1 && plan.summary.add + plan.summary.replace + plan.summary.remove == 0)
    }

    @Test func addedAction() throws {
        let old = try template()
        let new = try edited(old, "\"dynamodb:UpdateItem\"", "\"dynamodb:UpdateItem\", \"dynamodb:DeleteItem\"")
        let lines = plan(old, new).lines
        #expect(lines.filter { $0.hasPrefix("change") }.allSatisfy { $0.hasSuffix("Role (widerPermission)") })
        #expect(lines.contains("  widerPermission: may now do dynamodb:DeleteItem on Table"))
    }

    @Test func removedActionIsNoWidening() throws {
        let old = try template()
        let new = try edited(old, "\"dynamodb:Query\",", "")
        let plan = plan(old, new)
        #expect(!plan.changes.isEmpty)
        #expect(plan.changes.allSatisfy { $0.rank == .other && $0.reasons.isEmpty })
    }

    @Test func widerResource() throws {
        let old = try template()
        let plan = plan(old, try edited(old, "foundation-model/meta.llama3-3-70b-instruct-v1:0", "foundation-model/*"))
        let change = try #require(plan.changes.first)
        #expect(change.logicalId == "SendMessageRole" && change.rank == .widerPermission)
        let text = try #require(change.reasons.first?.text)
        #expect(text.hasPrefix("may now do bedrock:InvokeModel") && text.hasSuffix("foundation-model/*"), "\(text)")
        let narrower = Plan(
            deployed: PlanInput(
                template: try edited(old, "foundation-model/meta.llama3-3-70b-instruct-v1:0", "foundation-model/*")
            ),
            local: PlanInput(template: old)
        )
        #expect(narrower.changes.map(\.rank) == [.other])
    }

    @Test func whoMayInvokeIsAPermissionToo() throws {
        let old = try template()
        let plan = plan(old, try edited(old, "\"apigateway.amazonaws.com\"", "\"*\""))
        let change = try #require(plan.changes.first)
        #expect(change.type == "AWS::Lambda::Permission" && change.action == .replace)
        #expect(change.rank == .replacement, "what replaces comes before what only widens")
        #expect(change.reasons.contains { $0.text.hasPrefix("lets *: may now do lambda:InvokeFunction on ") })
    }

    @Test func removedRoute() throws {
        let routes = "routes: { $connect: connect, sendMessage: sendMessage, hello: hello }\n"
        let plan = plan(try template(routes), try template("routes: { $connect: connect, sendMessage: sendMessage }\n"))
        #expect(
            plan.changes.map { "\($0.action.rawValue) \($0.logicalId)" } == [
                "remove HelloFunction", "remove HelloIntegration", "remove HelloLogGroup", "remove HelloPermission",
                "remove HelloRole", "remove HelloRoute",
            ]
        )
        #expect(plan.changes.flatMap(\.reasons) == [.init(.logsLost, "its logs are deleted")])
        #expect(plan.summary.remove == 6)
        #expect(plan.outputs.map(\.name) == ["FunctionHello"])
    }

    @Test func addedRouteBringsANewRole() throws {
        let plan = plan(
            try template("routes: { $connect: connect, sendMessage: sendMessage }\n"),
            try template("routes: { $connect: connect, sendMessage: sendMessage, hello: hello }\n")
        )
        #expect(plan.changes.allSatisfy { $0.action == .add })
        #expect(plan.changes.prefix(2).map(\.logicalId) == ["HelloPermission", "HelloRole"])
        #expect(plan.changes.prefix(2).allSatisfy { $0.rank == .widerPermission })
        #expect(plan.changes.dropFirst(2).allSatisfy { $0.rank == .other && $0.reasons.isEmpty })
    }

    @Test func newStack() throws {
        let template = try template()
        let plan = Plan(deployed: nil, local: PlanInput(template: template, parameters: parameters))
        #expect(plan.createsStack && !plan.isEmpty && plan.package == nil)
        #expect(plan.summary.add == template.resources.count)
        #expect(plan.parameters.map(\.after) == ["arm64", "bucket", "acme-support/aa.zip"])
        #expect(plan.parameters.allSatisfy { $0.before == nil })
    }

    @Test func newPackageShowsWhereItActs() throws {
        let template = try template("routes: { $connect: connect, sendMessage: sendMessage }\n")
        var changed = parameters
        changed["ArtifactKey"] = "acme-support/bb.zip"
        let plan = Plan(
            deployed: PlanInput(template: template, parameters: parameters),
            local: PlanInput(template: template, parameters: changed)
        )
        #expect(
            plan.lines == [
                "change AuthorizeFunction (other)",
                "  Code.S3Key: acme-support/aa.zip → acme-support/bb.zip",
                "change ConnectFunction (other)",
                "  Code.S3Key: acme-support/aa.zip → acme-support/bb.zip",
                "change SendMessageFunction (other)",
                "  Code.S3Key: acme-support/aa.zip → acme-support/bb.zip",
                "parameter ArtifactKey: acme-support/aa.zip → acme-support/bb.zip",
            ]
        )
        #expect(plan.package == nil)
    }

    @Test func changedTag() throws {
        let plan = plan(try template("tags: { team: a, cost: x }\n"), try template("tags: { team: b, cost: x }\n"))
        let paths = Set(plan.changes.flatMap(\.properties).map(\.path))
        #expect(paths == ["Tags[team].Value", "Tags.team"], "some types have lists of tags, some have maps")
        #expect(plan.changes.first { $0.logicalId == "Table" }?.properties.first?.after == "b")
    }

    @Test func replacementPullsOthersAlong() throws {
        let old = try template("routes: { $connect: connect, sendMessage: sendMessage }\n")
        let plan = plan(old, try edited(old, "\"ProtocolType\": \"WEBSOCKET\"", "\"ProtocolType\": \"HTTP\""))
        let replaced = Set(plan.changes.filter { $0.action == .replace }.map(\.logicalId))
        #expect(replaced.isSuperset(of: ["Api", "Authorizer", "SendMessageRoute", "SendMessageIntegration", "Stage"]))
        #expect(plan.changes.first { $0.logicalId == "Stage" }?.reasons.map(\.kind) == [.follows, .replacement])
    }

    @Test func anotherTypeUnderTheSameName() throws {
        let old = try template()
        let plan = plan(old, try edited(old, "\"AWS::ApiGatewayV2::Stage\"", "\"AWS::SNS::Topic\""))
        let change = try #require(plan.changes.first { $0.logicalId == "Stage" })
        #expect(change.action == .replace)
        #expect(change.properties.first?.path == "Type")
    }

    @Test func gravestComesFirst() throws {
        let old = try template()
        let new = try edited(
            try edited(old, "\"dynamodb:UpdateItem\"", "\"dynamodb:*\""),
            "\"AttributeName\": \"sessionId\"",
            "\"AttributeName\": \"chat\""
        )
        let ranks = plan(old, new).changes.map(\.rank)
        #expect(ranks == ranks.sorted())
        #expect(ranks.first == .dataLoss && ranks.contains(.widerPermission) && ranks.last == .other)
    }

    @Test func jsonSaysTheSame() throws {
        let plan = plan(try template(), try template("table: { partitionKey: customerId }\n"))
        let json = plan.json
        #expect(json["formatVersion"]?.intValue == 2)
        #expect(json["empty"]?.boolValue == false)
        #expect(json["changes"]?.arrayValue?.count == plan.changes.count)
        #expect(json["changes"]?[0]?["rank"]?.stringValue == "dataLoss")
        #expect(json["summary"]?["dataLoss"]?.intValue == 1)
        #expect(json["parameters"]?.arrayValue?.isEmpty == true)
        #expect(!json.encodedString().contains("null"))
        #expect(
            Plan().json.encodedString()
                == #"{"changes":[],"createsStack":false,"empty":true,"formatVersion":2,"outputs":[],"parameters":[],"#
                + #""summary":{"add":0,"change":0,"dataLoss":0,"exposed":0,"remove":0,"replace":0,"widerPermissions":0}}"#
        )
    }
}
