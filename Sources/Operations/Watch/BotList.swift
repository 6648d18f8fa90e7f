import AWSClients
package import AWSCore

/// `botctl list`: every bot of an account and region, found by its stack's tags.
package struct BotList {
    package struct Bot: Sendable, Equatable {
        package var name: String
        package var stage: String
        package var stack: String
        /// In CloudFormation's word.
        package var status: String
        /// When it was last changed, or made.
        package var changed: Timestamp?
        /// It comes and goes with what it shows: the spec lists it by a pattern.
        package var isPreview: Bool
        /// Seconds since the stack was made.
        package var age: Double?
        package var chatURL: String?
    }

    package struct Result: Sendable, Equatable {
        package var account: String
        package var region: String
        /// By name, then stage.
        package var bots: [Bot]
    }

    /// Needs no project: `--region` or the AWS configuration says where to look.
    package static func run(_ context: ProjectContext) throws(OperationError) -> Result {
        let cloud = try Cloud(context, region: context.overrides.region)
        let account = try cloud.attempt("tell whose credentials these are") { () throws(AWSError) in
            try cloud.sts.getCallerIdentity().account
        }
        let stacks = try cloud.attempt("list the stacks") { () throws(AWSError) in
            try cloud.cloudFormation.listStacks()
        }
        let now = context.effects.clock.now()
        let bots = stacks.compactMap { stack -> Bot? in
            guard let name = stack.tags[BotTags.bot], let stage = stack.tags[BotTags.stage] else { return nil }
            return Bot(
                name: name,
                stage: stage,
                stack: stack.name,
                status: stack.status.word,
                changed: stack.lastUpdated ?? stack.created,
                isPreview: stack.tags[BotTags.preview] != nil,
                age: stack.created.map { $0.duration(to: now).inSeconds },
                chatURL: BotOutputs(stack, cloud).chatURL
            )
        }
        return Result(
            account: account,
            region: cloud.session.region,
            bots: bots.sorted { ($0.name, $0.stage) < ($1.name, $1.stage) }
        )
    }
}
