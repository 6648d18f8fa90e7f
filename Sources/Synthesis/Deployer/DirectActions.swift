import BotSpec

/// What botctl asks AWS for itself, beside what it leaves to CloudFormation: one line for each call of its clients.
/// `sts:GetCallerIdentity` needs no permission.
enum DirectActions {
    static func stack(_ job: DeployerPolicy.Job) -> [String] {
        let reading = ["DescribeStacks", "GetTemplate"]
        let deleting = ["DescribeStackEvents", "DeleteStack"]
        let changing = [
            "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "ListChangeSets",
            "ListStackResources", "UpdateTerminationProtection", "ContinueUpdateRollback", "CancelUpdateStack",
        ]
        let names =
            switch job {
            case .diff: reading
            case .teardown: reading + deleting
            // A creation that failed can only be deleted, and so can the empty stack of a plan that was declined.
            case .deploy, .preview: reading + deleting + changing
            }
        return names.map { "cloudformation:\($0)" }
    }

    static func bucket(_ job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff, .deploy: ["s3:ListBucket"]
        case .teardown: ["s3:ListBucketVersions"]
        case .preview: ["s3:ListBucket", "s3:ListBucketVersions"]
        }
    }

    static func objects(_ job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff: ["s3:GetObject"]
        case .deploy: ["s3:GetObject", "s3:PutObject"]
        case .teardown: ["s3:DeleteObjectVersion"]
        case .preview: objects(.deploy) + objects(.teardown)
        }
    }

    static func tokenKey(_ job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff: []
        case .deploy: ["ssm:GetParameter", "ssm:PutParameter", "ssm:AddTagsToResource"]
        case .teardown: ["ssm:DeleteParameter"]
        case .preview: tokenKey(.deploy) + tokenKey(.teardown)
        }
    }

    /// A teardown looks for tables and log groups that are no part of the stack any more.
    static func leftovers(_ job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff, .deploy: []
        case .teardown, .preview:
            [
                "dynamodb:ListTables", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:DeleteTable",
                "logs:DescribeLogGroups", "logs:DeleteLogGroup",
            ]
        }
    }
}
