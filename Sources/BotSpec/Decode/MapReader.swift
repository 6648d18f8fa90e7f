import Diagnostics

/// Reads one map of the spec strictly: reports unknown keys, missing keys and wrong types, and notes where each
/// value stands. Every method returns `nil` where the key is absent, null, or wrong (and then says so).
struct MapReader {
    let findings: Findings
    let path: String
    private let range: SourceRange
    private let entries: [String: YAMLEntry]

    /// - Parameter keys: every key that the map may have, or `nil` if any is welcome.
    init?(_ node: YAMLNode, at path: String, keys: [String]?, key: SourceRange?, findings: Findings) {
        self.findings = findings
        self.path = path
        range = key ?? SourceRange(file: node.range.file, start: node.range.start, end: node.range.start)
        findings.sourceMap.set(path, value: node.range, key: key)
        guard case .mapping(let list) = node.content else {
            findings.markBroken(path)
            findings.report(
                .wrongType,
                "\(path.isEmpty ? "the spec" : "`\(path)`") must be a map, not \(node.kind)",
                at: node.range,
                fix: keys.map { "write keys below it: \(Self.list($0))" } ?? "write `key: value` lines below it"
            )
            return nil
        }
        var entries: [String: YAMLEntry] = [:]
        for entry in list {
            if let keys, !keys.contains(entry.key) {
                Self.reportUnknown(entry, keys: keys, path: path, findings)
                continue
            }
            entries[entry.key] = entry
            // A key without a value is as good as absent: rules must not take it for something the user wrote.
            if entry.value.isNull { continue }
            findings.sourceMap.set(Self.join(path, entry.key), value: entry.value.range, key: entry.keyRange)
        }
        self.entries = entries
    }

    var keysInOrder: [String] {
        entries.values.sorted { $0.keyRange.start < $1.keyRange.start }.map(\.key)
    }

    var isEmpty: Bool { entries.isEmpty }

    func path(of key: String) -> String { Self.join(path, key) }

    func keyRange(_ key: String) -> SourceRange { entries[key]?.keyRange ?? range }

    func node(_ key: String) -> YAMLNode? {
        guard let node = entries[key]?.value, !node.isNull else { return nil }
        return node
    }

    func has(_ key: String) -> Bool { node(key) != nil }

    func map(_ key: String, keys: [String]?) -> MapReader? {
        guard let node = node(key) else { return nil }
        return MapReader(node, at: path(of: key), keys: keys, key: keyRange(key), findings: findings)
    }

    func string(_ key: String) -> String? {
        scalar(key, expected: "text") { scalar in
            if case .string = scalar.value {
                .read(scalar.text)
            } else {
                .refused("put it in quotes: \"\(scalar.text)\"")
            }
        }
    }

    /// Text, or a number or boolean taken as it is written: for values that are texts to AWS in any case.
    func text(_ key: String) -> String? {
        scalar(key, expected: "text") { .read($0.text) }
    }

    func bool(_ key: String) -> Bool? {
        scalar(key, expected: "true or false") { scalar in
            if case .bool(let value) = scalar.value { return .read(value) }
            return switch scalar.text.lowercased() {
            case "yes", "on", "y", "true", "1":
                .refused("write true (YAML 1.2 reads \(scalar.text) as \(scalar.kind))")
            case "no", "off", "n", "false", "0":
                .refused("write false (YAML 1.2 reads \(scalar.text) as \(scalar.kind))")
            default: .refused("write true or false")
            }
        }
    }

    func int(_ key: String) -> Int? {
        scalar(key, expected: "a whole number") { scalar in
            if case .int(let value) = scalar.value { return .read(Int(value)) }
            if case .string = scalar.value {
                let digits = scalar.text.filter { $0 != "_" && $0 != "," }
                if let value = Int(digits) { return .refused("write \(value)") }
                let leading = scalar.text.prefix { $0.isASCII && $0.isNumber }
                if !leading.isEmpty { return .refused("write the number alone: \(leading)") }
            }
            return .refused("write a whole number")
        }
    }

    func double(_ key: String) -> Double? {
        scalar(key, expected: "a number") { scalar in
            switch scalar.value {
            case .int(let value): .read(Double(value))
            case .float(let value) where value.isFinite: .read(value)
            default: .refused("write a number, with a point: 0.2")
            }
        }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        return scalar(key, expected: "one of \(Self.list(names))", code: .unknownChoice) { scalar in
            if let choice = Choice(rawValue: scalar.text) { return .read(choice) }
            let near = Suggestion.nearest(to: scalar.text, among: names)
            return .refused(near.map { "write \($0)" } ?? "write one of \(Self.list(names))")
        }
    }

    func items(_ key: String) -> [(node: YAMLNode, path: String)]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let items) = node.content else {
            wrong(
                key,
                node,
                expected: "a list",
                code: .wrongType,
                fix: "write each item on a line with `- `, or [] for none"
            )
            return nil
        }
        return items.enumerated().map { index, item in
            let path = "\(path(of: key))[\(index)]"
            findings.sourceMap.set(path, value: item.range, key: nil)
            return (item, path)
        }
    }

    func strings(_ key: String) -> [String]? {
        items(key).map { items in
            items.map { item in
                if case .scalar(let scalar) = item.node.content, scalar.value == .string { return scalar.text }
                findings.markBroken(item.path)
                var fix = "write text"
                if case .scalar(let scalar) = item.node.content { fix = "put it in quotes: \"\(scalar.text)\"" }
                findings.report(
                    .wrongType,
                    "`\(item.path)` must be text, not \(item.node.kind)",
                    at: item.node.range,
                    fix: fix
                )
                return ""
            }
        }
    }

    /// Every entry as text; the keys are the user's.
    func texts(_ key: String) -> [String: String] {
        guard let map = map(key, keys: nil) else { return [:] }
        var result: [String: String] = [:]
        for key in map.keysInOrder { result[key] = map.text(key) }
        return result
    }

    /// Reports the absence of a key that the map must have, unless it is there with a wrong value.
    func require(_ key: String, example: String) {
        guard !has(key) else { return }
        findings.markBroken(path(of: key))
        findings.report(
            .missingKey,
            "\(path.isEmpty ? "the spec" : "`\(path)`") lacks `\(key)`",
            at: keyRange(key),
            fix: "add `\(key): \(example)`",
            isLocal: false
        )
    }

    // MARK: -

    private enum Reading<Value> {
        case read(Value)
        case refused(String)
    }

    private func scalar<Value>(
        _ key: String,
        expected: String,
        code: SpecCode = .wrongType,
        _ read: (YAMLScalar) -> Reading<Value>
    ) -> Value? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node.content else {
            wrong(key, node, expected: expected, code: .wrongType, fix: "write \(expected) after the colon")
            return nil
        }
        switch read(scalar) {
        case .read(let value): return value
        case .refused(let fix):
            wrong(key, node, expected: expected, code: code, fix: fix)
            return nil
        }
    }

    private func wrong(_ key: String, _ node: YAMLNode, expected: String, code: SpecCode, fix: String) {
        findings.markBroken(path(of: key))
        var found = node.kind
        if code == .unknownChoice, case .scalar(let scalar) = node.content {
            found = "`\(Self.shortened(scalar.text))`"
        }
        findings.report(code, "`\(path(of: key))` must be \(expected), not \(found)", at: node.range, fix: fix)
    }

    private static func reportUnknown(_ entry: YAMLEntry, keys: [String], path: String, _ findings: Findings) {
        let place = path.isEmpty ? "the spec" : "`\(path)`"
        let fix: String
        if let near = Suggestion.nearest(to: entry.key, among: keys) {
            fix = "write `\(near)`"
        } else if let home = SpecKeys.home(of: entry.key, excluding: path) {
            fix = "move it: `\(entry.key)` belongs \(home)"
        } else {
            fix = "delete it, or use one of \(list(keys))"
        }
        findings.report(.unknownKey, "\(place) knows no key `\(shortened(entry.key))`", at: entry.keyRange, fix: fix)
    }

    static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

    static func shortened(_ text: String) -> String { text.count > 60 ? text.prefix(57) + "…" : text }
}

extension YAMLScalar {
    fileprivate var kind: String {
        switch value {
        case .int, .float: "a number"
        default: "text"
        }
    }
}
