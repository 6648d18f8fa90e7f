extension KnownCause {
    static let models: [KnownCause] = [
        KnownCause(
            "AWS101",
            saying: ["don't have access to the model"],
            example: "You don't have access to the model with the specified model ID.",
            means: "the account has no access to the model",
            wayOut: "request access in the Bedrock console (Model access) in the bot's region, then try "
                + "again",
            specPath: "model.id"
        ),
        KnownCause(
            "AWS102",
            saying: ["use case details have not been submitted"],
            example: "Model use case details have not been submitted for this account.",
            means: "the model's maker wants to know what it is used for, once for each account",
            wayOut: "fill in the form in the Bedrock console's model catalog, wait some minutes, then try"
                + " again",
            specPath: "model.id"
        ),
        KnownCause(
            "AWS103",
            saying: ["on-demand throughput isn", "supported"],
            example: "Invocation of model ID meta.llama3-3-70b-instruct-v1:0 with on-demand throughput "
                + "isn’t supported. Retry your request with the ID or ARN of an inference profile that "
                + "contains this model.",
            means: "the region serves this model only through an inference profile",
            wayOut: "write the profile's id, `us.…` or `eu.…`, as `model.id`",
            specPath: "model.id"
        ),
        KnownCause(
            "AWS104",
            saying: ["reached the end of its life"],
            example: "This model version has reached the end of its life. Please refer to the AWS "
                + "documentation for more details.",
            means: "AWS has retired the model",
            wayOut: "choose another `model.id`",
            specPath: "model.id"
        ),
        KnownCause(
            "AWS105",
            saying: ["provided model identifier is invalid"],
            example: "The provided model identifier is invalid.",
            means: "the region does not know the model",
            wayOut: "choose another `model.id`, its inference profile, or another region",
            specPath: "model.id"
        ),
        KnownCause(
            "AWS106",
            of: "AWS::Bedrock::Guardrail",
            saying: ["limit"],
            example: "You have reached the limit of guardrails for this account. "
                + "ServiceQuotaExceededException",
            means: "the account has as many guardrails as it may",
            wayOut: "delete one that is not used, or raise the quota in Service Quotas",
            specPath: "guardrail"
        ),
        KnownCause(
            "AWS107",
            saying: ["unrecognized resource types"],
            example: "Template format error: Unrecognized resource types: [AWS::Bedrock::Guardrail]",
            means: "the region does not have this service yet",
            wayOut: "leave the option out for this stage, or choose another region",
            specPath: "guardrail"
        ),
        KnownCause(
            "AWS108",
            saying: ["marketplace", "subscri"],
            example: "Model access is denied due to IAM user or service role is not authorized to perform "
                + "the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-"
                + "marketplace:Subscribe) to enable access to this model.",
            means: "the model is sold through AWS Marketplace, and nobody has subscribed yet",
            wayOut: "have somebody with Marketplace permissions call the model once in the Bedrock "
                + "console",
            specPath: "model.id"
        ),
    ]
}
