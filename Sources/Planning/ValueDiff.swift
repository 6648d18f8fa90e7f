import CloudFormation

/// Finds where two template values differ.
enum ValueDiff {
    struct Difference: Equatable {
        /// `KeySchema[0].AttributeName`
        var path: String
        var before: TemplateValue?
        var after: TemplateValue?
    }

    static func differences(_ before: TemplateValue?, _ after: TemplateValue?, at path: String = "") -> [Difference] {
        guard before != after else { return [] }
        guard let before, let after, !before.isIntrinsic, !after.isIntrinsic else {
            return [Difference(path: path, before: before, after: after)]
        }
        switch (before, after) {
        case (.map(let old), .map(let new)): return maps(old, new, path)
        case (.list(let old), .list(let new)): return lists(old, new, path)
        default: return [Difference(path: path, before: before, after: after)]
        }
    }

    /// The order of keys means nothing.
    private static func maps(_ old: TemplateMap, _ new: TemplateMap, _ path: String) -> [Difference] {
        let keys = old.keys + new.keys.filter { old[$0] == nil }
        return keys.flatMap { differences(old[$0], new[$0], at: path.isEmpty ? $0 : "\(path).\($0)") }
    }

    private static func lists(_ old: [TemplateValue], _ new: [TemplateValue], _ path: String) -> [Difference] {
        if let byName = namedElements(old, new, path) { return byName }
        // Equal elements are anchors; what lies between two of them belongs together.
        var found: [Difference] = []
        let moves = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for move in moves {
            switch move {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var oldIndex = 0
        var newIndex = 0
        while oldIndex < old.count || newIndex < new.count {
            let isRemoved = removed.contains(oldIndex)
            let isInserted = inserted.contains(newIndex)
            switch (isRemoved, isInserted) {
            case (true, true):
                found += differences(old[oldIndex], new[newIndex], at: "\(path)[\(newIndex)]")
                oldIndex += 1
                newIndex += 1
            case (true, false):
                found.append(Difference(path: "\(path)[\(oldIndex)]", before: old[oldIndex], after: nil))
                oldIndex += 1
            case (false, true):
                found.append(Difference(path: "\(path)[\(newIndex)]", before: nil, after: new[newIndex]))
                newIndex += 1
            case (false, false):
                oldIndex += 1
                newIndex += 1
            }
        }
        return found
    }

    /// Keys by which AWS tells the elements of its lists apart.
    private static let names = ["Key", "PolicyName", "Sid", "Id"]

    /// `nil` unless every element has a name of one kind, and the names are unique and in the same order.
    private static func namedElements(
        _ old: [TemplateValue],
        _ new: [TemplateValue],
        _ path: String
    ) -> [Difference]? {
        for name in names {
            let oldNames = old.compactMap { $0[name]?.string }
            let newNames = new.compactMap { $0[name]?.string }
            guard oldNames.count == old.count, newNames.count == new.count, Set(oldNames).count == old.count,
                Set(newNames).count == new.count
            else { continue }
            let common = Set(oldNames).intersection(newNames)
            // A list whose order alone changed, or in which everything did, is clearer by position.
            guard !common.isEmpty, oldNames.filter(common.contains) == newNames.filter(common.contains) else {
                continue
            }
            let all = oldNames + newNames.filter { !common.contains($0) }
            return all.flatMap { element in
                differences(
                    old.first { $0[name]?.string == element },
                    new.first { $0[name]?.string == element },
                    at: "\(path)[\(element)]"
                )
            }
        }
        return nil
    }
}
