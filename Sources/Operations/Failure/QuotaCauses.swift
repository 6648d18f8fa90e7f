extension KnownCause {
    static let quotas: [KnownCause] = [
        KnownCause(
            "AWS201",
            of: "AWS::Lambda::Function",
            saying: ["unreservedconcurrentexecution", "below"],
            example: "Specified ReservedConcurrentExecutions for function decreases account's "
                + "UnreservedConcurrentExecution below its minimum value of [10].",
            means: "the account has too little concurrency left to reserve any; new accounts have 10 in "
                + "all",
            wayOut: "delete `limits.concurrency` and each route's `concurrency`, or raise the Lambda "
                + "quota «Concurrent executions»",
            specPath: "limits.concurrency"
        ),
        KnownCause(
            "AWS202",
            of: "AWS::Lambda::Function",
            saying: ["memorysize", "less than or equal to 3008"],
            example: "1 validation error detected: Value '4096' at 'memorySize' failed to satisfy "
                + "constraint: 'MemorySize' value failed to satisfy constraint: Member must have value "
                + "less than or equal to 3008",
            means: "new accounts may not use more than 3,008 MB",
            wayOut: "write 3008 or less, or ask AWS support for more",
            specPath: "routes"
        ),
        KnownCause(
            "AWS203",
            of: "AWS::Lambda",
            saying: ["code storage limit exceeded"],
            example: "Code storage limit exceeded. (Service: Lambda, Status Code: 400)",
            means: "all functions of the account together hold more than 75 GB of code",
            wayOut: "delete old functions and versions, or raise the Lambda quota «Function and layer "
                + "storage»"
        ),
        KnownCause(
            "AWS204",
            of: "AWS::Lambda",
            saying: ["unzipped size must be smaller"],
            example: "Unzipped size must be smaller than 262144000 bytes",
            means: "the package is larger than Lambda takes",
            wayOut: "see what `botctl build` packs: rules of hundreds of megabytes do not belong into it",
            specPath: "rules"
        ),
        KnownCause(
            "AWS205",
            of: "AWS::Lambda",
            saying: ["environment variables", "exceeded the 4kb limit"],
            example: "Lambda was unable to configure your environment variables because the environment "
                + "variables you have provided exceeded the 4KB limit.",
            means: "the variables of a route are too long",
            wayOut: "shorten `environment`, or put the values into SSM parameters",
            specPath: "routes"
        ),
        KnownCause(
            "AWS206",
            of: "AWS::IAM",
            saying: ["cannot exceed quota for rolesperaccount"],
            example: "Cannot exceed quota for RolesPerAccount: 1000",
            means: "the account has as many roles as it may",
            wayOut: "delete roles that nothing uses, or raise the IAM quota «Roles per account»"
        ),
        KnownCause(
            "AWS207",
            of: "AWS::IAM",
            saying: ["maximum policy size"],
            example: "Maximum policy size of 10240 bytes exceeded for role acme-support-dev-"
                + "SendMessageRole",
            means: "the permissions of one function are too long for a role",
            wayOut: "use fewer tools in one bot",
            specPath: "tools"
        ),
        KnownCause(
            "AWS208",
            of: "AWS::DynamoDB",
            saying: ["limited to", "last update at"],
            example: "Subscriber limit exceeded: Update to PayPerRequest mode are limited to once in 1 "
                + "day(s). Last update at 2026-11-20.",
            means: "a table changes its billing only a few times a day",
            wayOut: "take `table.billing` back, or wait until tomorrow",
            specPath: "table.billing"
        ),
        KnownCause(
            "AWS209",
            of: "AWS::DynamoDB",
            saying: ["subscriber limit exceeded"],
            example: "Subscriber limit exceeded: There is a limit of 2500 tables per subscriber",
            means: "the account has as many tables, or as much capacity, as it may",
            wayOut: "delete tables that nothing uses, lower `table.billing`, or raise the DynamoDB quota",
            specPath: "table.billing"
        ),
        KnownCause(
            "AWS210",
            of: "AWS::CloudWatch::Alarm",
            saying: ["maximum number of alarms"],
            example: "The maximum number of alarms has been exceeded for this account",
            means: "the account has as many alarms as it may",
            wayOut: "delete some, or leave `alarms` out for this stage",
            specPath: "alarms"
        ),
        KnownCause(
            "AWS211",
            of: "AWS::CloudFormation",
            saying: ["limit for stack", "exceeded"],
            example: "Limit for stack has been exceeded",
            means: "the account has as many stacks as it may",
            wayOut: "delete some, or raise the CloudFormation quota «Stack count»"
        ),
        KnownCause(
            "AWS212",
            of: "AWS::ApiGatewayV2",
            saying: ["limit exceeded"],
            example: "Limit Exceeded: maximum number of APIs for this account has been reached",
            means: "the account has as many APIs as it may",
            wayOut: "delete some, or raise the API Gateway quota"
        ),
        KnownCause(
            "AWS213",
            of: "AWS::SNS",
            saying: ["limit exceeded"],
            example: "Topic limit exceeded for this account",
            means: "the account has as many topics or subscriptions as it may",
            wayOut: "delete some, or raise the SNS quota"
        ),
        KnownCause(
            "AWS214",
            saying: ["rate exceeded"],
            example: "Resource handler returned message: \"Rate exceeded\" (HandlerErrorCode: Throttling)",
            means: "AWS was asked for too much at a time, by this account as a whole",
            wayOut: "deploy again: what is there is not made twice"
        ),
    ]
}
