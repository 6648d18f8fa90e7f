package import AWSClients
package import Planning

extension Plan {
    /// The plan with CloudFormation's own verdict: a resource that its change set surely replaces is replaced,
    /// whatever the templates made us believe.
    package func confirmed(by changeSet: ChangeSet) -> Plan {
        let replaced = Set(changeSet.changes.filter { $0.replacement == .always }.map(\.logicalId))
        guard !replaced.isEmpty else { return self }
        var plan = self
        for index in plan.changes.indices
        where plan.changes[index].action == .change && replaced.contains(plan.changes[index].logicalId) {
            plan.changes[index].action = .replace
            let holdsData = plan.changes[index].type == "AWS::DynamoDB::Table"
            plan.changes[index].rank = min(plan.changes[index].rank, holdsData ? .dataLoss : .replacement)
            plan.changes[index].reasons.append(
                Change.Reason(
                    holdsData ? .dataLoss : .replacement,
                    "CloudFormation says that it replaces this resource"
                )
            )
        }
        plan.changes.sort { ($0.rank, $0.logicalId) < ($1.rank, $1.logicalId) }
        return plan
    }
}
