import AWSClients
import AWSCore
import BotSpec

/// `botctl teardown`: takes a bot's stage away, and says what it leaves. Repeated, it finds nothing to do.
package struct Teardown {
    package struct Result: Sendable, Equatable {
        package var stack: String
        /// There was a stack, and it is gone now.
        package var deletedStack: Bool
        package var kept: [RetainedTable]
        /// What went besides the stack.
        package var removed: [Removal]
        /// What the stack could not delete, and left in the account on consent.
        package var left: [StuckResource] = []
        package var region = ""
        package var seconds: Double

        package var foundNothing: Bool { !deletedStack && kept.isEmpty && removed.isEmpty }
    }

    /// Something of the bot's that was no part of its stack, or that the stack had left.
    package struct Removal: Sendable, Equatable {
        package var kind: String
        package var name: String
    }

    /// - Parameter deleteData: the table goes too.
    package static func run(
        _ context: ProjectContext,
        deleteData: Bool,
        _ host: any OperationHost
    ) throws(OperationError) -> Result {
        let clock = context.effects.clock
        let began = clock.now()
        let spec = try context.loadSpec(telling: host).spec
        let cloud = try Cloud(context, region: spec.region)
        let identity = try cloud.signIn(spec, host)
        let run = TeardownRun(context: context, host: host, cloud: cloud, spec: spec, deleteData: deleteData)
        let leftovers = Leftovers(
            cloud: cloud,
            context: context,
            spec: spec,
            artifacts: ArtifactStore(cloud, account: identity.account, bot: spec.name, stage: spec.stage)
        )
        let stack = try run.stackToDelete()
        let tables = try leftovers.tables()
        guard try run.isAllowed(stack: stack, tables: tables) else {
            throw OperationError(.declined, "nothing was deleted", fix: "run the command again to delete it")
        }
        let logGroups = try leftovers.logGroupNames(of: stack)
        if let stack { try HostedWidget(stack, cloud, host)?.remove() }
        let stuck = try stack.map { stack throws(OperationError) in try run.delete(stack) } ?? []
        let (kept, deletedTables) = try leftovers.settleTables(delete: deleteData)
        let removed = try deletedTables + leftovers.removeRest(logGroups: logGroups)
        for removal in removed { host.notify(.removed(kind: removal.kind, name: removal.name)) }
        return Result(
            stack: spec.stackName,
            deletedStack: stack != nil,
            kept: kept,
            removed: removed,
            // Tables are named with what is in them.
            left: stuck.filter { resource in
                !kept.contains { $0.name == resource.physicalId }
                    && !removed.contains { $0.name == resource.physicalId }
            },
            region: cloud.session.region,
            seconds: began.duration(to: clock.now()).inSeconds
        )
    }
}

/// A table with customers' conversations that outlives its stack.
package struct RetainedTable: Sendable, Equatable {
    package var name: String
    /// As DynamoDB last counted, up to six hours ago.
    package var items: Int64
    package var bytes: Int64
    package var hasDeletionProtection: Bool
    package var region: String

    /// The exact command that deletes it.
    package var deletionCommand: String {
        let unprotect =
            "aws dynamodb update-table --region \(region) --table-name \(name) --no-deletion-protection-enabled && "
        return (hasDeletionProtection ? unprotect : "")
            + "aws dynamodb delete-table --region \(region) --table-name \(name)"
    }
}

struct TeardownRun {
    let context: ProjectContext
    let host: any OperationHost
    let cloud: Cloud
    let spec: BotSpec
    let deleteData: Bool

    private var name: String { spec.stackName }

    /// Waits for whoever is at work on the stack.
    func stackToDelete() throws(OperationError) -> Stack? {
        var schedule = PollingSchedule()
        var isTold = false
        let began = context.effects.clock.now()
        while true {
            let stack = try cloud.attempt("describe the stack \(name)") { () throws(AWSError) in
                try cloud.cloudFormation.describeStack(name)
            }
            switch TeardownDecision.toTearDown(stack?.status) {
            case .alreadyGone: return nil
            case .delete:
                if let stack { try checkOwner(of: stack) }
                if let stack, stack.hasTerminationProtection { throw protected() }
                return stack
            case .wait(let why):
                if !isTold { host.notify(.waiting(stack: name, why: why)) }
                isTold = true
                host.notify(.stillWaiting(seconds: began.duration(to: context.effects.clock.now()).inSeconds))
                context.effects.clock.sleep(schedule.next(news: false))
                try context.checkInterrupted()
            }
        }
    }

    func isAllowed(stack: Stack?, tables: [RetainedTable]) throws(OperationError) -> Bool {
        if deleteData, let table = tables.first(where: \.hasDeletionProtection) {
            throw OperationError(
                .protected,
                "the table \(table.name) is protected against deletion",
                details: ["it holds \(table.items) items (\(table.bytes) bytes)"],
                fix: "set `table.deletionProtection: false` and deploy, or: aws dynamodb update-table --region "
                    + "\(table.region) --table-name \(table.name) --no-deletion-protection-enabled"
            )
        }
        guard stack != nil || (deleteData && !tables.isEmpty) else { return true }
        return try context.confirm(question(tables, deletesStack: stack != nil), host)
    }

    func question(_ tables: [RetainedTable], deletesStack: Bool) -> Question {
        let items = tables.reduce(0) { $0 + $1.items }
        let data = tables.isEmpty ? "" : " (\(items) item\(items == 1 ? "" : "s"))"
        let losesData = deleteData || (deletesStack && spec.table.onTeardown == .delete)
        let text: String
        switch (deletesStack, losesData) {
        case (true, true): text = "Delete the stack \(name) and all stored conversations\(data)?"
        case (true, false): text = "Delete the stack \(name)? The conversations\(data) are kept."
        case (false, _):
            text = "Delete the conversations\(data) that \(name) left in \(tables.map(\.name).joined(separator: ", "))?"
        }
        return Question(text, defaultAnswer: false, confirmation: spec.protect ? spec.stage : nil)
    }

    /// - Returns: what was left behind.
    func delete(_ stack: Stack) throws(OperationError) -> [StuckResource] {
        try StackDeletion(cloud: cloud, context: context, host: host, stack: stack).finish()
    }

    /// The bot `shop` has a stage `eu-prod`, and the bot `shop-eu` a stage `prod`: their stacks have one name.
    private func checkOwner(of stack: Stack) throws(OperationError) {
        let own = BotTags.own(of: spec)
        guard let other = own.first(where: { key, value in stack.tags[key].map { $0 != value } ?? false }) else {
            return
        }
        throw OperationError(
            .protected,
            "the stack \(name) is not of the bot \(spec.name), stage \(spec.stage)",
            details: ["its tag \(other.key) is \(stack.tags[other.key] ?? "")"],
            fix: "tear it down from the project that it belongs to"
        )
    }

    private func protected() -> OperationError {
        OperationError(
            .protected,
            "the stack \(name) has termination protection",
            fix: "set `protect: false` for the stage and deploy, then tear it down"
        )
    }
}
