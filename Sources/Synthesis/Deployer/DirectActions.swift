import BotSpec

/// What botctl asks AWS for itself, beside what it leaves to CloudFormation: one line for each call of its clients.
/// `sts:GetCallerIdentity` needs no permission.
enum DirectActions {
    static func stack(_ job: DeployerPolicy.Job) -> [String] {
        let reading = ["DescribeStacks", "GetTemplate"]
        let deleting = ["DescribeStackEvents", "DeleteStack"]
        let changing = [
            "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "ListChangeSets",
            "ListStackResources", "UpdateTerminationProtection", "ContinueUpdateRollback", "RollbackStack",
            "CancelUpdateStack",
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
        // A deployment takes away what a hotswap has left.
        case .deploy: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
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

    /// What shows when the functions have their code: after a hotswap, and in express mode.
    static func functions(_ job: DeployerPolicy.Job) -> [String] {
        switch job {
        case .diff, .teardown: []
        case .deploy, .preview: ["lambda:GetFunctionConfiguration"]
        }
    }

    /// The file of `widget: { host: true }`.
    static func widget(_ job: DeployerPolicy.Job) -> [String] {
        let emptying = ["s3:ListBucketVersions", "s3:DeleteObjectVersion"]
        return switch job {
        case .diff: []
        case .teardown: emptying
        case .deploy, .preview: ["s3:GetObject", "s3:PutObject"] + emptying
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
