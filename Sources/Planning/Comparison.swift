import CloudFormation

extension Plan {
    /// What deploying `local` changes.
    /// - Parameter deployed: `nil` when there is no stack.
    package init(deployed: PlanInput?, local: PlanInput) {
        let old = deployed?.effectiveParameters ?? [:]
        let new = local.effectiveParameters
        let differing = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        let parameters = differing.sorted().map { ValueChange(name: $0, before: old[$0], after: new[$0]) }
        let before = Self.resources(deployed, old, substituting: differing)
        let after = Self.resources(local, new, substituting: deployed == nil ? [] : differing)

        var changes: [Change] = []
        for resource in after {
            let previous = before.first { $0.id == resource.id }
            if let previous {
                if let change = Self.change(from: previous, to: resource) { changes.append(change) }
            } else {
                changes.append(Self.addition(resource))
            }
        }
        for resource in before where !after.contains(where: { $0.id == resource.id }) {
            changes.append(Self.removal(resource))
        }
        Self.followReplacements(&changes, after)
        for index in changes.indices { changes[index].rank = Self.rank(changes[index]) }
        changes.sort { ($0.rank, $0.logicalId) < ($1.rank, $1.logicalId) }

        self.init(
            createsStack: deployed == nil,
            changes: changes,
            parameters: parameters,
            outputs: Self.outputs(deployed?.template, local.template),
            package: deployed.flatMap { PackageChange(from: $0.package, to: local.package, isNew: !parameters.isEmpty) }
        )
    }

    private static func resources(
        _ input: PlanInput?,
        _ values: [String: String],
        substituting names: Set<String>
    ) -> [Resource] {
        guard let input else { return [] }
        let shown = values.filter { names.contains($0.key) }
        return input.template.resources.map { resource in
            var resource = resource
            resource.properties = TemplateValue.map(resource.properties).substituting(shown).map ?? [:]
            return resource
        }
    }

    private static func outputs(_ old: Template?, _ new: Template) -> [ValueChange] {
        let before = old?.outputs ?? [:]
        let names = before.keys + new.outputs.keys.filter { before[$0] == nil }
        return names.sorted().compactMap { name in
            let change = ValueChange(
                name: name,
                before: before[name]?["Value"]?.readable,
                after: new.outputs[name]?["Value"]?.readable
            )
            return change.before == change.after ? nil : change
        }
    }
}

extension Plan {
    private static func addition(_ resource: Resource) -> Change {
        var change = Change(action: .add, logicalId: resource.id.text, type: resource.type)
        change.reasons = widening(Grants(resource), over: nil)
        change.reasons += Exposure.reasons(from: nil, to: resource) + Cost.reasons(from: nil, to: resource)
        return change
    }

    /// A resource that leaves the template goes by the policy it was deployed with.
    private static func removal(_ resource: Resource) -> Change {
        var change = Change(action: .remove, logicalId: resource.id.text, type: resource.type)
        if let policy = resource.deletionPolicy, policy.hasPrefix("Retain") {
            change.reasons.append(.init(.kept, "it stays in the account, outside the stack"))
        }
        if UpdateBehavior.holdsData(resource.type, resource.id.text) {
            change.reasons.append(
                resource.deletionPolicy?.hasPrefix("Retain") == true
                    ? .init(.dataLoss, "the bot loses its data, which stays in the account")
                    : .init(.dataLoss, "its data is deleted")
            )
        } else if resource.type == "AWS::Logs::LogGroup", resource.deletionPolicy?.hasPrefix("Retain") != true {
            change.reasons.append(.init(.logsLost, "its logs are deleted"))
        }
        change.reasons += Exposure.reasons(from: resource, to: nil)
        return change
    }

    private static func change(from old: Resource, to new: Resource) -> Change? {
        var change = Change(action: .change, logicalId: new.id.text, type: new.type)
        change.properties += ValueDiff.differences(.map(old.attributes), .map(new.attributes)).map {
            PropertyChange($0)
        }
        change.properties += ValueDiff.differences(.map(old.properties), .map(new.properties)).map {
            PropertyChange($0, replaces: UpdateBehavior.replaces(new.type, $0.path))
        }
        if old.type != new.type {
            change.properties.insert(
                PropertyChange(path: "Type", before: old.type, after: new.type, replaces: true),
                at: 0
            )
            change.reasons.append(
                .init(.replacement, "CloudFormation refuses another type under the same logical id: rename it")
            )
        }
        guard !change.properties.isEmpty else { return nil }
        if change.properties.contains(where: \.replaces) { replace(&change, new) }
        change.reasons += widening(Grants(new), over: Grants(old))
        change.reasons += Exposure.reasons(from: old, to: new) + Cost.reasons(from: old, to: new)
        return change
    }

    /// The new resource comes first, the old one goes by the new template's `UpdateReplacePolicy`.
    private static func replace(_ change: inout Change, _ new: Resource) {
        change.action = .replace
        let paths = change.properties.filter(\.replaces).map(\.path).joined(separator: ", ")
        change.reasons.append(.init(.replacement, "\(paths) cannot change in place"))
        let isKept = new.attributes["UpdateReplacePolicy"]?.string == "Retain"
        if UpdateBehavior.holdsData(new.type, new.id.text) {
            change.reasons.append(
                isKept
                    ? .init(.dataLoss, "the bot starts with an empty one; the old one and its data stay in the account")
                    : .init(.dataLoss, "the old one is deleted with its data")
            )
        } else if new.type == "AWS::Logs::LogGroup", !isKept {
            change.reasons.append(.init(.logsLost, "the old one is deleted with its logs"))
        }
    }

    private static func widening(_ new: Grants?, over old: Grants?) -> [Change.Reason] {
        (new?.widening(over: old) ?? []).map { .init(.widerPermission, $0) }
    }

    /// What refers to a replaced resource gets the new one's name or ARN; where that property cannot change in
    /// place, it is replaced in turn.
    private static func followReplacements(_ changes: inout [Change], _ resources: [Resource]) {
        var pending = changes.filter { $0.action == .replace }.map(\.logicalId)
        var done: Set<String> = []
        while let replaced = pending.popLast() {
            guard done.insert(replaced).inserted else { continue }
            for resource in resources where resource.id.text != replaced {
                let names = resource.properties.entries.filter { $0.value.references.contains(replaced) }.map(\.key)
                guard !names.isEmpty else { continue }
                let id = resource.id.text
                let index =
                    changes.firstIndex { $0.logicalId == id }
                    ?? {
                        changes.append(Change(action: .change, logicalId: id, type: resource.type))
                        return changes.count - 1
                    }()
                guard changes[index].action != .add else { continue }
                changes[index].reasons.append(.init(.follows, "refers to \(replaced), which is replaced"))
                let inTurn = names.filter { UpdateBehavior.replaces(resource.type, $0) }
                if !inTurn.isEmpty, changes[index].action == .change {
                    changes[index].properties += inTurn.map { name in
                        let value = resource.properties[name]?.readable
                        return PropertyChange(path: name, before: value, after: value, replaces: true)
                    }
                    replace(&changes[index], resource)
                    pending.append(id)
                }
            }
        }
    }

    private static func rank(_ change: Change) -> Change.Rank {
        let kinds = change.reasons.map(\.kind)
        if kinds.contains(.dataLoss) { return .dataLoss }
        if change.action == .replace { return .replacement }
        if kinds.contains(.widerPermission) { return .widerPermission }
        if kinds.contains(.exposure) { return .exposure }
        return kinds.contains(.cost) ? .cost : .other
    }
}

extension PropertyChange {
    init(_ difference: ValueDiff.Difference, replaces: Bool = false) {
        self.init(
            path: difference.path,
            before: difference.before?.readable,
            after: difference.after?.readable,
            replaces: replaces
        )
    }
}
