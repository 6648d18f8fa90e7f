import AWSClients
package import AWSCore
import BotSpec

/// `botctl status`: how the stage's stack is, and what CloudFormation is at with it.
package struct StageStatus: Sendable, Equatable {
    package var stack: String
    package var region: String
    /// In CloudFormation's word.
    package var status: String
    package var isAtWork: Bool
    package var reason: String?
    package var created: Timestamp?
    package var updated: Timestamp?
    /// Whose change was executed last, where a run of botctl made it.
    package var author: String?
    package var isProtected: Bool
    package var chatURL: String?
    /// How many resources there are by state, in CloudFormation's words.
    package var resources: [String: Int]
    /// Logical ids that CloudFormation is working at, or that failed.
    package var notable: [Resource]
    /// What the functions run that the stack does not know; `nil` also where that may not be read.
    package var hotswap: HotswapState?

    package struct Resource: Sendable, Equatable {
        package var logicalId: String
        package var type: String
        package var status: String
        package var reason: String?
    }

    /// - Throws: `notDeployed` when there is no stack.
    package static func run(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> StageStatus
    {
        let spec = try context.loadSpec(telling: host).spec
        let cloud = try Cloud(context, region: spec.region)
        if spec.account != nil { _ = try cloud.signIn(spec, host) }
        let stack = try cloud.deployedStack(of: spec)
        let resources = try cloud.attempt("list the resources of \(stack.name)") { () throws(AWSError) in
            try cloud.cloudFormation.stackResources(stack.name)
        }
        let others = OtherRuns(cloud: cloud, context: context, host: host, stack: stack.name)
        return StageStatus(
            stack: stack.name,
            region: cloud.session.region,
            status: stack.status.word,
            isAtWork: stack.status.isInProgress,
            reason: stack.statusReason,
            created: stack.created,
            updated: stack.lastUpdated,
            author: try others.author(of: stack).map { "\($0.name) on \($0.host)" },
            isProtected: stack.hasTerminationProtection,
            chatURL: BotOutputs(stack, cloud).chatURL,
            resources: Dictionary(resources.map { ($0.status, 1) }, uniquingKeysWith: +),
            notable: resources.filter { !$0.status.hasSuffix("_COMPLETE") }.map {
                Resource(logicalId: $0.logicalId, type: $0.type, status: $0.status, reason: $0.statusReason)
            },
            hotswap: try hotswap(of: stack, spec, cloud, context)
        )
    }

    private static func hotswap(
        of stack: Stack,
        _ spec: BotSpec,
        _ cloud: Cloud,
        _ context: ProjectContext
    ) throws(OperationError) -> HotswapState? {
        guard let bucket = stack.parameters[ArtifactParameter.bucket] else { return nil }
        let artifacts = ArtifactStore(cloud, bucket: bucket, bot: spec.name, stage: spec.stage)
        do throws(OperationError) {
            return try artifacts.hotswap(aheadOf: stack).map { HotswapState($0, context.effects.clock.now()) }
        } catch {
            // Whoever may look at stacks need not be somebody who may read packages.
            guard error.code == .accessDenied else { throw error }
            return nil
        }
    }
}

extension Cloud {
    /// - Throws: `notDeployed` when there is no stack, or one that was never executed.
    func deployedStack(of spec: BotSpec) throws(OperationError) -> Stack {
        let stack = try attempt("describe the stack \(spec.stackName)") { () throws(AWSError) in
            try cloudFormation.describeStack(spec.stackName)
        }
        guard let stack, stack.status != .reviewInProgress, stack.status != .deleteComplete else {
            throw OperationError(
                .notDeployed,
                "\(spec.name) is not deployed to stage \(spec.stage) in \(session.region)",
                fix: "run `botctl deploy --stage \(spec.stage)`"
            )
        }
        return stack
    }
}
