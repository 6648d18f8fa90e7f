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
    ///   - gateway: `nil` for connections without API Gateway's limits.
    ///   - model: who answers.
    ///   - mayInstall: MiniStack, where there is none.
    ///   - started: told once everything answers, and what answers in the place of Bedrock.
    package static func run(
        _ context: ProjectContext,
        port: Int,
        environmentFile: String?,
        model: LocalModel = LocalModel(),
        mayInstall: Bool = true,
        gateway: Gateway? = Gateway(),
        _ host: any OperationHost,
        started: (RunningLocalAWS, _ model: String) -> Void
    ) throws(OperationError) {
        // The region of the project's spec, so that what is deployed there finds itself.
        let region =
            context.overrides.region ?? context.effects.loadSpec(
                context.directory,
                context.specFile,
                context.stage,
                nil
            ).spec?.region ?? "us-east-2"
        let ministack = try MiniStackInstallation(context).ensure(mayInstall: mayInstall, host)
        let model = try model.prepare(context, region: region, host)
        let cloud: RunningLocalAWS
        do {
            cloud = try LocalAWS.start(
                LocalAWS.Options(
                    region: region,
                    ministack: ministack,
                    projectDirectory: context.directory,
                    environment: context.effects.environment,
                    port: port,
                    bedrock: model.bedrock,
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
        started(cloud, model.description)
        func say() { for text in model.notices.take() { host.notify(.note(text)) } }
        defer { say() }
        while !context.effects.isInterrupted() {
            say()
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
}
