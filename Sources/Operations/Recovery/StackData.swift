import AWSClients
import AWSCore
import CloudFormation

/// What a stack holds of customers' data, and what a deletion of the stack does to it.
struct StackData {
    var table: String
    /// As DynamoDB last counted, up to six hours ago.
    var items: Int64
    /// The table stays when the stack goes.
    var isRetained: Bool
    /// Somebody may miss what is in it. The table of a stack whose creation failed has never had a customer; that
    /// of another counts as full whatever was last counted.
    var isLoss: Bool

    /// For the question, with its full stop.
    var sentence: String {
        let holding = "\(items) item\(items == 1 ? "" : "s")"
        return isRetained
            ? "The table \(table) (\(holding)) is kept in the account, and the new stack makes another, empty one."
            : "The table \(table) with \(holding) is deleted with it."
    }

    /// The tables of a stack that are still there.
    static func read(_ stack: Stack, _ cloud: Cloud) throws(OperationError) -> [StackData] {
        try cloud.attempt("look for the tables of \(stack.name)") { () throws(AWSError) in
            let resources = try cloud.cloudFormation.stackResources(stack.id).filter {
                $0.type == "AWS::DynamoDB::Table" && $0.status != "DELETE_COMPLETE" && $0.status != "DELETE_SKIPPED"
            }
            guard !resources.isEmpty else { return [] }
            let template = try cloud.cloudFormation.getTemplate(stack.id).flatMap { try? Template.parse($0) }
            var tables: [StackData] = []
            for resource in resources {
                guard let name = resource.physicalId, !name.isEmpty,
                    let table = try cloud.dynamoDB.describeTable(name), table.status != .deleting
                else { continue }
                let isRetained =
                    template?.resource(resource.logicalId)?.deletionPolicy.map { $0.hasPrefix("Retain") } ?? false
                tables.append(
                    StackData(
                        table: name,
                        items: table.itemCount,
                        isRetained: isRetained,
                        isLoss: !isRetained && (table.itemCount > 0 || stack.status == .deleteFailed)
                    )
                )
            }
            return tables
        }
    }
}
