/// `bot.json`: everything of the spec that handlers need at run time.
public struct BotConfiguration: Codable, Sendable, Equatable {
    public static let currentVersion = 1

    public var version: Int
    public var name: String
    public var stage: String
    public var prompt: String
    public var model: Model
    public var rules: [RuleSection]
    public var retrieval: Retrieval
    /// The rules' vectors; `nil` where they are not searched by meaning.
    public var embeddings: Embeddings?
    public var history: History
    public var limits: Limits
    public var auth: Auth
    /// The name of the tool by which the model asks for a person; no tool of a spec may have it.
    public static let handoffTool = "request_handoff"

    /// `nil` where nobody can take over.
    public var handoff: Handoff?
    /// `nil` where the spec has none. Its id and version are in the environment.
    public var guardrail: Guardrail?
    /// What the model may call.
    public var tools: [Tool]

    public struct Model: Codable, Sendable, Equatable {
        public var id: String
        public var fallback: String?
        public var maxTokens: Int
        public var temperature: Double
        public init(id: String, fallback: String?, maxTokens: Int, temperature: Double) {
            self.id = id
            self.fallback = fallback
            self.maxTokens = maxTokens
            self.temperature = temperature
        }
    }

    /// A part of a rules file under one heading.
    public struct RuleSection: Codable, Sendable, Equatable {
        /// Stable and short, what the model cites: `returns-3`.
        public var id: String
        /// The heading itself.
        public var title: String
        /// Relative to the project: `rules/returns.md`.
        public var file: String
        /// All headings from the file's top to this one.
        public var path: [String]
        public var text: String
        public init(id: String, title: String, file: String, path: [String], text: String) {
            self.id = id
            self.title = title
            self.file = file
            self.path = path
            self.text = text
        }
    }

    public enum Retrieval: String, Codable, Sendable, CaseIterable { case auto, full, lexical, hybrid }

    /// One vector for each of `rules`, in their order, a byte for each component.
    public struct Embeddings: Codable, Sendable, Equatable {
        /// Embeds questions as it did the rules.
        public var model: String
        public var dimensions: Int
        /// What a section's bytes are multiplied by.
        public var scales: [Double]
        /// Base64 of signed bytes, one section after another.
        public var vectors: String
        public init(model: String, dimensions: Int, scales: [Double], vectors: String) {
            self.model = model
            self.dimensions = dimensions
            self.scales = scales
            self.vectors = vectors
        }
    }

    public struct History: Codable, Sendable, Equatable {
        public var turns: Int
        /// 0 keeps for ever.
        public var retentionDays: Int
        public init(turns: Int, retentionDays: Int) {
            self.turns = turns
            self.retentionDays = retentionDays
        }
    }

    public struct Limits: Codable, Sendable, Equatable {
        public var messageChars: Int
        public var messagesPerMinute: Int
        public var tokensPerUserPerDay: Int
        public init(messageChars: Int, messagesPerMinute: Int, tokensPerUserPerDay: Int) {
            self.messageChars = messageChars
            self.messagesPerMinute = messagesPerMinute
            self.tokensPerUserPerDay = tokensPerUserPerDay
        }
    }

    public struct Auth: Codable, Sendable, Equatable {
        public enum Mode: String, Codable, Sendable, CaseIterable { case visitor, signed, jwt }
        public var mode: Mode
        /// Empty allows every origin.
        public var allowedOrigins: [String]
        /// Whose tokens are believed, for whom they are made, and where their keys are; all there with `jwt`.
        public var issuer: String?
        public var audience: String?
        public var jwksUrl: String?
        public init(
            mode: Mode,
            allowedOrigins: [String] = [],
            issuer: String? = nil,
            audience: String? = nil,
            jwksUrl: String? = nil
        ) {
            self.mode = mode
            self.allowedOrigins = allowedOrigins
            self.issuer = issuer
            self.audience = audience
            self.jwksUrl = jwksUrl
        }
    }

    public struct Handoff: Codable, Sendable, Equatable {
        /// What the customer reads.
        public var message: String
        /// Whether the model may ask for a person.
        public var byModel: Bool
        /// After so many turns in a row without an answer people are told; `nil` leaves it to the customer.
        public var unansweredTurns: Int?
        public init(message: String, byModel: Bool = false, unansweredTurns: Int? = nil) {
            self.message = message
            self.byModel = byModel
            self.unansweredTurns = unansweredTurns
        }

        /// Whether a turn can hand off, and not only the customer's frame.
        public var hasTriggers: Bool { byModel || unansweredTurns != nil }
    }

    /// A business API. It is a Lambda function or an https URL, so one of `lambda` and `url` is there.
    public struct Tool: Codable, Sendable, Equatable {
        public var name: String
        public var description: String
        /// JSON Schema of the input, as JSON text.
        public var inputSchema: String
        /// ARN of the function.
        public var lambda: String?
        public var url: String?
        /// Of the requests to `url`.
        public var headers: [Header]
        /// Seconds.
        public var timeout: Int
        /// Whether a call waits for the customer's confirmation.
        public var confirm: Bool
        public init(
            name: String,
            description: String,
            inputSchema: String,
            lambda: String? = nil,
            url: String? = nil,
            headers: [Header] = [],
            timeout: Int,
            confirm: Bool
        ) {
            self.name = name
            self.description = description
            self.inputSchema = inputSchema
            self.lambda = lambda
            self.url = url
            self.headers = headers
            self.timeout = timeout
            self.confirm = confirm
        }
    }

    /// A header field whose value is written in the spec, or kept in an SSM SecureString.
    public struct Header: Codable, Sendable, Equatable {
        public var name: String
        public var value: String?
        /// Name of the SSM parameter.
        public var parameter: String?
        public init(name: String, value: String? = nil, parameter: String? = nil) {
            self.name = name
            self.value = value
            self.parameter = parameter
        }
    }

    public struct Guardrail: Codable, Sendable, Equatable {
        /// What Bedrock answers in place of what it refuses.
        public var blockedMessage: String
        /// Whether replies are held against the rules and the question (contextual grounding).
        public var checksGrounding: Bool
        public init(blockedMessage: String, checksGrounding: Bool) {
            self.blockedMessage = blockedMessage
            self.checksGrounding = checksGrounding
        }
    }

    public init(
        name: String,
        stage: String,
        prompt: String,
        model: Model,
        rules: [RuleSection],
        retrieval: Retrieval,
        embeddings: Embeddings? = nil,
        history: History,
        limits: Limits,
        auth: Auth,
        handoff: Handoff? = nil,
        guardrail: Guardrail? = nil,
        tools: [Tool] = []
    ) {
        version = Self.currentVersion
        self.name = name
        self.stage = stage
        self.prompt = prompt
        self.model = model
        self.rules = rules
        self.retrieval = retrieval
        self.embeddings = embeddings
        self.history = history
        self.limits = limits
        self.auth = auth
        self.handoff = handoff
        self.guardrail = guardrail
        self.tools = tools
    }
}
