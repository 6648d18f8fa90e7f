extension KnownCause {
    static let services: [KnownCause] = [
        KnownCause(
            "AWS501",
            of: "AWS::Lambda",
            saying: ["getobject", "nosuchkey"],
            example: "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The "
                + "specified key does not exist.",
            means: "the package has gone from the artifact bucket",
            wayOut: "deploy again: it is uploaded anew"
        ),
        KnownCause(
            "AWS502",
            of: "AWS::Lambda",
            saying: ["getobject", "permanentredirect"],
            example: "Error occurred while GetObject. S3 Error Code: PermanentRedirect. S3 Error Message: "
                + "The bucket is in this region: us-east-1.",
            means: "the artifact bucket is in another region than the bot",
            wayOut: "see who changed the stack's parameter ArtifactBucket, then deploy again"
        ),
        KnownCause(
            "AWS503",
            of: "AWS::Lambda",
            saying: ["getobject", "accessdenied"],
            example: "Your access has been denied by S3, please make sure your request credentials have "
                + "permission to GetObject. S3 Error Code: AccessDenied.",
            means: "the deployer may not read the artifact bucket",
            wayOut: "allow `s3:GetObject` on it"
        ),
        KnownCause(
            "AWS504",
            of: "AWS::Lambda",
            saying: ["arm64", "not supported"],
            example: "Architecture arm64 is not supported in this Region.",
            means: "the region has no arm64 functions",
            wayOut: "write `handlers: { architecture: x86_64 }`",
            specPath: "handlers.architecture"
        ),
        KnownCause(
            "AWS505",
            of: "AWS::SNS",
            saying: ["email"],
            example: "Invalid parameter: Email address",
            means: "SNS does not take the address",
            wayOut: "correct it in `alarms.email` or `handoff.notify`",
            specPath: "alarms.email"
        ),
        KnownCause(
            "AWS506",
            saying: ["requires capabilities"],
            example: "Requires capabilities : [CAPABILITY_NAMED_IAM]",
            means: "the template makes roles, and the call did not say that it may",
            wayOut: "update botctl: it says so by itself"
        ),
        KnownCause(
            "AWS507",
            saying: ["express", "mode"],
            example: "Stack was created in EXPRESS deployment mode; finish the operation in EXPRESS mode "
                + "before using STANDARD mode.",
            means: "an operation in express mode failed, and only express mode can finish it",
            wayOut: "deploy again in the mode that failed, or tear the stage down"
        ),
        KnownCause(
            "AWS508",
            saying: ["cannot be assumed", "cloudformation"],
            example: "Role arn:aws:iam::111122223333:role/cfn is invalid or cannot be assumed by "
                + "cloudformation.amazonaws.com",
            means: "the stack has a service role that is gone or does not trust CloudFormation",
            wayOut: "repair the role, or remove it from the stack"
        ),
        KnownCause(
            "AWS509",
            saying: ["did not stabilize"],
            example: "Resource of type 'AWS::DynamoDB::Table' with identifier 'acme' did not stabilize.",
            means: "AWS made it and then waited in vain for it to become ready",
            wayOut: "deploy again; look at the AWS Health Dashboard when it happens twice"
        ),
        KnownCause(
            "AWS510",
            saying: ["internalfailure"],
            example: "Resource handler returned message: \"null\" (HandlerErrorCode: InternalFailure)",
            means: "AWS failed for a reason of its own",
            wayOut: "deploy again; look at the AWS Health Dashboard when it happens twice"
        ),
        KnownCause(
            "AWS511",
            saying: ["is not enabled for"],
            example: "The region me-central-1 is not enabled for this account",
            means: "the region has to be switched on for the account",
            wayOut: "switch it on in the account's settings, or choose another `region`",
            specPath: "region"
        ),
    ]
}
