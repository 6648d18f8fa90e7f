import CloudFormation

extension TemplateValue {
    /// As a person reads it: text as it is, intrinsic functions in YAML's short form, the rest in flow style.
    var readable: String {
        switch self {
        case .string(let text): text
        default: inline
        }
    }

    private var inline: String {
        switch self {
        case .string(let text): Self.needsQuotes(text) ? "\"\(Self.escaped(text))\"" : text
        case .int(let number): String(number)
        case .double(let number): String(number)
        case .bool(let flag): String(flag)
        case .list(let values): "[\(values.map(\.inline).joined(separator: ", "))]"
        case .map(let map):
            intrinsic(map) ?? "{\(map.entries.map { "\($0.key): \($0.value.inline)" }.joined(separator: ", "))}"
        }
    }

    /// Whether this is a call of an intrinsic function, which is one value and no container.
    var isIntrinsic: Bool { map.flatMap(intrinsic) != nil }

    private func intrinsic(_ map: TemplateMap) -> String? {
        guard map.count == 1, let entry = map.entries.first else { return nil }
        switch (entry.key, entry.value) {
        case ("Ref", .string(let name)): return "!Ref \(name)"
        case ("Fn::GetAtt", .list(let parts)): return "!GetAtt \(parts.map(\.readable).joined(separator: "."))"
        case ("Fn::GetAtt", .string(let name)): return "!GetAtt \(name)"
        case (let key, let value) where key.hasPrefix("Fn::"): return "!\(key.dropFirst(4)) \(value.readable)"
        default: return nil
        }
    }

    private static func needsQuotes(_ text: String) -> Bool {
        text.isEmpty || text.contains { ",[]{}\"\n".contains($0) } || text.hasPrefix(" ") || text.hasSuffix(" ")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension TemplateValue {
    /// Puts values where `Ref` and `Fn::Sub` name them, so that a change of a parameter shows where it acts.
    func substituting(_ values: [String: String]) -> TemplateValue {
        guard !values.isEmpty else { return self }
        switch self {
        case .string, .int, .double, .bool: return self
        case .list(let list): return .list(list.map { $0.substituting(values) })
        case .map(let map):
            if map.count == 1, let entry = map.entries.first, let text = entry.value.string {
                if entry.key == "Ref", let value = values[text] { return .string(value) }
                if entry.key == "Fn::Sub" { return ["Fn::Sub": .string(Self.substituting(values, in: text))] }
            }
            return .map(TemplateMap(map.entries.map { ($0.key, $0.value.substituting(values)) }))
        }
    }

    private static func substituting(_ values: [String: String], in text: String) -> String {
        values.sorted { $0.key < $1.key }.reduce(text) { $0.replacing("${\($1.key)}", with: $1.value) }
    }

    /// Logical ids that `Ref`, `Fn::GetAtt` and `Fn::Sub` name, pseudo parameters included.
    var references: Set<String> {
        switch self {
        case .string, .int, .double, .bool: return []
        case .list(let list): return list.reduce(into: []) { $0.formUnion($1.references) }
        case .map(let map):
            var found: Set<String> = []
            for entry in map.entries {
                switch (entry.key, entry.value) {
                case ("Ref", .string(let name)): found.insert(name)
                case ("Fn::GetAtt", .string(let name)): found.insert(String(name.prefix { $0 != "." }))
                case ("Fn::GetAtt", .list(let parts)): found.formUnion(parts.first?.string.map { [$0] } ?? [])
                case ("Fn::Sub", .string(let text)): found.formUnion(Self.names(in: text))
                case ("Fn::Sub", .list(let parts)):
                    found.formUnion(parts.first?.string.map(Self.names) ?? [])
                    found.formUnion(entry.value.references)
                default: found.formUnion(entry.value.references)
                }
            }
            return found
        }
    }

    private static func names(in text: String) -> Set<String> {
        var names: Set<String> = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: "}") else { break }
            if rest.first != "!" { names.insert(String(rest[..<end].prefix { $0 != "." })) }
        }
        return names
    }
}
