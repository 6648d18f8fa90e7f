import AWSClients
import AWSCore
import BotSpec
package import CloudFormation
package import Synthesis

/// `botctl policy`: the IAM policy of whoever deploys the stage.
package struct Policy {
    package struct Result: Sendable, Equatable {
        package var document: TemplateValue
        package var job: DeployerPolicy.Job
        package var account: String
        package var region: String
        /// `prod`, or `pr-*`.
        package var stage: String
        /// Characters, as IAM counts them.
        package var size: Int
    }

    /// - Parameter account: twelve digits; else the spec's, else that of the credentials.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        job: DeployerPolicy.Job,
        account: String?
    ) throws(OperationError) -> Result {
        let spec =
            job == .preview ? try previewSpec(context, host) : try context.loadSpec(telling: host, toChange: true).spec
        let known = account ?? spec.account
        let id: String
        if let known { id = known } else { id = try signedIn(context, spec) }
        let document = DeployerPolicy.document(job, for: spec, account: id)
        return Result(
            document: document,
            job: job,
            account: id,
            region: spec.region,
            stage: job == .preview ? spec.pattern?.text ?? spec.stage : spec.stage,
            size: DeployerPolicy.size(document)
        )
    }

    private static func signedIn(_ context: ProjectContext, _ spec: BotSpec) throws(OperationError) -> String {
        let cloud = try Cloud(context, region: spec.region)
        return try cloud.attempt("tell whose credentials these are") { () throws(AWSError) in
            try cloud.sts.getCallerIdentity().account
        }
    }

    /// Of the pattern that `--stage` fits or names, else of the only one.
    private static func previewSpec(
        _ context: ProjectContext,
        _ host: any OperationHost
    ) throws(OperationError) -> BotSpec {
        var context = context
        if let named = StagePattern(context.stage) { context.stage = named.sample }
        let loaded = try context.loadSpec()
        if loaded.spec.pattern != nil { return loaded.spec }
        let patterns = loaded.stages.compactMap(StagePattern.init)
        guard patterns.count == 1 else {
            throw OperationError(
                .ci,
                patterns.isEmpty ? "the spec lists no pattern of stages" : "the spec lists several patterns of stages",
                details: patterns.map(\.text),
                fix: patterns.isEmpty
                    ? "add one like `\"pr-*\": {}` under stages" : "name one: --stage '\(patterns[0].text)'"
            )
        }
        return try spec(of: patterns[0], context)
    }

    static func spec(of pattern: StagePattern, _ context: ProjectContext) throws(OperationError) -> BotSpec {
        var context = context
        context.stage = pattern.sample
        return try context.loadSpec(toChange: true).spec
    }
}
