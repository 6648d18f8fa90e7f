import AWSClients
import AWSCore
import Synthesis

/// `botctl forget`: deletes everything that is stored of one customer, and proves it by reading again. Repeated, or
/// continued after an interruption, it deletes what is left.
package struct Forget {
    package struct Result: Sendable, Equatable {
        package var user: String
        package var table: String
        /// How many items were there.
        package var found: Int
        package var deleted: Int
        /// Nothing was deleted, because only the number was asked for.
        package var isDryRun: Bool

        package init(user: String, table: String, found: Int, deleted: Int, isDryRun: Bool) {
            self.user = user
            self.table = table
            self.found = found
            self.deleted = deleted
            self.isDryRun = isDryRun
        }
    }

    /// How often items that came meanwhile, of a turn that was still running, are deleted as well.
    static let rounds = 3

    package static func run(
        _ context: ProjectContext,
        user: String,
        isDryRun: Bool,
        _ host: any OperationHost
    ) throws(OperationError) -> Result {
        let spec = try context.loadSpec(telling: host).spec
        let outputs = try Outputs.run(context, host)
        guard let table = outputs.values[StackOutputs.tableName.text] else {
            throw OperationError(
                .notDeployed,
                "the stack \(outputs.stack) tells no table",
                fix: "run `botctl deploy`"
            )
        }
        let run = ForgetRun(
            context: context,
            cloud: try Cloud(context, region: spec.region),
            keys: DynamoDBClient.Keys(
                table: table,
                partition: spec.table.partitionKey,
                sort: spec.table.sortKey
            ),
            user: user
        )
        let keys = try run.read()
        var result = Result(user: user, table: table, found: keys.count, deleted: 0, isDryRun: isDryRun)
        if isDryRun || keys.isEmpty { return result }
        let items = keys.count == 1 ? "the 1 item" : "all \(keys.count) items"
        let question = Question(
            "Delete \(items) of the user \(user) from \(table)? This cannot be undone.",
            defaultAnswer: false,
            confirmation: spec.protect ? spec.stage : nil
        )
        guard try context.confirm(question, host) else {
            throw OperationError(.declined, "nothing was deleted", fix: "run the command again to delete it")
        }
        result.deleted = try run.deleteAll(keys)
        return result
    }
}

private struct ForgetRun {
    let context: ProjectContext
    let cloud: Cloud
    let keys: DynamoDBClient.Keys
    let user: String

    func read() throws(OperationError) -> [String] {
        try cloud.attempt("read the items of \(user) in \(keys.table)") { () throws(AWSError) in
            try cloud.dynamoDB.sortKeys(keys, partition: user)
        }
    }

    /// - Returns: how many went, once a consistent read has found none.
    func deleteAll(_ found: [String]) throws(OperationError) -> Int {
        var left = found
        var deleted = 0
        for _ in 0..<Forget.rounds {
            try delete(left)
            deleted += left.count
            left = try read()
            if left.isEmpty { return deleted }
        }
        throw OperationError(
            .stackState,
            "\(left.count) items of \(user) came while \(deleted) were deleted: the user is chatting",
            fix: "end the user's chat, then run the command again"
        )
    }

    private func delete(_ sortKeys: [String]) throws(OperationError) {
        var schedule = PollingSchedule()
        var rest = sortKeys[...]
        while !rest.isEmpty {
            try context.checkInterrupted()
            let batch = Array(rest.prefix(DynamoDBClient.batchSize))
            rest = rest.dropFirst(batch.count)
            let unprocessed = try cloud.attempt("delete items of \(user) in \(keys.table)") { () throws(AWSError) in
                try cloud.dynamoDB.deleteItems(keys, partition: user, sortKeys: batch)
            }
            guard !unprocessed.isEmpty else {
                schedule = PollingSchedule()
                continue
            }
            // DynamoDB is at its limit; a table that never gets to it is interrupted by the user.
            rest = ArraySlice(unprocessed) + rest
            context.effects.clock.sleep(schedule.next(news: false))
        }
    }
}
