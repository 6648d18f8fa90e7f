extension KnownCause {
    static let permissions: [KnownCause] = [
        KnownCause(
            "AWS301",
            saying: ["explicit deny in a service control policy"],
            example: "User: arn:aws:sts::111122223333:assumed-role/ci/1 is not authorized to perform: "
                + "bedrock:CreateGuardrail on resource: * with an explicit deny in a service control "
                + "policy",
            means: "the organisation forbids it, whatever the user's own permissions are",
            wayOut: "ask who administers the organisation, or choose another account or region"
        ),
        KnownCause(
            "AWS302",
            saying: ["explicit deny in a resource control policy"],
            example: "is not authorized to perform: s3:PutBucketPolicy on resource: \"arn:aws:s3:::b\" with "
                + "an explicit deny in a resource control policy",
            means: "the organisation forbids it for this resource, whoever asks",
            wayOut: "ask who administers the organisation"
        ),
        KnownCause(
            "AWS303",
            saying: ["permissions boundary"],
            example: "is not authorized to perform: iam:CreateRole on resource: role because no "
                + "permissions boundary allows the iam:CreateRole action",
            means: "the deployer's permissions boundary leaves it out",
            wayOut: "have the boundary extended by the action that the message names"
        ),
        KnownCause(
            "AWS304",
            saying: ["session policy"],
            example: "is not authorized to perform: lambda:CreateFunction because no session policy allows"
                + " the lambda:CreateFunction action",
            means: "the session was opened with fewer permissions than its role has",
            wayOut: "sign in without a session policy, or with one that has the action"
        ),
        KnownCause(
            "AWS305",
            saying: ["not authorized to perform: iam:passrole"],
            example: "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole "
                + "on resource: arn:aws:iam::111122223333:role/acme",
            means: "the deployer may make roles, but not hand them to Lambda",
            wayOut: "allow `iam:PassRole` on the stack's roles to lambda.amazonaws.com"
        ),
        KnownCause(
            "AWS306",
            saying: ["cloudwatch logs role arn must be set"],
            example: "CloudWatch Logs role ARN must be set in account settings to enable logging",
            means: "API Gateway has no role in this account and region by which it could write logs",
            wayOut: "set `observability.accessLogs: false`, or set the role once in API Gateway's "
                + "settings",
            specPath: "observability.accessLogs"
        ),
        KnownCause(
            "AWS307",
            of: "AWS::Lambda",
            saying: ["role defined for the function cannot be assumed"],
            example: "The role defined for the function cannot be assumed by Lambda.",
            means: "IAM had not yet told Lambda of the new role",
            wayOut: "deploy again"
        ),
        KnownCause(
            "AWS308",
            saying: ["tag policy"],
            example: "The tag policy does not allow the specified value for the following tag key: 'team'.",
            means: "the organisation's tag policy refuses one of the tags",
            wayOut: "write a value that the policy allows",
            specPath: "tags"
        ),
        KnownCause(
            "AWS309",
            saying: ["hook(s) failed"],
            example: "The following hook(s) failed: [Org::Security::Check]",
            means: "a hook of the account or organisation refused the change",
            wayOut: "read the hook's own message in the stack's events; its owner says what it wants"
        ),
        KnownCause(
            "AWS310",
            saying: ["denied by stack policy"],
            example: "Action denied by stack policy: Statement [#1] does not allow [Update:*] for resource"
                + " [Table]",
            means: "somebody has put a stack policy on this stack",
            wayOut: "change the policy with `aws cloudformation set-stack-policy`, then deploy again"
        ),
        KnownCause(
            "AWS311",
            saying: ["security token included in the request is expired"],
            example: "The security token included in the request is expired",
            means: "the credentials ended while CloudFormation was working with them",
            wayOut: "sign in again, then deploy again"
        ),
        KnownCause(
            "AWS312",
            saying: ["kms", "not authorized"],
            example: "User is not authorized to perform: kms:DescribeKey on resource: arn:aws:kms:us-"
                + "east-2:111122223333:key/1",
            means: "the key's policy does not let the deployer or the service use it",
            wayOut: "allow it in the key's policy, or leave `table.kmsKeyArn` out",
            specPath: "table.kmsKeyArn"
        ),
        KnownCause(
            "AWS313",
            saying: ["kms", "pending deletion"],
            example: "KMS key arn:aws:kms:us-east-2:111122223333:key/1 is pending deletion.",
            means: "the key is about to be deleted",
            wayOut: "cancel the deletion, or name another `table.kmsKeyArn`",
            specPath: "table.kmsKeyArn"
        ),
        KnownCause(
            "AWS314",
            saying: ["kms", "disabled"],
            example: "KMS key arn:aws:kms:us-east-2:111122223333:key/1 is disabled.",
            means: "the key is disabled",
            wayOut: "enable it, or name another `table.kmsKeyArn`",
            specPath: "table.kmsKeyArn"
        ),
        KnownCause(
            "AWS315",
            saying: ["not authorized to perform"],
            example: "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: "
                + "lambda:CreateFunction on resource: f",
            means: "the deployer lacks a permission",
            wayOut: "allow the action that the message names"
        ),
    ]
}
