import CloudFormation
import Synthesis
import TestSupport
import Testing

@testable import BotSpec

/// What a deployer may do, held against AWS's own schemas.
@Suite struct DeployerPolicyTests {
    static let account = "111122223333"
    static let types = ResourceActions.all(
        for: .fixture {
            GoldenCase.everything(&$0)
            $0.permissionsBoundary = "arn:aws:iam::111122223333:policy/bots"
        }
    )

    /// Permissions of the schemas' create, read, update and delete handlers that no property we write leads to.
    static let unneeded: [(reason: String, types: String, actions: [String])] = [
        (
            "no VPC, file system or capacity provider", "AWS::Lambda::Function",
            [
                "ec2:", "elasticfilesystem:", "s3files:", "lambda:PassCapacityProvider",
                "lambda:PutFunctionScalingConfig",
            ]
        ),
        (
            "no code signing, layer, runtime pin, recursion setting or version", "AWS::Lambda::Function",
            [
                "lambda:AssociateRuntimeAlias", "lambda:GetCodeSigningConfig", "lambda:GetLayerVersion",
                "lambda:PutFunctionRecursionConfig", "lambda:PutRuntimeManagementConfig", "lambda:PublishVersion",
                "lambda:DeleteFunctionCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig", "s3:GetObjectVersion",
            ]
        ),
        (
            "a bucket without all of these, whose one file is put there by botctl", "AWS::S3::Bucket",
            [
                "iam:PassRole", "s3tables:", "s3:PutBucketAbac", "s3:PutAnalyticsConfiguration", "s3:PutBucketCORS",
                "s3:PutInventoryConfiguration", "s3:PutLifecycleConfiguration", "s3:PutMetricsConfiguration",
                "s3:PutBucketNotification", "s3:PutBucketReplication", "s3:PutBucketWebsite",
                "s3:PutAccelerateConfiguration", "s3:PutReplicationConfiguration", "s3:PutObjectAcl",
                "s3:PutBucketObjectLockConfiguration", "s3:GetBucketAcl", "s3:DeleteObject", "s3:PutBucketLogging",
                "s3:PutBucketVersioning", "s3:PutObjectLockConfiguration", "s3:PutIntelligentTieringConfiguration",
                "s3:CreateBucketMetadataTableConfiguration", "s3:PutBucketAcl",
                "s3:DeleteBucketMetadataTableConfiguration", "s3:UpdateBucketMetadataJournalTableConfiguration",
                "s3:UpdateBucketMetadataInventoryTableConfiguration",
                "s3:UpdateBucketMetadataAnnotationTableConfiguration", "s3:DeleteBucketWebsite",
                "s3:DeleteBucketAnalyticsConfiguration", "s3:DeleteBucketCors", "s3:DeleteBucketMetricsConfiguration",
                "s3:DeleteBucketEncryption", "s3:DeleteBucketLifecycle", "s3:DeleteBucketReplication",
            ]
        ),
        (
            "no connection group, origin in a VPC or staging", "AWS::CloudFront::Distribution",
            [
                "cloudfront:CreateConnectionGroup", "cloudfront:GetConnectionGroup", "cloudfront:GetVpcOrigin",
                "cloudfront:UpdateDistributionWithStagingConfig",
            ]
        ),
        ("no customer key but the table's", "AWS::Lambda::Function AWS::Bedrock::", ["kms:"]),
        (
            "a table's key is used through DynamoDB, which needs a grant only", "AWS::DynamoDB::Table",
            [
                "kms:Decrypt", "kms:Encrypt", "kms:ListAliases", "kms:RevokeGrant",
            ]
        ),
        (
            "no replica, import, stream, resource policy, insights; no items are touched", "AWS::DynamoDB::Table",
            [
                "dynamodb:AssociateTableReplica", "dynamodb:CreateTableReplica", "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan",
                "dynamodb:UpdateItem", "dynamodb:ImportTable", "dynamodb:DescribeImport", "dynamodb:PutResourcePolicy",
                "dynamodb:DeleteResourcePolicy", "dynamodb:EnableKinesisStreamingDestination",
                "dynamodb:DisableKinesisStreamingDestination", "dynamodb:UpdateKinesisStreamingDestination",
                "dynamodb:UpdateContributorInsights", "iam:CreateServiceLinkedRole", "kinesis:", "logs:", "s3:",
            ]
        ),
        (
            "roles have inline policies only, and keep their boundary", "AWS::IAM::Role",
            [
                "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:DeleteRolePermissionsBoundary",
            ]
        ),
        (
            "groups have days, tags and nothing else", "AWS::Logs::LogGroup",
            [
                "firehose:", "s3:", "logs:CreateLogDelivery", "logs:PutBearerTokenAuthentication",
                "logs:PutDataProtectionPolicy", "logs:DeleteDataProtectionPolicy", "logs:PutIndexPolicy",
                "logs:DeleteIndexPolicy", "logs:PutResourcePolicy", "logs:DeleteResourcePolicy", "logs:AssociateKmsKey",
                "logs:DisassociateKmsKey", "logs:DeleteRetentionPolicy", "logs:PutLogGroupDeletionProtection",
            ]
        ),
        (
            "no tags on dashboards", "AWS::CloudWatch::Dashboard",
            ["cloudwatch:TagResource", "cloudwatch:UntagResource"]
        ),
        (
            "topics deliver mail, and their subscriptions are resources of their own", "AWS::SNS::",
            [
                "iam:GetRole", "iam:PassRole", "sns:PutDataProtectionPolicy", "sns:SetSubscriptionAttributes",
            ]
        ),
        ("subscriptions are resources of their own", "AWS::SNS::Topic", ["sns:Subscribe", "sns:Unsubscribe"]),
        (
            "no OpenAPI body, no role of API Gateway; tags are PUT with the API", "AWS::ApiGatewayV2::",
            [
                "s3:", "iam:PassRole", "apigateway:PUT",
            ]
        ),
        (
            "IAM knows no such actions: tags are PUT and DELETE at /tags/", "AWS::ApiGatewayV2::Stage",
            [
                "apigateway:TagResource", "apigateway:UntagResource",
            ]
        ),
    ]

    /// Each permission that AWS lists for a type is in our table, or has a reason not to be; none of ours is invented.
    @Test func theTableIsThatOfTheSchemas() throws {
        let output = try Python.run("Tests/SynthesisTests/handler_permissions.py", [Repository.root])
        var listed: [String: Set<String>] = [:]
        for line in output.lines {
            let cells = line.split(separator: "\t").map(String.init)
            if cells.count == 3, cells[1] != "list" {
                listed[cells[0], default: []].formUnion(cells[2].split(separator: " ").map(String.init))
            }
        }
        #expect(Set(listed.keys) == Set(Self.types.map(\.type)), "a type of the templates without its row")
        var used: Set<String> = []
        for type in Self.types {
            let ours = Set(type.create + type.read + type.update + type.delete)
            let theirs = try #require(listed[type.type])
            #expect(ours.subtracting(theirs) == [], "\(type.type) is not said to need these")
            for action in theirs.subtracting(ours) {
                let reason = Self.unneeded.first { entry in
                    entry.types.split(separator: " ").contains { type.type.hasPrefix($0) }
                        && entry.actions.contains { $0.hasSuffix(":") ? action.hasPrefix($0) : action == $0 }
                }
                if let reason { used.insert(reason.reason) } else { Issue.record("\(type.type) needs \(action)") }
            }
        }
        #expect(used.count == Set(Self.unneeded.map(\.reason)).count, "a reason for nothing")
    }

    static let cases: [(name: String, spec: BotSpec, job: DeployerPolicy.Job)] = [
        ("policy-deploy", .fixture(), .deploy), ("policy-diff", .fixture(), .diff),
        ("policy-teardown", .fixture(), .teardown), ("policy-preview", preview, .preview),
        ("policy-everything", .fixture(GoldenCase.everything), .deploy), ("policy-bounded", bounded, .deploy),
    ]

    static let preview = BotSpec.fixture {
        $0.stage = "pr-99999"
        $0.pattern = StagePattern("pr-*")
    }

    static let bounded = BotSpec.fixture { $0.permissionsBoundary = "arn:aws:iam::111122223333:policy/bots" }

    @Test(arguments: cases.indices)
    func policy(_ index: Int) {
        let (name, spec, job) = Self.cases[index]
        expectGolden(DeployerPolicy.document(job, for: spec, account: Self.account).encodedPretty(), "\(name).json")
    }

    /// With names as long as they can be, a managed policy holds what a plain bot needs, and a role's own policies
    /// what one with everything needs.
    @Test(arguments: DeployerPolicy.Job.allCases)
    func policiesFit(job: DeployerPolicy.Job) {
        func size(_ change: (inout BotSpec) -> Void) -> Int {
            let spec = BotSpec.fixture { spec in
                change(&spec)
                spec.name = String(repeating: "n", count: AWSLimit.stackName.length - "-pr-99999".count)
                spec.region = "ap-southeast-2"
                spec.stage = "pr-99999"
                spec.pattern = StagePattern("pr-*")
            }
            return DeployerPolicy.size(DeployerPolicy.document(job, for: spec, account: Self.account))
        }
        #expect(size { _ in } <= DeployerPolicy.managedLimit)
        #expect(size(GoldenCase.everything) <= DeployerPolicy.inlineLimit)
    }

    /// A star stands alone only where an action knows no resources; else names say whose it is.
    @Test func resourcesAreNamed() throws {
        let listing: Set<String> = [
            "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "cloudwatch:DescribeAlarms",
            "dynamodb:ListTables", "bedrock:CreateGuardrail",
        ]
        for (name, spec, job) in Self.cases {
            let statements = DeployerPolicy.document(job, for: spec, account: Self.account)["Statement"]?.list ?? []
            #expect(!statements.isEmpty)
            for statement in statements where statement["Effect"] == "Allow" {
                let actions = texts(statement["Action"])
                #expect(!actions.contains { $0.hasSuffix("*") }, "\(name)")
                for resource in texts(statement["Resource"]) {
                    if resource == "*" {
                        #expect(Set(actions).subtracting(listing) == [], "\(name)")
                    } else {
                        let isNamed =
                            resource.contains("acme") || resource.contains(":apigateway:")
                            || resource.contains("botctl-artifacts-\(Self.account)")
                            || (resource.contains(":guardrail/") && statement["Condition"] != nil)
                            || resource.contains(":foundation-model/") || resource.contains(":kms:")
                            || resource.contains(":cloudfront::")
                        #expect(isNamed, "\(name): \(resource)")
                    }
                }
            }
        }
    }

    @Test func previewsAreThoseOfThePatternOnly() {
        let text = DeployerPolicy.document(.preview, for: Self.preview, account: Self.account).encodedPretty()
        #expect(text.contains("stack/acme-support-pr-*/*") && text.contains("role/botctl/acme-support/pr-*/*"))
        #expect(!text.contains("99999") && !text.contains("acme-support-*") && !text.contains("acme-support/*"))
    }

    @Test func partitionsHaveTheirARNs() {
        for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
            let spec = BotSpec.fixture { $0.region = region }
            let text = DeployerPolicy.document(.deploy, for: spec, account: Self.account).encodedPretty()
            #expect(text.contains("\"arn:\(partition):lambda:\(region):"))
            #expect(!text.contains("\"arn:aws:"))
        }
    }

    private func texts(_ value: TemplateValue?) -> [String] {
        value?.string.map { [$0] } ?? value?.list?.compactMap(\.string) ?? []
    }
}
