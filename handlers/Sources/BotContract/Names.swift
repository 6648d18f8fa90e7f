/// The SSM parameter that holds the key of visitor and signed tokens: a SecureString with the base64 of 32 random bytes.
public enum TokenKey {
    public static let bytes = 32
    public static func parameterName(name: String, stage: String) -> String { "/botctl/\(name)/\(stage)/token-key" }
}

extension BotConfiguration.Auth.Mode {
    /// An identity provider's tokens are verified with its public keys.
    public var usesTokenKey: Bool { self != .jwt }
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
    /// US dollars of one turn, by the list price of its tokens; absent for models without a known price.
    public static let cost = "Cost"
    /// 1 for each message that the model was asked about, whatever became of it.
    public static let turns = "Turns"
    /// Requests that a model refused for load to the end of their retries.
    public static let throttles = "ModelThrottles"
    /// 1 for each turn that the fallback model was asked about.
    public static let fallbacks = "Fallbacks"
    /// 1 for each reply that rests on no rule, of a bot that has rules.
    public static let unanswered = "Unanswered"
    /// 1 for each reply that was cut off because it repeated the bot's instructions.
    public static let withheld = "WithheldReplies"
    /// 1 for each message or reply that the guardrail refused or masked.
    public static let guardrailInterventions = "GuardrailInterventions"
    /// 1 for each message that a limit refused.
    public static let refusals = "LimitRefusals"
    /// 1 for each call of a tool that was made.
    public static let toolCalls = "ToolCalls"
    /// 1 for each call of a tool that brought no result.
    public static let toolFailures = "ToolFailures"
    /// 1 for each chat that was handed to people.
    public static let handoffs = "Handoffs"
    /// Milliseconds from the invocation's start to the model's first text.
    public static let firstToken = "FirstTokenLatency"
    /// Milliseconds from the invocation's start to the posted `done`.
    public static let turn = "TurnLatency"
    /// 1 for each turn that ended in an `error` frame which is not the client's fault.
    public static let failedTurns = "FailedTurns"
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
        case .feedback, .handoff: ["GetItem", "UpdateItem"]
        }
    }

    /// Whether it posts frames (`execute-api:ManageConnections`, POST only).
    public var postsToConnections: Bool {
        switch self {
        case .hello, .sendMessage, .history, .feedback, .handoff, .fallback: true
        case .authorize, .connect, .disconnect: false
        }
    }

    /// Whether it calls the model (`bedrock:InvokeModel`, `bedrock:InvokeModelWithResponseStream`).
    public var callsModel: Bool { self == .sendMessage }

    /// Whether it calls the spec's tools (`lambda:InvokeFunction` on each function, `ssm:GetParameter` on the
    /// parameters of their headers).
    public var callsTools: Bool { self == .sendMessage }

    /// Whether it tells people of a handoff (`sns:Publish` on that topic).
    /// - Parameter hasTriggers: whether a turn can hand off, and not only the customer's frame.
    public func publishesHandoffs(hasTriggers: Bool) -> Bool {
        self == .handoff || hasTriggers && self == .sendMessage
    }

    /// Whether it reads the token key (`ssm:GetParameter`).
    public func readsTokenKey(in mode: BotConfiguration.Auth.Mode) -> Bool {
        mode.usesTokenKey && (self == .authorize || self == .hello)
    }
}
