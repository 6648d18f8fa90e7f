import BotContract
import Diagnostics

/// Lays a stage's values over the base's: maps deeply, lists and scalars whole; `null` takes a value back to its
/// default. Every node keeps its place, so that an error in a stage's value points into the stage.
enum StageMerge {
    static func merge(_ stage: YAMLNode, over base: YAMLNode) -> YAMLNode {
        var base = base
        if hasRoutes(stage), !hasRoutes(base), case .mapping(let entries) = base.content {
            base.content = .mapping(entries.filter { $0.key != "routes" } + builtInRoutes(below: stage))
        }
        var merged = merge(stage, over: base, path: "")
        merged.range = base.range
        return merged
    }

    private static func merge(_ upper: YAMLNode, over lower: YAMLNode, path: String) -> YAMLNode {
        guard case .mapping(let upperEntries) = upper.content else { return upper }
        var lower = lower
        // `sendMessage: sendMessage` is short for `sendMessage: { handler: sendMessage }`.
        if path.hasPrefix("routes."), case .scalar = lower.content, !lower.isNull {
            lower.content = .mapping([YAMLEntry(key: "handler", keyRange: lower.range, value: lower)])
        }
        guard case .mapping(let lowerEntries) = lower.content else { return upper }
        var result = lowerEntries
        var places: [String: Int] = [:]
        for (index, entry) in lowerEntries.enumerated() { places[entry.key] = index }
        for entry in upperEntries {
            guard let index = places[entry.key] else {
                result.append(entry)
                continue
            }
            var merged = entry
            merged.value = merge(entry.value, over: lowerEntries[index].value, path: MapReader.join(path, entry.key))
            result[index] = merged
        }
        var node = upper
        node.content = .mapping(result)
        return node
    }

    private static func hasRoutes(_ node: YAMLNode) -> Bool { routes(node) != nil }

    private static func routes(_ node: YAMLNode) -> YAMLEntry? {
        guard case .mapping(let entries) = node.content else { return nil }
        guard let routes = entries.first(where: { $0.key == "routes" }), case .mapping = routes.value.content else {
            return nil
        }
        return routes
    }

    /// The routes that a base without any has, for a stage that changes some of them.
    private static func builtInRoutes(below stage: YAMLNode) -> [YAMLEntry] {
        guard let routes = routes(stage) else { return [] }
        var map = routes
        map.value.content = .mapping(
            HandlerName.builtInRoutes.map { key, handler in
                let scalar = YAMLScalar(text: handler.rawValue, value: .string, isPlain: true)
                return YAMLEntry(
                    key: key,
                    keyRange: routes.keyRange,
                    value: YAMLNode(content: .scalar(scalar), range: routes.keyRange)
                )
            }
        )
        return [map]
    }
}
