import AWSCore
import BotSpec
package import LocalAWS

/// `botctl local`: a local AWS in the foreground, until Ctrl-C.
package struct LocalCloud {
    package typealias Faults = FaultPlan
    package typealias BadFaults = FaultPlanError
    package typealias Gateway = LocalAWS.Gateway

    /// Looked at this often: has the server ended, has Ctrl-C come?
    private static let watchInterval = Duration.seconds(1)

    /// - Parameters:
    ///   - environmentFile: where shell exports are written once everything answers; absolute.
    ///   - faults: of the model.
    ///   - gateway: `nil` for connections without API Gateway's limits.
    ///   - started: told once everything answers.
    package static func run(
        _ context: ProjectContext,
        port: Int,
        environmentFile: String?,
        faults: Faults? = nil,
        gateway: Gateway? = Gateway(),
        started: (RunningLocalAWS) -> Void
    ) throws(OperationError) {
        // The region of the project's spec, so that what is deployed there finds itself.
        let region =
            context.overrides.region ?? context.effects.loadSpec(
                context.directory,
                context.specFile,
                context.stage,
                nil
            ).spec?.region ?? "us-east-2"
        let bedrock = try bedrockOptions(context, faults: faults)
        let cloud: RunningLocalAWS
        do {
            cloud = try LocalAWS.start(
                LocalAWS.Options(
                    region: region,
                    projectDirectory: context.directory,
                    environment: context.effects.environment,
                    port: port,
                    bedrock: bedrock,
                    gateway: gateway,
                    isCancelled: context.effects.isInterrupted
                )
            )
        } catch {
            try context.checkInterrupted()
            throw OperationError(.local, error.message, fix: error.fix)
        }
        defer { cloud.stop() }
        if let environmentFile {
            try context.effects.files.write(environmentFile, Array(cloud.shellExports.utf8), false)
        }
        started(cloud)
        while !context.effects.isInterrupted() {
            guard cloud.isRunning else {
                throw OperationError(
                    .local,
                    "the local AWS has stopped by itself",
                    details: ["its log was \(cloud.logFile)"],
                    fix: "start it again with `botctl local`"
                )
            }
            context.effects.clock.sleep(watchInterval)
        }
    }

    /// The Bedrock stand-in as the environment and `--faults` want it.
    static func bedrockOptions(
        _ context: ProjectContext,
        faults: Faults?
    ) throws(OperationError) -> BedrockStandIn.Options {
        var bedrock = BedrockStandIn.Options()
        if let faults { bedrock.fault = faults.injector() }
        if let url = context.effects.environment[EmbeddingBridge.variable], !url.isEmpty {
            guard let bridge = EmbeddingBridge(url: url) else {
                throw OperationError(
                    .local,
                    "\(EmbeddingBridge.variable): '\(url)' is not an http URL",
                    fix: "write one like http://127.0.0.1:8089/"
                )
            }
            bedrock.embeddings = bridge
        }
        return bedrock
    }
}
