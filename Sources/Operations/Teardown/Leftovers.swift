import AWSClients
import AWSCore
import BotSpec
import CloudFormation
import Synthesis

/// What a bot's stage leaves beside its stack. Only what carries its tags or its exact names is touched.
struct Leftovers {
    let cloud: Cloud
    let context: ProjectContext
    let spec: BotSpec
    let artifacts: ArtifactStore

    /// Tables that this stage made, of this stack or of earlier ones: named by CloudFormation after the stack,
    /// and tagged as this bot's and stage's.
    func tables() throws(OperationError) -> [RetainedTable] {
        let own = BotTags.own(of: spec)
        return try cloud.attempt("look for the bot's tables") { () throws(AWSError) in
            var tables: [RetainedTable] = []
            for name in try cloud.dynamoDB.listTables(prefix: "\(spec.stackName)-") {
                guard let table = try cloud.dynamoDB.describeTable(name), table.status != .deleting,
                    try cloud.dynamoDB.tags(ofResource: table.arn).contains(own)
                else { continue }
                tables.append(
                    RetainedTable(
                        name: name,
                        items: table.itemCount,
                        bytes: table.sizeBytes,
                        hasDeletionProtection: table.hasDeletionProtection,
                        region: cloud.session.region
                    )
                )
            }
            return tables
        }
    }

    /// After the stack is gone: what is still there was retained.
    func settleTables(
        delete: Bool
    ) throws(OperationError) -> (kept: [RetainedTable], deleted: [Teardown.Removal]) {
        let left = try tables()
        guard delete else { return (left, []) }
        var deleted: [Teardown.Removal] = []
        for table in left {
            _ = try cloud.attempt("delete the table \(table.name)") { () throws(AWSError) in
                try cloud.dynamoDB.deleteTable(table.name)
            }
            deleted.append(Teardown.Removal(kind: "table", name: table.name))
        }
        return ([], deleted)
    }

    /// The log groups that the deployed template names, or the local one when nothing is deployed.
    func logGroupNames(of stack: Stack?) throws(OperationError) -> Set<String> {
        var template = Synthesizer.template(for: spec)
        if let stack {
            let text = try cloud.attempt("read the deployed template") { () throws(AWSError) in
                try cloud.cloudFormation.getTemplate(stack.id)
            }
            if let deployed = text.flatMap({ try? Template.parse($0) }) { template = deployed }
        }
        return Set(
            template.resources.filter { $0.type == "AWS::Logs::LogGroup" }
                .compactMap { $0.properties["LogGroupName"]?.string }
        )
    }

    /// The token key, the packages, and log groups that a last invocation brought back.
    func removeRest(logGroups: Set<String>) throws(OperationError) -> [Teardown.Removal] {
        var removed: [Teardown.Removal] = []
        let parameter = TokenKeyStore.parameter(of: spec)
        let hadKey = try cloud.attempt("delete the token key") { () throws(AWSError) in
            try cloud.ssm.deleteParameter(parameter)
        }
        if hadKey { removed.append(Teardown.Removal(kind: "token key", name: parameter)) }

        let groups = try cloud.attempt("look for the bot's log groups") { () throws(AWSError) in
            try cloud.logs.describeLogGroups(prefix: "/aws/lambda/\(spec.stackName)-")
                .filter { logGroups.contains($0.name) }
        }
        for group in groups {
            _ = try cloud.attempt("delete the log group \(group.name)") { () throws(AWSError) in
                try cloud.logs.deleteLogGroup(group.name)
            }
            removed.append(Teardown.Removal(kind: "log group", name: group.name))
        }

        let objects = try artifacts.removeAll()
        if objects > 0 {
            removed.append(Teardown.Removal(kind: "packages", name: "s3://\(artifacts.bucket)/\(artifacts.prefix)"))
        }
        return removed
    }
}

extension [String: String] {
    func contains(_ pairs: [String: String]) -> Bool { pairs.allSatisfy { self[$0.key] == $0.value } }
}
