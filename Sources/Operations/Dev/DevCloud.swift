import AWSClients
import AWSCore
import BotSpec
import LocalAWS
import Synthesis

/// The local AWS of `botctl dev`: its own, whose state it keeps, or one that the developer named.
struct DevCloud {
    /// Absent for a named one, which goes on when dev ends.
    var running: RunningLocalAWS?
    var endpoint: String
    /// Everything that comes from here goes there, and nowhere else.
    var context: ProjectContext
    /// The state of an earlier run is in it.
    var isRestored: Bool
    /// What answers in the place of Bedrock, in a line, and what it has to say.
    var model = "that of the endpoint"
    var notices: ModelNotices?
    /// Requests to the model are seen.
    var observesModel = false

    /// Its own, with the state of the last run where there is one.
    static func start(
        _ context: ProjectContext,
        _ spec: BotSpec,
        folder: String,
        chatPort: Int,
        gateway: LocalAWS.Gateway?,
        ministack: String,
        model: LocalModel.Prepared,
        observesModel: Bool
    ) throws(OperationError) -> DevCloud {
        let isRestored = context.effects.files.exists("\(folder)/state/cloudformation.json")
        let kept = LocalAWS.isFree(chatPort) ? chatPort : 0
        let cloud: RunningLocalAWS
        do throws(LocalAWSError) {
            cloud = try LocalAWS.start(
                LocalAWS.Options(
                    region: spec.region,
                    accountId: spec.account ?? "111122223333",
                    ministack: ministack,
                    projectDirectory: context.directory,
                    environment: context.effects.environment,
                    port: gateway == nil ? kept : 0,
                    bedrock: model.bedrock,
                    stateDirectory: folder,
                    gateway: gateway.map { LocalAWS.Gateway(port: kept, timeScale: $0.timeScale) },
                    isCancelled: context.effects.isInterrupted
                )
            )
        } catch {
            try context.checkInterrupted()
            throw OperationError(.local, error.message, fix: error.fix)
        }
        let local = LocalOnly(
            endpoints: [cloud.endpoint, cloud.webSocketEndpoint, cloud.bedrockEndpoint].compactMap {
                Endpoint(url: $0)
            },
            variables: Dictionary(uniqueKeysWithValues: cloud.environment.map { ($0.name, $0.value) })
        )
        return DevCloud(
            running: cloud,
            endpoint: cloud.endpoint,
            context: local.context(context),
            isRestored: isRestored,
            model: model.description,
            notices: model.notices,
            observesModel: observesModel
        )
    }

    /// - Throws: `local` for an address of AWS.
    static func named(_ url: String, _ context: ProjectContext, _ spec: BotSpec) throws(OperationError) -> DevCloud {
        guard let endpoint = Endpoint(url: url), !LocalOnly.isAWS(endpoint) else {
            throw OperationError(
                .local,
                "'\(url)' is not the address of an emulator",
                fix: "name one like http://127.0.0.1:4566, or leave --endpoint-url out"
            )
        }
        let environment = context.effects.environment
        let local = LocalOnly(
            endpoints: [endpoint],
            variables: [
                "AWS_ENDPOINT_URL": url, "AWS_REGION": spec.region, "AWS_DEFAULT_REGION": spec.region,
                "AWS_ACCESS_KEY_ID": environment["AWS_ACCESS_KEY_ID"] ?? "test",
                "AWS_SECRET_ACCESS_KEY": environment["AWS_SECRET_ACCESS_KEY"] ?? "test",
            ]
        )
        return DevCloud(running: nil, endpoint: url, context: local.context(context), isRestored: false)
    }

    /// Whether a restored bot is whole: its table and functions are there, and a customer is let in.
    /// - Returns: what is not; `nil` when all is well.
    func defect(_ spec: BotSpec, _ outputs: BotOutputs) throws(OperationError) -> String? {
        let cloud = try Cloud(context, region: spec.region)
        if let table = outputs.values[StackOutputs.tableName.text],
            try cloud.attempt("look at the table", { () throws(AWSError) in try cloud.dynamoDB.describeTable(table) })
                == nil
        {
            return "its table is gone"
        }
        let lambda = LambdaClient(session: cloud.session)
        for source in TurnTracer.sources(outputs) {
            let name = outputs.values["Function\(source.function)"] ?? ""
            let function = try cloud.attempt("look at \(name)") { () throws(AWSError) in
                try lambda.getFunctionConfiguration(name)
            }
            if function == nil { return "the function \(name) is gone" }
        }
        guard let url = outputs.chatURL, spec.auth.mode == .visitor else { return nil }
        let session = ChatSession(options: .init(url: url), effects: context.effects.chat(), tokens: .memory(nil)) {
            _ in
        }
        defer { session.close() }
        do throws(ChatError) {
            try session.connect()
        } catch {
            try context.checkInterrupted()
            return "nobody is let in: \(error.description)"
        }
        return nil
    }
}
