import AWSClients
import AWSCore
import BotSpec
package import LocalAWS

/// What answers behind the Bedrock stand-in of a local AWS, as the command line asks for it.
package struct LocalModel {
    package typealias Choice = ModelChoice
    package typealias BadChoice = ModelChoiceError

    package var choice: Choice
    /// In front of any model.
    package var faults: FaultPlan?

    package init(_ choice: Choice = .offline, faults: FaultPlan? = nil) {
        self.choice = choice
        self.faults = faults
    }

    /// Whether answers come from the caller's AWS account.
    package var usesAWS: Bool { if case .bedrock = choice { true } else { false } }

    /// A model that can be asked.
    package struct Prepared {
        package var bedrock: BedrockStandIn.Options
        /// What it has to say to somebody at the terminal, from now on.
        package var notices: ModelNotices
        /// One line.
        package var description: String
    }

    /// Asks the model's server which models it has, or AWS whose credentials these are; tells the host of it.
    /// - Parameter region: the bot's.
    package func prepare(
        _ context: ProjectContext,
        region: String,
        _ host: any OperationHost
    ) throws(OperationError) -> Prepared {
        let notices = ModelNotices()
        var bedrock = BedrockStandIn.Options()
        if let faults { bedrock.fault = faults.injector() }
        bedrock.embeddings = try Self.embeddings(context.effects.environment)
        let description: String
        switch choice {
        case .offline: description = "none: answers are quoted from the rules"
        case .openAI(let server):
            let named = try Self.find(server, context, host)
            bedrock.backend = .model(
                OpenAIModel(
                    named,
                    key: APIKey(context.effects.environment[OpenAIModel.keyVariable]),
                    notices: notices,
                    makeTransport: OpenAIModel.transports(for: server, environment: context.effects.environment)
                )
            )
            description = "\(named.model ?? "") at \(named.url)"
        case .bedrock(let own):
            let forwarder = try Self.forwarder(context, region: own ?? region, notices, host)
            bedrock.backend = .bedrock(forwarder)
            description = "Bedrock in \(forwarder.region), at \(forwarder.endpoint.authority)"
        }
        return Prepared(bedrock: bedrock, notices: notices, description: description)
    }

    private static func embeddings(_ environment: [String: String]) throws(OperationError) -> EmbeddingBridge? {
        guard let url = environment[EmbeddingBridge.variable], !url.isEmpty else { return nil }
        guard let bridge = EmbeddingBridge(url: url) else {
            throw OperationError(
                .local,
                "\(EmbeddingBridge.variable): '\(url)' is not an http URL",
                fix: "write one like http://127.0.0.1:8089/"
            )
        }
        return bridge
    }

    // MARK: openai

    /// With the name of the model: the one that was asked for, or the only one that the server has.
    private static func find(
        _ server: OpenAIServer,
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> OpenAIServer {
        let environment = context.effects.environment
        let key = APIKey(environment[OpenAIModel.keyVariable])
        if key != nil, !server.isPrivate {
            host.notify(.note("\(OpenAIModel.keyVariable) goes unencrypted to \(server.endpoint.authority)"))
        }
        let models: OpenAIModels
        do throws(BedrockFailure) {
            let make = OpenAIModel.transports(for: server, environment: environment)
            models = try OpenAIModels.ask(server, key: key, transport: make(context.effects.isInterrupted))
        } catch {
            try context.checkInterrupted()
            guard server.model != nil, error.status >= 500 else {
                throw OperationError(.local, "--model: \(error.message)", fix: Self.wayOut(of: error))
            }
            // It may come up before the first question.
            host.notify(.note(error.message))
            return server
        }
        if let name = server.model {
            if !models.names.isEmpty, !models.contains(name) {
                host.notify(
                    .note("\(server.url) has no model '\(name)' yet, with Ollama: ollama pull \(name)\(among(models))")
                )
            }
            return server
        }
        guard models.names.count == 1 else {
            throw OperationError(
                .local,
                models.names.isEmpty
                    ? "\(server.url) has no models" : "\(server.url) has \(models.names.count) models",
                details: models.names.prefix(50).map { "#\($0)" },
                fix: models.names.isEmpty
                    ? "load one (with Ollama: ollama pull llama3.3), or name it behind a #"
                    : "name one of them: --model '\(Self.option(server, models.names[0]))'"
            )
        }
        var named = server
        named.model = models.names[0]
        return named
    }

    private static func among(_ models: OpenAIModels) -> String {
        "; it has \(models.names.prefix(10).joined(separator: ", "))"
    }

    private static func option(_ server: OpenAIServer, _ name: String) -> String { "openai:\(server.url)#\(name)" }

    private static func wayOut(of failure: BedrockFailure) -> String {
        switch failure.status {
        case 403: "set \(OpenAIModel.keyVariable), and run the command again"
        case 503: "start the model's server (with Ollama: ollama serve), and run the command again"
        default: "check the URL: --model openai:http://localhost:11434#llama3.3"
        }
    }

    // MARK: bedrock

    private static func forwarder(
        _ context: ProjectContext,
        region: String,
        _ notices: ModelNotices,
        _ host: any OperationHost
    ) throws(OperationError) -> BedrockForwarder {
        let cloud = try Cloud(context, region: region)
        let identity = try cloud.attempt("tell whose credentials these are") { () throws(AWSError) in
            try cloud.sts.getCallerIdentity()
        }
        host.notify(
            .signedIn(
                account: identity.account,
                caller: identity.arn,
                region: region,
                credentials: cloud.session.credentialsSource
            )
        )
        let endpoint = cloud.session.endpoint("bedrock-runtime")
        host.notify(
            .note(
                "questions and rules go to Bedrock at \(endpoint.authority), and every answer is paid for by account "
                    + "\(identity.account); all else stays on this machine"
            )
        )
        // The threads that serve requests share the session's credentials, and nothing else of it.
        let credentials = SharedCredentials(cloud.session)
        let settings = cloud.session.connections
        return BedrockForwarder(
            endpoint: endpoint,
            region: region,
            credentials: { () throws(AWSError) in try credentials.current() },
            now: { SystemClock().now() },
            notices: notices,
            makeTransport: { isCancelled in CurlTransport(settings: settings, isCancelled: isCancelled) }
        )
    }
}
