package import BotContract

/// A validated `botctl.yml` with one stage's values merged in, defaults filled in and files read.
package struct BotSpec: Sendable, Equatable {
    package var name: String
    package var stage: String
    package var region: String
    /// Twelve digits; deploys with credentials of another account are refused.
    package var account: String?
    package var prompt: String
    package var rules: [RuleDocument]
    package var model: BotConfiguration.Model
    package var retrieval: BotConfiguration.Retrieval
    package var embeddings = Embeddings()
    package var history: BotConfiguration.History
    package var table: Table
    /// In the order of API Gateway's own: `$connect`, `$disconnect`, `$default`, then by name.
    package var routes: [Route]
    /// Memory and timeout of the `$connect` authorizer's function.
    package var authorizer: FunctionSettings
    package var auth: Auth
    package var limits: Limits
    package var handoff: Handoff?
    package var tools: [Tool]
    package var guardrail: Guardrail?
    package var alarms: Alarms?
    package var observability: Observability
    package var handlers: Handlers
    package var throttling: Throttling
    package var tags: [String: String]
    /// Stack termination protection, and a typed confirmation before changes.
    package var protect: Bool
    /// How CloudFormation is to apply changes.
    package var deployment = Deployment.auto

    package enum Deployment: String, Sendable, CaseIterable {
        /// Chosen for each change set.
        case auto
        /// Done when the configuration is applied; resources go on becoming ready.
        case express
        /// Done when every resource is ready.
        case standard
    }

    /// Names the stack, and prefixes what is named after it.
    package var stackName: String { "\(name)-\(stage)" }
}

extension BotSpec {
    /// What rules and questions are embedded with where they are searched by meaning.
    package struct Embeddings: Sendable, Equatable {
        package var model = EmbeddingModel.defaultId
        package var dimensions = EmbeddingModel.titan(id: EmbeddingModel.titanId).defaultDimensions
    }

    package struct RuleDocument: Sendable, Equatable {
        /// Relative to the project's folder: `rules/returns.md`.
        package var file: String
        package var text: String
    }

    package struct Table: Sendable, Equatable {
        package enum Billing: Sendable, Equatable {
            case onDemand
            case provisioned(read: Int, write: Int)
        }
        package enum OnTeardown: String, Sendable, CaseIterable { case retain, delete }

        package var partitionKey: String
        package var sortKey: String
        package var billing: Billing
        package var onTeardown: OnTeardown
        package var pointInTimeRecovery: Bool
        package var deletionProtection: Bool
        /// `nil` encrypts with the key that DynamoDB owns, which costs nothing.
        package var kmsKeyArn: String?
    }

    package struct FunctionSettings: Sendable, Equatable {
        /// MB.
        package var memory: Int
        /// Seconds.
        package var timeout: Int
        /// Reserved concurrency; `nil` shares the account's.
        package var concurrency: Int?
    }

    package struct Route: Sendable, Equatable {
        package var key: String
        package var handler: HandlerName
        package var settings: FunctionSettings
        package var environment: [String: String]
    }

    package struct Auth: Sendable, Equatable {
        package var mode: BotConfiguration.Auth.Mode
        package var allowedOrigins: [String]
        package var issuer: String?
        package var audience: String?
        package var jwksUrl: String?
    }

    package struct Limits: Sendable, Equatable {
        package var messageChars: Int
        package var messagesPerMinute: Int
        package var tokensPerUserPerDay: Int
        /// Reserved concurrency of the sendMessage function; `nil` shares the account's.
        package var concurrency: Int?
    }

    package struct Handoff: Sendable, Equatable {
        package var message: String
        package var notify: String?
        /// Whether the model may ask for a person.
        package var byModel: Bool
        /// People are told after so many turns in a row without an answer; `nil` leaves it to the customer.
        package var unansweredTurns: Int?

        package init(message: String, notify: String?, byModel: Bool = false, unansweredTurns: Int? = nil) {
            self.message = message
            self.notify = notify
            self.byModel = byModel
            self.unansweredTurns = unansweredTurns
        }

        /// Whether a turn can hand off, and not only the customer's frame.
        package var hasTriggers: Bool { byModel || unansweredTurns != nil }
    }

    package struct Tool: Sendable, Equatable {
        package enum Target: Sendable, Equatable {
            case lambda(arn: String)
            case https(url: String, headers: [BotConfiguration.Header] = [])
        }
        package var name: String
        package var description: String
        /// JSON Schema, as canonical JSON text.
        package var inputSchema: String
        package var target: Target
        /// Seconds.
        package var timeout: Int
        package var confirm: Bool
    }

    package struct Guardrail: Sendable, Equatable {
        package struct Topic: Sendable, Equatable {
            package var name: String
            package var definition: String
            package var examples: [String]
        }
        package struct PII: Sendable, Equatable {
            package enum Action: String, Sendable, CaseIterable { case block, anonymize }
            /// `EMAIL`, `PHONE`, …: the types of Bedrock's sensitive information policy.
            package var type: String
            package var action: Action
        }
        package var deniedTopics: [Topic]
        package var blockedWords: [String]
        package var profanity: Bool
        package var pii: [PII]
        /// 0 to 0.99; `nil` leaves the check out.
        package var grounding: Double?
        package var relevance: Double?
        package var blockedMessage: String
    }

    package struct Alarms: Sendable, Equatable {
        package var email: String
        /// Milliseconds, p95 of the sendMessage function.
        package var latency: Int
        /// Tokens a day over all users; `nil` leaves the alarm out.
        package var tokensPerDay: Int?
    }

    package struct Observability: Sendable, Equatable {
        /// One of CloudWatch Logs' retention values.
        package var logRetentionDays: Int
        package var tracing: Bool
        package var dashboard: Bool
        /// Needs the account-wide CloudWatch role of API Gateway.
        package var accessLogs: Bool
    }

    package struct Handlers: Sendable, Equatable {
        package enum Build: String, Sendable, CaseIterable { case auto, local, sdk, container }
        package enum Architecture: String, Sendable, CaseIterable {
            case auto, arm64
            case intel = "x86_64"
        }
        /// Relative to the project's folder.
        package var path: String
        package var build: Build
        package var architecture: Architecture
        /// Name of an installed Swift SDK (`swift sdk list`).
        package var sdk: String?
        /// Image for `build: container`.
        package var image: String?

        /// Of a spec that says nothing about handlers.
        package static let standard = Handlers(path: "handlers", build: .auto, architecture: .auto)
    }

    package struct Throttling: Sendable, Equatable {
        /// Messages a second over the whole stage.
        package var rate: Int
        package var burst: Int
    }
}

extension BotSpec {
    /// Whether the model is offered anything to call.
    package var offersTools: Bool { !tools.isEmpty || handoff?.byModel == true }
}
