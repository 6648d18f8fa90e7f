import Diagnostics

/// `parameters`: named values that texts of the spec refer to as `${name}`, and that each stage may give anew
/// (docs/decisions/0015-stages.md). Replaced in the tree, before anything is decoded: what comes out is checked as if
/// it had been written there.
struct Parameters {
    private var values: [String: YAMLScalar]
    /// Declared without a value, and given none by the stage.
    private var missing: Set<String>
    private let names: [String]
    private let findings: Findings

    /// Always there, beside the declared ones.
    private static let builtIn = ["name", "stage"]
    /// What the values of parameters do not reach: the parameters themselves, and what stages cannot change.
    private static let untouched: Set<String> = ["parameters", "stages", "version", "name"]

    /// - Returns: the tree with its references replaced; the tree itself where the spec declares no parameters.
    static func resolve(_ root: YAMLNode, stage: String, _ findings: Findings) -> YAMLNode {
        guard case .mapping(let entries) = root.content,
            let declared = entries.first(where: { $0.key == "parameters" }), !declared.value.isNull
        else { return root }
        guard
            let reader = MapReader(
                declared.value,
                at: "parameters",
                keys: nil,
                key: declared.keyRange,
                findings: findings
            ), case .mapping(let list) = declared.value.content
        else { return root }
        let name = entries.first { $0.key == "name" }.flatMap(\.value.scalar)
        let parameters = Parameters(list, reader, name: name, stage: stage, findings)
        var used: Set<String> = []
        var result = root
        result.content = .mapping(
            entries.map { entry in
                guard !untouched.contains(entry.key) else { return entry }
                var entry = entry
                entry.value = parameters.replace(in: entry.value, at: entry.key, &used)
                return entry
            }
        )
        for entry in list where !used.contains(entry.key) && parameters.isDeclared(entry.key) {
            findings.report(
                .warning,
                .parameterUnused,
                "nothing refers to the parameter `\(MapReader.shortened(entry.key))`",
                at: entry.keyRange,
                fix: "write ${\(MapReader.shortened(entry.key))} where its value belongs, or delete it",
                isLocal: false
            )
        }
        return result
    }

    private init(
        _ list: [YAMLEntry],
        _ reader: MapReader,
        name: YAMLScalar?,
        stage: String,
        _ findings: Findings
    ) {
        self.findings = findings
        values = ["stage": YAMLScalar(text: stage, value: .string, isPlain: true)]
        values["name"] = name
        missing = []
        names = list.map(\.key) + Self.builtIn
        for entry in list {
            guard Self.isName(entry.key), !Self.builtIn.contains(entry.key) else {
                findings.report(
                    .parameterName,
                    Self.builtIn.contains(entry.key)
                        ? "`\(entry.key)` is a parameter by itself"
                        : "a parameter's name has letters and digits, a letter first, at most 64",
                    at: entry.keyRange,
                    fix: "choose another name"
                )
                continue
            }
            guard let scalar = entry.value.scalar else {
                findings.report(
                    .wrongType,
                    "`\(reader.path(of: entry.key))` must be text, a number or a boolean, not \(entry.value.kind)",
                    at: entry.value.range,
                    fix: "write one value after the colon"
                )
                continue
            }
            if scalar.value == .null { missing.insert(entry.key) } else { values[entry.key] = scalar }
        }
    }

    /// Under a name that can be referred to.
    private func isDeclared(_ name: String) -> Bool {
        (values[name] != nil || missing.contains(name)) && !Self.builtIn.contains(name)
    }

    private func replace(in node: YAMLNode, at path: String, _ used: inout Set<String>) -> YAMLNode {
        var node = node
        switch node.content {
        case .scalar(let scalar):
            if scalar.value == .string, scalar.text.contains("$") {
                node.content = .scalar(replace(in: scalar, at: path, node.range, &used))
            }
        case .sequence(let items):
            var replaced: [YAMLNode] = []
            for (index, item) in items.enumerated() {
                replaced.append(replace(in: item, at: "\(path)[\(index)]", &used))
            }
            node.content = .sequence(replaced)
        case .mapping(let entries):
            var replaced: [YAMLEntry] = []
            for var entry in entries {
                entry.value = replace(in: entry.value, at: MapReader.join(path, entry.key), &used)
                replaced.append(entry)
            }
            node.content = .mapping(replaced)
        }
        return node
    }

    /// A text that is one reference becomes the value with its type; else the value's text is filled in. `$${` is
    /// a `${` that means itself.
    private func replace(
        in scalar: YAMLScalar,
        at path: String,
        _ range: SourceRange,
        _ used: inout Set<String>
    ) -> YAMLScalar {
        var result = ""
        var rest = scalar.text[...]
        while let start = rest.firstRange(of: "${") {
            if rest[..<start.lowerBound].hasSuffix("$") {
                result += rest[..<start.lowerBound].dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                report(rest[start.lowerBound...], range)
                findings.markBroken(path)
                return scalar
            }
            let name = String(rest[start.upperBound..<end])
            used.insert(name)
            let isWhole = result.isEmpty && start.lowerBound == scalar.text.startIndex
            rest = rest[rest.index(after: end)...]
            guard let value = values[name] else {
                report(name, range)
                findings.markBroken(path)
                return scalar
            }
            if isWhole, rest.isEmpty { return value }
            result += value.text
        }
        return YAMLScalar(text: result + rest, value: .string, isPlain: false)
    }

    private func report(_ unfinished: Substring, _ range: SourceRange) {
        findings.report(
            .parameterUnknown,
            "`\(MapReader.shortened(String(unfinished)))` has no closing brace",
            at: range,
            fix: "write ${name}, or $${ for the characters themselves"
        )
    }

    private func report(_ name: String, _ range: SourceRange) {
        if missing.contains(name) {
            findings.report(
                .parameterMissing,
                "the parameter `\(name)` has no value",
                at: range,
                fix: "give it one under `parameters`, or in the stage's",
                isLocal: false
            )
            return
        }
        // One that was refused where it is declared is not reported again.
        guard !names.contains(name) else { return }
        let near = Suggestion.nearest(to: name, among: names)
        findings.report(
            .parameterUnknown,
            "there is no parameter `\(MapReader.shortened(name))`",
            at: range,
            fix: near.map { "write ${\($0)}" } ?? "declare it under `parameters`, or write $${ for the characters"
        )
    }

    /// A stage gives values to what the spec declares, of the same type.
    /// - Returns: the stage without those that it may not give.
    static func checkOverrides(of stage: YAMLEntry, base: [YAMLEntry], _ findings: Findings) -> YAMLEntry {
        guard case .mapping(var values) = stage.value.content,
            let index = values.firstIndex(where: { $0.key == "parameters" }),
            case .mapping(let given) = values[index].value.content
        else { return stage }
        var declared: [YAMLEntry] = []
        if let all = base.first(where: { $0.key == "parameters" }), case .mapping(let entries) = all.value.content {
            declared = entries
        }
        let accepted = given.filter { entry in
            guard let original = declared.first(where: { $0.key == entry.key }) else {
                let near = Suggestion.nearest(to: entry.key, among: declared.map(\.key))
                findings.report(
                    .parameterUnknown,
                    "the stage `\(stage.key)` gives a value to `\(MapReader.shortened(entry.key))`, which the spec does "
                        + "not declare",
                    at: entry.keyRange,
                    fix: near.map { "write `\($0)`" } ?? "declare it under `parameters` at the top level, too"
                )
                return false
            }
            guard let before = original.value.scalar, let after = entry.value.scalar,
                before.value != .null, after.value != .null, before.value.kind != after.value.kind
            else { return true }
            findings.report(
                .wrongType,
                "the parameter `\(entry.key)` is \(original.value.kind), and the stage `\(stage.key)` gives "
                    + "\(entry.value.kind)",
                at: entry.value.range,
                fix: "give a value of the same type: texts that look like numbers go in quotes"
            )
            return false
        }
        values[index].value.content = .mapping(accepted)
        var stage = stage
        stage.value.content = .mapping(values)
        return stage
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, ASCII.isLetterOrDigit(first), !(0x30...0x39).contains(first) else {
            return false
        }
        return text.utf8.count <= 64 && text.utf8.allSatisfy { ASCII.isLetterOrDigit($0) }
    }
}

extension YAMLNode {
    fileprivate var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }
}

extension YAMLValue {
    /// Whole numbers and others are both numbers.
    fileprivate var kind: Int {
        switch self {
        case .null: 0
        case .bool: 1
        case .int, .float: 2
        case .string: 3
        }
    }
}
