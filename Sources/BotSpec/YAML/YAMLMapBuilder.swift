import Diagnostics

/// Collects the entries of one map: duplicates refused, merge keys (`<<`) resolved.
struct YAMLMapBuilder {
    private var entries: [YAMLEntry] = []
    private var places: [String: Int] = [:]
    private var merged: [YAMLNode] = []

    mutating func add(key: YAMLNode, value: YAMLNode, _ problems: inout [YAMLFailure]) {
        guard case .scalar(let scalar) = key.content, scalar.value != .null else {
            problems.append(
                YAMLFailure(
                    code: .keyNotText,
                    message: "a key must be text, not \(key.kind)",
                    range: key.range,
                    fix: key.isNull ? "write the key before the colon" : "write a plain name before the colon"
                )
            )
            return
        }
        if scalar.text == "<<", scalar.isPlain {
            collect(merge: value, &problems)
            return
        }
        if let first = places[scalar.text] {
            let line = entries[first].keyRange.start.line
            problems.append(
                YAMLFailure(
                    code: .duplicateKey,
                    message: "the key `\(scalar.text)` is already on line \(line)",
                    range: key.range,
                    fix: "keep one of the two"
                )
            )
            return
        }
        places[scalar.text] = entries.count
        entries.append(YAMLEntry(key: scalar.text, keyRange: key.range, value: value))
    }

    private mutating func collect(merge value: YAMLNode, _ problems: inout [YAMLFailure]) {
        switch value.content {
        case .mapping: merged.append(value)
        case .sequence(let items):
            for item in items { collect(merge: item, &problems) }
        case .scalar:
            problems.append(
                YAMLFailure(
                    code: .mergeKey,
                    message: "`<<` merges maps, and this is \(value.kind)",
                    range: value.range,
                    fix: "give it an alias of a map: `<<: *name`"
                )
            )
        }
    }

    /// The map's own entries, then the merged ones that it does not have itself; of two merged maps with the
    /// same key the earlier counts (https://yaml.org/type/merge.html).
    mutating func finished(_ problems: inout [YAMLFailure]) -> [(entry: YAMLEntry, isMerged: Bool)] {
        var result = entries.map { (entry: $0, isMerged: false) }
        for map in merged {
            guard case .mapping(let added) = map.content else { continue }
            for entry in added where places[entry.key] == nil {
                places[entry.key] = result.count
                result.append((entry: entry, isMerged: true))
            }
        }
        return result
    }
}
