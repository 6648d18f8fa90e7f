package import AWSClients
package import Planning

extension Plan {
    /// The plan with CloudFormation's own verdict: a resource that its change set surely replaces is replaced,
    /// whatever the templates made us believe, and what it adds, removes or replaces unforeseen is in the plan.
    package func confirmed(by changeSet: ChangeSet) -> Plan {
        var plan = self
        for verdict in changeSet.changes {
            if let index = plan.changes.firstIndex(where: { $0.logicalId == verdict.logicalId }) {
                plan.changes[index].learn(verdict)
            } else if let change = Change(unforeseen: verdict) {
                plan.changes.append(change)
            }
        }
        plan.changes.sort { ($0.rank, $0.logicalId) < ($1.rank, $1.logicalId) }
        return plan
    }
}

extension Change {
    fileprivate mutating func learn(_ verdict: ResourceChange) {
        guard action == .change else { return }
        switch verdict.replacement {
        case .always:
            action = .replace
            mark("CloudFormation says that it replaces this resource")
        case .conditional where verdict.isConditionalInItself:
            mark("CloudFormation may replace this resource: it knows when it gets there")
        default: return
        }
    }

    /// `nil` for what is only touched because it refers to something: CloudFormation lists those by the dozen.
    fileprivate init?(unforeseen verdict: ResourceChange) {
        let action: Change.Action
        switch (verdict.action, verdict.replacement) {
        case (.add, _): action = .add
        case (.remove, _): action = .remove
        case (.modify, .always): action = .replace
        default: return nil
        }
        self.init(
            action: action,
            logicalId: verdict.logicalId,
            type: verdict.type,
            properties: verdict.details.compactMap { detail in
                guard detail.beforeValue != nil || detail.afterValue != nil else { return nil }
                return PropertyChange(
                    path: detail.name ?? detail.attribute,
                    before: detail.beforeValue,
                    after: detail.afterValue,
                    replaces: detail.requiresRecreation == .always
                )
            }
        )
        if action == .add {
            reasons.append(Change.Reason(.follows, "CloudFormation says that it adds this resource"))
        } else {
            mark("CloudFormation says that it \(action == .remove ? "removes" : "replaces") this resource")
        }
    }

    private mutating func mark(_ text: String) {
        let isLoss = UpdateBehavior.holdsData(type, logicalId)
        rank = min(rank, isLoss ? .dataLoss : .replacement)
        reasons.append(Change.Reason(isLoss ? .dataLoss : .replacement, text))
    }
}

extension ResourceChange {
    /// Whether its own values decide, and not just a reference to something that changes too.
    fileprivate var isConditionalInItself: Bool {
        details.contains { $0.requiresRecreation != .never && $0.evaluation != "Dynamic" }
    }
}
