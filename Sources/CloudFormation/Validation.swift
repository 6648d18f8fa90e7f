extension Template {
    /// The shape that this module relies on: sections are maps keyed by logical ids, each resource a map with
    /// a type.
    func validate() throws(TemplateError) {
        for name in ["Parameters", "Resources", "Outputs"] {
            guard let section = root[name] else { continue }
            guard let map = section.map else { throw Self.badShape("\(name) must be a map") }
            for entry in map.entries {
                guard LogicalID(entry.key) != nil else { throw Self.badShape("\(name): \(entry.key) is no logical id") }
                guard let body = entry.value.map else { throw Self.badShape("\(name).\(entry.key) must be a map") }
                guard name == "Resources" else { continue }
                guard body["Type"]?.string != nil else { throw Self.badShape("\(entry.key) has no Type") }
                if let properties = body["Properties"], properties.map == nil {
                    throw Self.badShape("\(entry.key).Properties must be a map")
                }
            }
        }
        guard root["Resources"] != nil else { throw Self.badShape("Resources are missing") }
    }

    private static func badShape(_ message: String) -> TemplateError {
        TemplateError(code: .badShape, message: message, line: 0, column: 0)
    }
}

/// A place in a template that points at another part of it.
package struct TemplateReference: Sendable, Hashable {
    /// The resource or output that holds it.
    package var from: String
    /// A logical id or a pseudo parameter.
    package var target: String
    /// Of `Fn::GetAtt`, or after the point in `Fn::Sub`.
    package var attribute: String?
}

extension Template {
    /// Every `Ref`, `Fn::GetAtt`, `Fn::Sub` variable and `DependsOn` of resources and outputs.
    package var references: [TemplateReference] {
        var found: [TemplateReference] = []
        for name in ["Resources", "Outputs"] {
            for entry in root[name]?.map?.entries ?? [] {
                Self.collect(entry.value, from: entry.key, into: &found)
                switch entry.value["DependsOn"] {
                case .string(let target)?: found.append(TemplateReference(from: entry.key, target: target))
                case .list(let targets)?:
                    found += targets.compactMap(\.string).map { TemplateReference(from: entry.key, target: $0) }
                default: break
                }
            }
        }
        return found
    }

    /// References to what is neither a resource, nor a parameter, nor a pseudo parameter.
    package var danglingReferences: [TemplateReference] {
        let known = Set(parameters.keys).union(resources.map(\.id.text))
            .union(PseudoParameter.allCases.map(\.rawValue))
        return references.filter { !known.contains($0.target) }
    }

    private static func collect(_ value: TemplateValue, from: String, into found: inout [TemplateReference]) {
        switch value {
        case .list(let values): for value in values { collect(value, from: from, into: &found) }
        case .map(let map):
            if map.count == 1, let entry = map.entries.first {
                found += intrinsic(entry, from: from)
            }
            for entry in map.entries { collect(entry.value, from: from, into: &found) }
        case .string, .int, .double, .bool: break
        }
    }

    private static func intrinsic(_ entry: TemplateMap.Entry, from: String) -> [TemplateReference] {
        switch (entry.key, entry.value) {
        case ("Ref", .string(let target)): return [TemplateReference(from: from, target: target)]
        case ("Fn::GetAtt", .string(let text)):
            let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
            return parts.count == 2 ? [TemplateReference(from: from, target: parts[0], attribute: parts[1])] : []
        case ("Fn::GetAtt", .list(let parts)):
            guard parts.count == 2, let target = parts[0].string else { return [] }
            return [TemplateReference(from: from, target: target, attribute: parts[1].string)]
        case ("Fn::Sub", .string(let text)): return variables(of: text, except: [], from: from)
        case ("Fn::Sub", .list(let parts)):
            guard parts.count == 2, let text = parts[0].string else { return [] }
            return variables(of: text, except: Set(parts[1].map?.keys ?? []), from: from)
        default: return []
        }
    }

    private static func variables(of text: String, except local: Set<String>, from: String) -> [TemplateReference] {
        var found: [TemplateReference] = []
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            rest = rest[rest.index(after: dollar)...]
            guard rest.first == "{", let end = rest.firstIndex(of: "}") else { continue }
            let name = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard !name.hasPrefix("!"), !local.contains(String(name)) else { continue }
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard let target = parts.first else { continue }
            found.append(TemplateReference(from: from, target: target, attribute: parts.count == 2 ? parts[1] : nil))
        }
        return found
    }
}
