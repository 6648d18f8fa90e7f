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
    /// `nil` where nobody can take over.
    public var handoff: Handoff?
    /// `nil` where the spec has none. Its id and version are in the environment.
    public var guardrail: Guardrail?

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
        public init(message: String) { self.message = message }
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
        guardrail: Guardrail? = nil
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
    }
}
