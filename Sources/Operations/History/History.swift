import AWSClients
import AWSCore
import BotSpec

/// `botctl history`: the deployments of a stage that a rollback can go back to.
package struct History {
    package struct Entry: Sendable, Equatable {
        package var record: DeploymentRecord
        /// This is what the stack is now.
        package var isDeployed: Bool
    }

    package struct Result: Sendable, Equatable {
        package var stack: String
        /// Newest first.
        package var entries: [Entry]
        /// What the functions run instead of what is deployed.
        package var hotswap: HotswapState?
    }

    /// - Parameter limit: at most so many, the newest.
    package static func run(
        _ context: ProjectContext,
        _ host: any OperationHost,
        limit: Int
    ) throws(OperationError) -> Result {
        let stage = try Stage.open(context, host)
        let (spec, cloud, artifacts) = (stage.spec, stage.cloud, stage.artifacts)
        let stack = try stage.stack()
        let template =
            try stack == nil
            ? nil
            : cloud.attempt("read the deployed template") { () throws(AWSError) in
                try cloud.cloudFormation.getTemplate(spec.stackName)
            }
        let records = try artifacts.records(limit: limit)
        // Of several the same, the newest is the one that made it so.
        let deployed = records.first { $0.isState(of: stack, template) }
        return Result(
            stack: spec.stackName,
            entries: records.map { Entry(record: $0, isDeployed: $0.id == deployed?.id) },
            hotswap: try stack.flatMap { stack throws(OperationError) in
                try artifacts.hotswap(aheadOf: stack).map { HotswapState($0, context.effects.clock.now()) }
            }
        )
    }
}
