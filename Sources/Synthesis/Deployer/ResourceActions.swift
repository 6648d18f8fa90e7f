package import BotSpec

/// What CloudFormation does with the caller's permissions to make, change, read and delete the resources of a type:
/// of the permissions that the type's schema lists for its handlers, those that the properties which this module
/// writes lead to. A test holds this table against the schemas, and each of their permissions that is not here
/// against a reason.
package struct ResourceActions: Sendable {
    package var type: String
    package var create: [String]
    package var read: [String]
    package var update: [String]
    package var delete: [String]

    package init(
        _ type: String,
        create: [String] = [],
        read: [String] = [],
        update: [String] = [],
        delete: [String] = []
    ) {
        self.type = type
        self.create = create
        self.read = read
        self.update = update
        self.delete = delete
    }

    /// Of a bot's template.
    /// - Parameter spec: some permissions are only needed for what it asks for.
    package static func all(for spec: BotSpec) -> [ResourceActions] {
        [
            function(spec), permission, role(spec), logGroup, table(spec), alarm, dashboard, topic, subscription,
            guardrail, guardrailVersion,
        ] + hostedWidget + api
    }

    private static func function(_ spec: BotSpec) -> ResourceActions {
        let isReserved = BotFunction.all(of: spec).contains { $0.settings.concurrency != nil }
        return ResourceActions(
            "AWS::Lambda::Function",
            create: ["lambda:CreateFunction", "lambda:TagResource", "iam:PassRole", "s3:GetObject"]
                + (isReserved ? ["lambda:PutFunctionConcurrency"] : []),
            read: [
                "lambda:GetFunction", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionRecursionConfig",
                "lambda:GetFunctionScalingConfig", "lambda:GetRuntimeManagementConfig",
            ],
            update: ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:UntagResource"]
                + (isReserved ? ["lambda:DeleteFunctionConcurrency"] : []),
            delete: ["lambda:DeleteFunction"]
        )
    }

    private static let permission = ResourceActions(
        "AWS::Lambda::Permission",
        create: ["lambda:AddPermission"],
        read: ["lambda:GetPolicy"],
        delete: ["lambda:RemovePermission"]
    )

    private static func role(_ spec: BotSpec) -> ResourceActions {
        let isBounded = spec.permissionsBoundary != nil
        return ResourceActions(
            "AWS::IAM::Role",
            create: ["iam:CreateRole", "iam:PutRolePolicy", "iam:TagRole"],
            read: ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"],
            update: [
                "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePolicy",
                "iam:UntagRole",
            ] + (isBounded ? ["iam:PutRolePermissionsBoundary"] : []),
            delete: ["iam:DeleteRole", "iam:DeleteRolePolicy"]
        )
    }

    private static let logGroup = ResourceActions(
        "AWS::Logs::LogGroup",
        create: ["logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"],
        read: [
            "logs:DescribeLogGroups", "logs:ListTagsForResource", "logs:GetDataProtectionPolicy",
            "logs:DescribeIndexPolicies", "logs:DescribeResourcePolicies",
        ],
        update: ["logs:UntagResource"],
        delete: ["logs:DeleteLogGroup"]
    )

    private static func table(_ spec: BotSpec) -> ResourceActions {
        let backups = spec.table.pointInTimeRecovery ? ["dynamodb:UpdateContinuousBackups"] : []
        let key = spec.table.kmsKeyArn == nil ? [] : ["kms:CreateGrant", "kms:DescribeKey"]
        return ResourceActions(
            "AWS::DynamoDB::Table",
            create: ["dynamodb:CreateTable", "dynamodb:TagResource", "dynamodb:UpdateTimeToLive"] + backups + key,
            read: [
                "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups",
                "dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination",
                "dynamodb:GetResourcePolicy", "dynamodb:ListTagsOfResource",
            ],
            update: ["dynamodb:UpdateTable", "dynamodb:UntagResource"],
            delete: ["dynamodb:DeleteTable"]
        )
    }

    private static let alarm = ResourceActions(
        "AWS::CloudWatch::Alarm",
        create: ["cloudwatch:PutMetricAlarm", "cloudwatch:TagResource"],
        read: ["cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"],
        update: ["cloudwatch:UntagResource"],
        delete: ["cloudwatch:DeleteAlarms"]
    )

    private static let dashboard = ResourceActions(
        "AWS::CloudWatch::Dashboard",
        create: ["cloudwatch:PutDashboard"],
        read: ["cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"],
        delete: ["cloudwatch:DeleteDashboards"]
    )

    private static let topic = ResourceActions(
        "AWS::SNS::Topic",
        create: ["sns:CreateTopic", "sns:TagResource"],
        read: [
            "sns:GetTopicAttributes", "sns:GetDataProtectionPolicy", "sns:ListSubscriptionsByTopic",
            "sns:ListTagsForResource",
        ],
        update: ["sns:SetTopicAttributes", "sns:UntagResource"],
        delete: ["sns:DeleteTopic"]
    )

    private static let subscription = ResourceActions(
        "AWS::SNS::Subscription",
        create: ["sns:Subscribe"],
        read: ["sns:GetSubscriptionAttributes"],
        delete: ["sns:Unsubscribe"]
    )

    private static let guardrail = ResourceActions(
        "AWS::Bedrock::Guardrail",
        create: ["bedrock:CreateGuardrail", "bedrock:TagResource"],
        read: ["bedrock:GetGuardrail", "bedrock:ListTagsForResource"],
        update: ["bedrock:UpdateGuardrail", "bedrock:UntagResource"],
        delete: ["bedrock:DeleteGuardrail"]
    )

    private static let guardrailVersion = ResourceActions(
        "AWS::Bedrock::GuardrailVersion",
        create: ["bedrock:CreateGuardrailVersion"],
        read: ["bedrock:GetGuardrail"],
        delete: ["bedrock:DeleteGuardrail"]
    )

    /// API Gateway's actions are HTTP's methods; what they may touch is said by the paths. Tags are put and deleted
    /// at `/tags/`.
    private static let api = ["Api", "Authorizer", "Integration", "Route", "Stage"].map { name in
        ResourceActions(
            "AWS::ApiGatewayV2::\(name)",
            create: name == "Api" ? ["apigateway:POST", "apigateway:PUT"] : ["apigateway:POST"],
            read: ["apigateway:GET"],
            update: ["apigateway:PATCH"],
            delete: ["apigateway:DELETE"]
        )
    }
}
