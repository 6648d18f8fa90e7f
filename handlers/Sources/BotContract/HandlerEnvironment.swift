/// The environment variables that synthesis sets and handlers read. Prompt, rules and settings travel in
/// `bot.json`, because a function's environment holds 4 KB in all.
public enum HandlerEnvironment {
    /// Which `HandlerName` this function serves.
    public static let handler = "BOTCTL_HANDLER"
    public static let table = "BOTCTL_TABLE"
    public static let partitionKey = "BOTCTL_PARTITION_KEY"
    public static let sortKey = "BOTCTL_SORT_KEY"
    /// Name of the SSM SecureString that holds the key of visitor and signed tokens.
    public static let tokenKeyParameter = "BOTCTL_TOKEN_KEY_PARAMETER"
    /// ARN of the SNS topic that hears of handoffs; there when the spec has `handoff.notify`.
    public static let handoffTopic = "BOTCTL_HANDOFF_TOPIC"
    /// Both are there when the spec has a guardrail, else neither.
    public static let guardrailId = "BOTCTL_GUARDRAIL_ID"
    public static let guardrailVersion = "BOTCTL_GUARDRAIL_VERSION"
    /// Overrides the `@connections` endpoint, for local stand-ins; `{apiId}` and `{stage}` are filled in.
    public static let managementEndpoint = "BOTCTL_MANAGEMENT_ENDPOINT"
    /// A PEM file of certificate authorities instead of the one in the package.
    public static let certificateAuthorities = "BOTCTL_CA_FILE"
    /// Where the package was unpacked when it is not `LAMBDA_TASK_ROOT`.
    public static let packageRoot = "BOTCTL_PACKAGE_ROOT"

    /// Names that the spec may not set: ours, and those that Lambda reserves
    /// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html).
    public static let reservedPrefixes = ["BOTCTL_", "AWS_", "LAMBDA_", "_"]
}

/// The handlers that the `bootstrap` executable knows.
public enum HandlerName: String, CaseIterable, Sendable, Codable {
    case authorize, connect, disconnect, hello, sendMessage, history, feedback, handoff
    /// Answers `ping`, and every action that no route knows.
    case fallback = "default"

    /// What a route may name; `authorize` serves `$connect`'s authorizer, never a route.
    public static var routable: [HandlerName] { allCases.filter { $0 != .authorize } }

    /// The routes of a spec that names none.
    public static let builtInRoutes: [(key: String, handler: HandlerName)] = [
        ("$connect", .connect), ("$disconnect", .disconnect), ("$default", .fallback),
        ("hello", .hello), ("sendMessage", .sendMessage), ("history", .history),
        ("feedback", .feedback), ("handoff", .handoff),
    ]
}

/// Files at the root of the Lambda package.
public enum PackageLayout {
    public static let executable = "bootstrap"
    public static let configuration = "bot.json"
    public static let certificateAuthorities = "ca.pem"
}
