import AWSCore

extension PackageChange {
    /// - Parameter isNew: the stack's parameters name another package, or say something else about it.
    /// - Returns: `nil` when nothing in the package changes.
    package init?(from old: PackageContents?, to new: PackageContents?, isNew: Bool) {
        guard let new else { return nil }
        guard let old else {
            guard isNew else { return nil }
            self.init(handlersChanged: nil)
            return
        }
        let oldFiles = Dictionary(old.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let newFiles = Dictionary(new.files.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let differing = Set(oldFiles.keys).union(newFiles.keys).filter { oldFiles[$0] != newFiles[$0] }
        self.init(
            handlersChanged: differing.contains("bootstrap"),
            files: differing.subtracting(["bootstrap", "bot.json"]).sorted()
        )
        compare(Configuration(old.configuration), Configuration(new.configuration))
        if handlersChanged == false, prompt == nil, rules.isEmpty, settings.isEmpty, files.isEmpty { return nil }
    }

    private mutating func compare(_ old: Configuration, _ new: Configuration) {
        prompt = TextDiff(from: old.prompt, to: new.prompt)
        for file in Set(old.rules.keys).union(new.rules.keys).sorted() {
            guard let diff = TextDiff(from: old.rules[file] ?? "", to: new.rules[file] ?? "") else { continue }
            let action: Change.Action =
                switch (old.rules[file], new.rules[file]) {
                case (nil, _): .add
                case (_, nil): .remove
                default: .change
                }
            rules.append(RuleChange(file: file, action: action, diff: diff))
        }
        for path in Set(old.settings.keys).union(new.settings.keys).sorted() {
            let change = PropertyChange(path: path, before: old.settings[path], after: new.settings[path])
            if change.before != change.after { settings.append(change) }
        }
        reasons = settings.compactMap(Exposure.reason) + settings.compactMap(Cost.reason)
    }
}

/// `bot.json`, read without its type: one that another version of botctl wrote is compared all the same.
private struct Configuration {
    var prompt = ""
    /// The text of each rules file, put together from its sections.
    var rules: [String: String] = [:]
    var settings: [String: String] = [:]

    init(_ text: String) {
        for (key, value) in (try? JSONValue.parse(text))?.objectValue ?? [:] {
            switch key {
            case "prompt": prompt = value.stringValue ?? ""
            case "rules": for section in value.arrayValue ?? [] { add(section) }
            default: flatten(value, key)
            }
        }
    }

    private mutating func add(_ section: JSONValue) {
        guard let file = section["file"]?.stringValue, let text = section["text"]?.stringValue else { return }
        let headings = (section["path"]?.arrayValue ?? []).compactMap(\.stringValue)
        rules[file, default: ""] += "# \(headings.joined(separator: " › "))\n\n\(text)\n\n"
    }

    private mutating func flatten(_ value: JSONValue, _ path: String) {
        if let fields = value.objectValue {
            for (key, value) in fields { flatten(value, "\(path).\(key)") }
        } else if let elements = value.arrayValue {
            settings[path] = "[\(elements.map(Self.text).joined(separator: ", "))]"
        } else {
            settings[path] = Self.text(value)
        }
    }

    private static func text(_ value: JSONValue) -> String { value.stringValue ?? value.encodedString() }
}
