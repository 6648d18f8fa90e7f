import CYAML
import Diagnostics

/// Parses one YAML document with libyaml's events. Aliases share nodes, so memory stays that of the file;
/// what they would expand to is counted and bounded.
struct YAMLParser {
    /// Levels of maps and lists, aliases followed.
    static let maximumDepth = 64
    /// Nodes after expanding aliases and merge keys.
    static let maximumNodes = 50_000

    /// - Returns: The document's root, and what is wrong with it but did not keep it from being read.
    static func parse(_ source: YAMLSource) throws(YAMLFailure) -> (root: YAMLNode?, problems: [YAMLFailure]) {
        guard let events = YAMLEvents(source) else {
            throw YAMLFailure(
                code: .yamlSyntax,
                message: "no memory to parse the file",
                range: source.range(0, 1),
                fix: "close other programs and try again"
            )
        }
        var parser = YAMLParser(source: source, events: events)
        let root = try parser.document()
        return (root, parser.problems)
    }

    private let source: YAMLSource
    private let events: YAMLEvents
    private var anchors: [String: YAMLNode] = [:]
    private var openAnchors: Set<String> = []
    private var problems: [YAMLFailure] = []
    private var nodes = 0

    private init(source: YAMLSource, events: YAMLEvents) {
        self.source = source
        self.events = events
    }

    private mutating func document() throws(YAMLFailure) -> YAMLNode? {
        var root: YAMLNode?
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamStart, .documentEnd: continue
            case .streamEnd: return root
            case .documentStart:
                guard root == nil else {
                    throw YAMLFailure(
                        code: .severalDocuments,
                        message: "the file holds more than one YAML document",
                        range: source.range(event.start, event.end),
                        fix: "delete this `---` and what follows, or use `stages` for variants"
                    )
                }
                root = try node(from: try events.next(), depth: 1)
            default: continue
            }
        }
    }

    private mutating func node(from event: YAMLEvents.Event, depth: Int) throws(YAMLFailure) -> YAMLNode {
        let range = source.range(event.start, event.end)
        guard depth <= Self.maximumDepth else { throw tooDeep(range) }
        try count(1, range)
        switch event.kind {
        case .alias(let name): return try resolve(alias: name, range: range, depth: depth)
        case .scalar(let scalar):
            let node = YAMLNode(content: .scalar(typed(scalar, range)), range: range)
            if let anchor = scalar.anchor { anchors[anchor] = node }
            return node
        case .sequenceStart(let anchor, let tag):
            check(tag: tag, allowed: "tag:yaml.org,2002:seq", range)
            open(anchor)
            var items: [YAMLNode] = []
            while true {
                let next = try events.next()
                if case .sequenceEnd = next.kind {
                    return close(anchor, .sequence(items), children: items, start: event.start, end: next)
                }
                items.append(try node(from: next, depth: depth + 1))
            }
        case .mappingStart(let anchor, let tag):
            check(tag: tag, allowed: "tag:yaml.org,2002:map", range)
            open(anchor)
            var builder = YAMLMapBuilder()
            while true {
                let next = try events.next()
                if case .mappingEnd = next.kind {
                    let entries = builder.finished(&problems)
                    for entry in entries where entry.isMerged {
                        try count(entry.entry.value.weight, entry.entry.keyRange)
                    }
                    let values = entries.map(\.entry)
                    return close(anchor, .mapping(values), children: values.map(\.value), start: event.start, end: next)
                }
                let key = try node(from: next, depth: depth + 1)
                let value = try node(from: try events.next(), depth: depth + 1)
                builder.add(key: key, value: value, &problems)
            }
        default:
            throw YAMLFailure(
                code: .yamlSyntax,
                message: "the document ends where a value should be",
                range: range,
                fix: "complete the line above"
            )
        }
    }

    private mutating func resolve(alias name: String, range: SourceRange, depth: Int) throws(YAMLFailure) -> YAMLNode {
        if openAnchors.contains(name) {
            throw YAMLFailure(
                code: .cyclicAlias,
                message: "the alias *\(name) stands inside the value that it names",
                range: range,
                fix: "repeat the value instead, or name another anchor"
            )
        }
        guard var node = anchors[name] else {
            let near = Suggestion.nearest(to: name, among: anchors.keys.sorted())
            throw YAMLFailure(
                code: .unknownAnchor,
                message: "no anchor &\(name) comes before this alias",
                range: range,
                fix: near.map { "write *\($0)" } ?? "put &\(name) before the value that it should repeat"
            )
        }
        try count(node.weight - 1, range)
        guard depth + node.height - 1 <= Self.maximumDepth else { throw tooDeep(range) }
        node.range = range
        return node
    }

    private mutating func typed(_ scalar: YAMLEvents.Scalar, _ range: SourceRange) -> YAMLScalar {
        var value = scalar.isPlain ? YAMLCoreSchema.resolve(scalar.text) : YAMLValue.string
        switch scalar.tag {
        case nil: break
        case "!", "tag:yaml.org,2002:str": value = .string
        case let tag?:
            guard let tagged = YAMLCoreSchema.resolve(scalar.text, tag: tag) else {
                refuse(tag: tag, range)
                break
            }
            value = tagged
        }
        return YAMLScalar(text: scalar.text, value: value, isPlain: scalar.isPlain)
    }

    private mutating func check(tag: String?, allowed: String, _ range: SourceRange) {
        if let tag, tag != allowed, tag != "!" { refuse(tag: tag, range) }
    }

    private mutating func refuse(tag: String, _ range: SourceRange) {
        let name = tag.hasPrefix("tag:yaml.org,2002:") ? "!!" + tag.dropFirst("tag:yaml.org,2002:".count) : tag
        problems.append(
            YAMLFailure(
                code: .unknownTag,
                message: "the tag \(name) means nothing here, or does not fit the value",
                range: range,
                fix: "delete the tag"
            )
        )
    }

    private mutating func open(_ anchor: String?) {
        if let anchor { openAnchors.insert(anchor) }
    }

    private mutating func close(
        _ anchor: String?,
        _ content: YAMLNode.Content,
        children: [YAMLNode],
        start: Int,
        end: YAMLEvents.Event
    ) -> YAMLNode {
        var node = YAMLNode(content: content, range: source.range(start, end.end))
        for child in children {
            node.weight += child.weight
            node.height = max(node.height, child.height + 1)
        }
        // A block collection ends, for libyaml, where the next thing begins.
        if end.start == end.end, let last = children.last, last.range.end > node.range.start {
            node.range.end = min(node.range.end, last.range.end)
        }
        if let anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = node
        }
        return node
    }

    private mutating func count(_ added: Int, _ range: SourceRange) throws(YAMLFailure) {
        nodes += added
        guard nodes <= Self.maximumNodes else {
            throw YAMLFailure(
                code: .aliasExpansion,
                message: "the file holds more than \(Self.maximumNodes) values, aliases expanded",
                range: range,
                fix: "repeat less by aliases; move long texts to promptFile and rules"
            )
        }
    }

    private func tooDeep(_ range: SourceRange) -> YAMLFailure {
        YAMLFailure(
            code: .nestedTooDeep,
            message: "maps and lists are nested deeper than \(Self.maximumDepth) levels",
            range: range,
            fix: "close some brackets before this one"
        )
    }
}
