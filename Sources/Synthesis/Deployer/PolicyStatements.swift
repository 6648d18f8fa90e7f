import CloudFormation

/// Collects permissions, and writes as few statements as say them all: one for each set of resources and condition.
struct PolicyStatements {
    private struct Group {
        var effect: String
        var actions: Set<String>
        var resources: [String]
        var condition: TemplateValue?
    }

    private var groups: [Group] = []

    mutating func allow(_ actions: [String], on resources: [String], when condition: TemplateValue? = nil) {
        add("Allow", actions, resources, condition)
    }

    mutating func deny(_ actions: [String], on resources: [String], when condition: TemplateValue) {
        add("Deny", actions, resources, condition)
    }

    private mutating func add(
        _ effect: String,
        _ actions: [String],
        _ resources: [String],
        _ condition: TemplateValue?
    ) {
        guard !actions.isEmpty else { return }
        let index = groups.firstIndex {
            $0.effect == effect && $0.resources == resources && $0.condition == condition
        }
        if let index {
            groups[index].actions.formUnion(actions)
        } else {
            groups.append(
                Group(effect: effect, actions: Set(actions), resources: resources, condition: condition)
            )
        }
    }

    var document: TemplateValue {
        ["Version": "2012-10-17", "Statement": .list(groups.map(statement))]
    }

    private func statement(_ group: Group) -> TemplateValue {
        var statement: TemplateMap = [
            "Effect": .string(group.effect),
            "Action": one(group.actions.sorted()),
            "Resource": one(group.resources),
        ]
        statement["Condition"] = group.condition
        return .map(statement)
    }

    private func one(_ values: [String]) -> TemplateValue {
        values.count == 1 ? .string(values[0]) : .list(values.map { .string($0) })
    }
}
