/// The SSM parameter that holds the key of visitor tokens: a SecureString with the base64 of 32 random bytes.
public enum TokenKey {
    public static let bytes = 32
    public static func parameterName(name: String, stage: String) -> String { "/botctl/\(name)/\(stage)/token-key" }
}

/// The CloudWatch metrics that the bot writes as embedded metric format in its log line
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
/// The dimensions are `Dimension.bot` (the spec's name) and `Dimension.stage`.
public enum Metric {
    public static let namespace = "botctl"

    public enum Dimension {
        public static let bot = "Bot"
        public static let stage = "Stage"
    }

    /// Input and output tokens of one turn, added.
    public static let tokens = "Tokens"
    /// Milliseconds from the invocation's start to the model's first text.
    public static let firstToken = "FirstTokenLatency"
    /// Milliseconds from the invocation's start to the posted `done`.
    public static let turn = "TurnLatency"
    /// 1 for each turn that ended in an `error` frame which is not the client's fault.
    public static let failedTurns = "FailedTurns"
    /// 1 for each turn whose question no rule covers and whose reply cites none.
    public static let unanswered = "UnansweredQuestions"
    /// 1 for each turn that searched the rules by words because the search by meaning failed.
    public static let retrievalFallbacks = "RetrievalFallbacks"
}

/// What a handler's role must allow, so that synthesis grants exactly what the code calls.
extension HandlerName {
    /// Actions on the table, without their `dynamodb:` prefix.
    public var tableActions: [String] {
        switch self {
        case .authorize, .fallback: []
        case .connect: ["PutItem"]
        case .disconnect: ["UpdateItem"]
        case .hello: ["Query", "UpdateItem"]
        case .sendMessage: ["PutItem", "Query", "UpdateItem"]
        case .history: ["GetItem", "Query"]
        }
    }

    /// Whether it posts frames (`execute-api:ManageConnections`, POST only).
    public var postsToConnections: Bool {
        switch self {
        case .hello, .sendMessage, .history, .fallback: true
        case .authorize, .connect, .disconnect: false
        }
    }

    /// Whether it calls the model (`bedrock:InvokeModel`, `bedrock:InvokeModelWithResponseStream`).
    public var callsModel: Bool { self == .sendMessage }

    /// Whether it reads the token key (`ssm:GetParameter`) in visitor mode.
    public var readsTokenKey: Bool { self == .authorize || self == .hello }
}
