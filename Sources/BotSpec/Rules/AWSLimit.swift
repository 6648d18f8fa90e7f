import BotContract

/// AWS's own numbers, each with the page that gives it.
package enum AWSLimit {
    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (WebSocket: integration timeout)
    package static let webSocketTimeoutSeconds = 1...29
    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (routes per WebSocket API)
    package static let routes = 300
    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html
    package static let dollarRoutes = ["$connect", "$disconnect", "$default"]
    /// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
    package static let routeKeyLength = 128
    /// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html (requests per second per region)
    package static let accountRate = 10_000
    package static let accountBurst = 5_000

    /// https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    package static let memoryMB = 128...10_240
    /// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    package static let environmentBytes = 4096
    /// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html (default concurrent executions)
    package static let defaultConcurrency = 1000

    /// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    package static let logRetentionDays = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    /// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
    package static let tags = 50
    package static let tagKeyLength = 128
    package static let tagValueLength = 256

    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    package static let attributeNameBytes = 255
    /// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html (per table, most regions)
    package static let tableCapacity = 40_000
    /// https://aws.amazon.com/dynamodb/pricing/provisioned/ (read and write units each, per account and region)
    package static let freeCapacity = 25

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InferenceConfiguration.html
    package static let temperature = 0.0...1.0
    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html
    package static let toolNameLength = 64

    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailTopicPolicyConfig.html
    package static let topics = 30
    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailTopicConfig.html
    package static let topicNameLength = 100
    package static let topicDefinitionLength = 200
    package static let topicExamples = 5
    package static let topicExampleLength = 100
    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailWordPolicyConfig.html
    package static let blockedWords = 10_000
    package static let blockedWordLength = 100
    /// https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
    package static let threshold = 0.0...0.99
    /// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateGuardrail.html (blockedInputMessaging)
    package static let blockedMessageLength = 500

    /// The longest `<name>-<stage>` that fits everything named after it, and what sets that limit.
    package static let stackName: (length: Int, reason: String) = {
        // Functions are named after their routes, `sendMessage` with a dash before the capital.
        let routes = HandlerName.builtInRoutes.map { $0.key } + [HandlerName.authorize.rawValue]
        let suffix = routes.map { "-".count + $0.count + $0.count { $0.isUppercase } }.max() ?? 0
        let names = [
            // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
            (length: 128, reason: "stack names have at most 128 characters"),
            // https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
            (length: 64 - suffix, reason: "function names have at most 64 characters, the route's included"),
            // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
            (length: 64 - suffix, reason: "role names have at most 64 characters, the route's included"),
            // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateGuardrail.html
            (length: 50, reason: "guardrail names have at most 50 characters"),
        ]
        return names.min { $0.length < $1.length } ?? (length: 50, reason: "")
    }()
}
