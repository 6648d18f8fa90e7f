import Planning

/// Changes that are the same but for the resource: shown once, with all names.
struct ChangeGroup {
    /// Of the first resource, and the same for the others.
    let change: Change
    private(set) var names: [String]

    /// - Parameter changes: in the plan's order, which the groups keep.
    static func groups(of changes: [Change]) -> [ChangeGroup] {
        var groups: [ChangeGroup] = []
        for change in changes {
            if let index = groups.firstIndex(where: { $0.takes(change) }) {
                groups[index].names.append(change.logicalId)
            } else {
                groups.append(ChangeGroup(change: change, names: [change.logicalId]))
            }
        }
        return groups
    }

    private func takes(_ other: Change) -> Bool {
        var renamed = other
        renamed.logicalId = change.logicalId
        return renamed == change
    }
}
