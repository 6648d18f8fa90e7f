import BotSpec
import CloudFormation

/// On what each action may be used, and under which condition.
struct ResourcePermissions {
    let scope: DeployerScope
    let spec: BotSpec

    /// - Parameter type: the resource's, where CloudFormation needs the action for one.
    func add(_ action: String, of type: String = "", to statements: inout PolicyStatements) {
        let resources = type.hasPrefix("AWS::S3::") ? [scope.widgetBucket] : resources(of: action)
        statements.allow([action], on: resources, when: condition(of: action))
    }

    private func resources(of action: String) -> [String] {
        let parts = action.split(separator: ":").map(String.init)
        let stack = scope.stack
        switch (parts[0], parts[1]) {
        // These list, and know no resources of their own
        // (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
        case ("logs", "DescribeLogGroups"), ("logs", "DescribeResourcePolicies"), ("cloudwatch", "DescribeAlarms"),
            ("dynamodb", "ListTables"), ("bedrock", "CreateGuardrail"):
            return ["*"]
        case ("lambda", _): return [scope.arn("lambda", "function:\(stack)-*")]
        case ("iam", _): return [scope.roles]
        case ("logs", _):
            let groups =
                ["/aws/lambda/\(stack)-*"] + (spec.observability.accessLogs ? ["/aws/apigateway/\(stack)"] : [])
            return groups.flatMap { [scope.arn("logs", "log-group:\($0)"), scope.arn("logs", "log-group:\($0):*")] }
        case ("dynamodb", _): return [scope.arn("dynamodb", "table/\(stack)-*")]
        case ("kms", _): return [spec.table.kmsKeyArn ?? "*"]
        case ("s3", _): return [scope.bucketARN("/\(scope.bot)/\(scope.stage)/*")]
        // The ids of distributions and access controls are random, and not known before.
        case ("cloudfront", _):
            return [
                scope.globalARN("cloudfront", "distribution/*"),
                scope.globalARN("cloudfront", "origin-access-control/*"),
            ]
        case ("sns", _): return [scope.arn("sns", "\(stack)-*")]
        case ("bedrock", _): return [scope.arn("bedrock", "guardrail/*")]
        case ("cloudwatch", "PutDashboard"), ("cloudwatch", "GetDashboard"), ("cloudwatch", "DeleteDashboards"):
            return [scope.globalARN("cloudwatch", "dashboard/\(stack)")]
        case ("cloudwatch", "ListTagsForResource") where spec.observability.dashboard && spec.alarms == nil:
            return [scope.globalARN("cloudwatch", "dashboard/\(stack)")]
        case ("cloudwatch", "ListTagsForResource") where spec.observability.dashboard:
            return [scope.arn("cloudwatch", "alarm:\(stack)-*"), scope.globalARN("cloudwatch", "dashboard/\(stack)")]
        case ("cloudwatch", _): return [scope.arn("cloudwatch", "alarm:\(stack)-*")]
        // An API's id is a random word, so its path says nothing of whose it is; see `denyOthers`.
        case ("apigateway", _): return [api("apis"), api("apis/*"), api("tags/*")]
        default: return ["*"]
        }
    }

    private func condition(of action: String) -> TemplateValue? {
        switch action {
        case "iam:PassRole":
            return ["StringEquals": ["iam:PassedToService": "lambda.amazonaws.com"]]
        case "iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary":
            return spec.permissionsBoundary.map { ["StringEquals": ["iam:PermissionsBoundary": .string($0)]] }
        // Guardrails have random ids; by their tags they can be told apart.
        case "bedrock:CreateGuardrail":
            return tags("aws:RequestTag")
        case "bedrock:GetGuardrail", "bedrock:UpdateGuardrail", "bedrock:DeleteGuardrail",
            "bedrock:CreateGuardrailVersion", "bedrock:ListTagsForResource", "bedrock:UntagResource":
            return tags("aws:ResourceTag")
        case "bedrock:TagResource":
            return tags("aws:RequestTag")
        case "kms:CreateGrant", "kms:DescribeKey":
            return ["StringEquals": ["kms:ViaService": .string("dynamodb.\(scope.region).\(urlSuffix)")]]
        default: return nil
        }
    }

    private func tags(_ key: String) -> TemplateValue {
        [
            "StringLike": .map(
                TemplateMap([("\(key)/botctl:bot", .string(scope.bot)), ("\(key)/botctl:stage", .string(scope.stage))])
            )
        ]
    }

    /// What carries the tags of another bot or stage is none of this deployer's business. A denial, because AWS does
    /// not say for which parts of an API its tags count: one that does not apply denies nothing, where a condition of
    /// what is allowed that does not apply would allow nothing.
    /// A distribution's id is as random, and its tags count everywhere, but by this way there is no doubt of it.
    func denyOthers(_ statements: inout PolicyStatements) {
        deny(["apigateway:*"], on: api("*"), &statements)
        if spec.widget.host { deny(["cloudfront:*"], on: scope.globalARN("cloudfront", "distribution/*"), &statements) }
    }

    private func deny(_ actions: [String], on resource: String, _ statements: inout PolicyStatements) {
        for (tag, value) in [("botctl:bot", scope.bot), ("botctl:stage", scope.stage)] {
            let key = "aws:ResourceTag/\(tag)"
            statements.deny(
                actions,
                on: [resource],
                when: [
                    "Null": .map(TemplateMap([(key, "false")])),
                    "StringNotLike": .map(TemplateMap([(key, .string(value))])),
                ]
            )
        }
    }

    private func api(_ path: String) -> String { "arn:\(scope.partition):apigateway:\(scope.region)::/\(path)" }

    private var urlSuffix: String { scope.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com" }
}
