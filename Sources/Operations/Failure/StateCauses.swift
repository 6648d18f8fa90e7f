extension KnownCause {
    static let state: [KnownCause] = [
        KnownCause(
            "AWS401",
            saying: ["already exists in stack"],
            example: "acme-support-dev-hello already exists in stack arn:aws:cloudformation:us-"
                + "east-2:111122223333:stack/other/1",
            means: "another stack has a resource of this name",
            wayOut: "choose another `name` or stage, or delete the other stack",
            specPath: "name"
        ),
        KnownCause(
            "AWS402",
            of: "AWS::Logs::LogGroup",
            saying: ["already exists"],
            example: "/aws/lambda/acme-support-dev-hello already exists",
            means: "a log group of an earlier bot is left",
            wayOut: "delete it with `aws logs delete-log-group`, or run `botctl teardown` first",
            specPath: "name"
        ),
        KnownCause(
            "AWS403",
            of: "AWS::S3::Bucket",
            saying: ["not available"],
            example: "The requested bucket name is not available. The bucket namespace is shared by all "
                + "users of the system.",
            means: "somebody else's account has the bucket's name",
            wayOut: "the name holds your account's number: ask AWS support whose bucket it is"
        ),
        KnownCause(
            "AWS404",
            of: "AWS::S3::Bucket",
            saying: ["not empty"],
            example: "The bucket you tried to delete is not empty. You must delete all versions in the "
                + "bucket.",
            means: "the bucket still holds versions",
            wayOut: "empty it, versions and all, then try again"
        ),
        KnownCause(
            "AWS406",
            of: "AWS::DynamoDB",
            saying: ["protected against deletion"],
            example: "Resource cannot be deleted as it is currently protected against deletion. Disable "
                + "deletion protection first.",
            means: "the table is protected",
            wayOut: "set `table.deletionProtection: false` and deploy, then try again",
            specPath: "table.deletionProtection"
        ),
        KnownCause(
            "AWS407",
            of: "AWS::DynamoDB",
            saying: ["still in use"],
            example: "Attempt to change a resource which is still in use: Table is being updated: acme-"
                + "support-dev-Table",
            means: "the table is still busy with an earlier change",
            wayOut: "wait a minute, then deploy again",
            specPath: "table"
        ),
        KnownCause(
            "AWS408",
            saying: ["terminationprotection is enabled"],
            example: "Stack [acme-support-prod] cannot be deleted while TerminationProtection is enabled",
            means: "the stage is protected",
            wayOut: "set `protect: false` and deploy, then tear it down",
            specPath: "protect"
        ),
        KnownCause(
            "AWS409",
            saying: ["cannot be executed in its current status"],
            example: "ChangeSet [botctl-1] cannot be executed in its current status of [OBSOLETE]",
            means: "somebody else changed the stack after the plan was made",
            wayOut: "deploy again, to a new plan"
        ),
        KnownCause(
            "AWS410",
            saying: ["_in_progress state and can not be updated"],
            example: "Stack:arn:aws:cloudformation:us-east-2:111122223333:stack/acme/1 is in "
                + "UPDATE_IN_PROGRESS state and can not be updated.",
            means: "somebody else is deploying this stack",
            wayOut: "wait for the end, then deploy again"
        ),
        KnownCause(
            "AWS411",
            of: "AWS::Lambda::Permission",
            saying: ["statement id"],
            example: "The statement id (acme) provided already exists. Please provide a new statement id, "
                + "or remove the existing statement.",
            means: "the function has a permission of this name that no stack has made",
            wayOut: "remove it with `aws lambda remove-permission`, then deploy again"
        ),
        KnownCause(
            "AWS405",
            saying: ["already exist"],
            example: "Function already exist: acme-support-dev-hello",
            means: "something of this name is in the account, and no stack has made it",
            wayOut: "delete or rename it, or choose another `name` or stage",
            specPath: "name"
        ),
    ]
}
