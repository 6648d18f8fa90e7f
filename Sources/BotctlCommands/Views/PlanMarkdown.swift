import Planning

/// A plan as a comment for a pull request: what a reviewer must see is open, the rest is folded.
struct PlanMarkdown {
    let plan: Plan
    /// `acme-support-prod`
    let stack: String
    /// What was changed behind the stack's back, as a block; empty when nothing was.
    var drift = ""

    /// GitHub refuses longer comments (https://docs.github.com/en/rest/issues/comments), counted here in UTF-8,
    /// which is never shorter than what it counts.
    static let limit = 65_536

    /// By which a workflow finds the comment to write anew.
    var marker: String { "<!-- botctl diff: \(stack) -->" }

    func text() -> String {
        var page = MarkdownPage(limit: Self.limit)
        page.add("\(marker)\n### \(Markdown.code(stack)): \(title)\n")
        page.add(drift)
        guard !plan.isEmpty || plan.createsStack else { return page.text }
        for warning in warnings { page.add(warning) }
        if plan.createsStack {
            page.add(additions)
            return page.text
        }
        let grave = ChangeGroup.groups(of: plan.changes.filter { $0.rank != .other })
        for group in grave { page.add(Self.open(group)) }
        if let package = plan.package {
            for block in PackageMarkdown(package).blocks { page.add(block) }
        }
        let rest = plan.changes.filter { $0.rank == .other }
        if !rest.isEmpty {
            let lines = ChangeGroup.groups(of: rest).map(Self.line)
            page.add(Markdown.folded(plural(rest.count, "other change"), lines.joined(separator: "\n")))
        }
        page.add(values("Parameters", plan.parameters))
        page.add(values("Outputs", plan.outputs))
        return page.text
    }

    private var title: String {
        if plan.createsStack { return "a new stack, \(plural(plan.changes.count, "resource"))" }
        if plan.isEmpty { return "no changes" }
        let counts = plan.summary
        let parts = [
            (counts.add, "to add"), (counts.change, "to change"), (counts.replace, "to replace"),
            (counts.remove, "to remove"),
        ]
        let texts = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" } + (plan.package == nil ? [] : ["a new package"])
        return texts.isEmpty ? "only parameters and outputs change" : texts.joined(separator: ", ")
    }

    private var warnings: [String] {
        let counts = plan.summary
        guard !plan.createsStack else { return [] }
        var texts: [String] = []
        if counts.dataLoss > 0 {
            texts.append(
                "> [!CAUTION]\n> \(plural(counts.dataLoss, "change")) lose\(counts.dataLoss == 1 ? "s" : "") data.\n"
            )
        }
        if counts.widerPermissions > 0 {
            texts.append("> [!WARNING]\n> The bot would be allowed to do more than before.\n")
        }
        if counts.exposed > 0 {
            texts.append("> [!WARNING]\n> Something would be open to more people, or less protected.\n")
        }
        return texts
    }

    private var additions: String {
        let types = Dictionary(grouping: plan.changes, by: \.type).sorted { $0.key < $1.key }
        return "| count | type | resources |\n|---|---|---|\n"
            + types.map { type, changes in
                "| \(changes.count) | \(Markdown.code(type)) | "
                    + "\(changes.map { Markdown.code($0.logicalId) }.joined(separator: ", ")) |\n"
            }.joined()
    }

    private static func word(_ action: Change.Action) -> String {
        switch action {
        case .add: "added"
        case .change: "changed"
        case .replace: "replaced"
        case .remove: "removed"
        }
    }

    private static func open(_ group: ChangeGroup) -> String {
        let change = group.change
        var text = "#### \(heading(change.rank)): \(subject(group)) \(word(change.action))\n"
        text += "\(Markdown.code(change.type))\n\n"
        for reason in change.reasons { text += "- \(Markdown.plain(reason.text))\n" }
        return text + (change.properties.isEmpty ? "" : "\n" + table(change.properties))
    }

    private static func heading(_ rank: Change.Rank) -> String {
        switch rank {
        case .dataLoss: "🛑 Data loss"
        case .replacement: "♻️ Replacement"
        case .widerPermission: "🔑 Wider permission"
        case .exposure: "🌐 Exposure"
        case .cost: "💰 Cost"
        case .other: "Change"
        }
    }

    private static func subject(_ group: ChangeGroup) -> String {
        group.names.map { Markdown.code($0) }.joined(separator: ", ") + (group.names.count == 1 ? " is" : " are")
    }

    private static func line(_ group: ChangeGroup) -> String {
        let change = group.change
        let head = "- \(Markdown.code(change.type)): \(subject(group)) \(word(change.action))"
        let details =
            change.reasons.map { Markdown.plain($0.text) }
            + change.properties.map {
                "\(Markdown.code($0.path)): \(value($0.before)) → \(value($0.after))"
            }
        return ([head] + details.map { "  - \($0)" }).joined(separator: "\n")
    }

    static func table(_ properties: [PropertyChange]) -> String {
        "| property | before | after |\n|---|---|---|\n"
            + properties.map { property in
                let path = Markdown.code(property.path) + (property.replaces ? " ⟲" : "")
                return "| \(path) | \(value(property.before)) | \(value(property.after)) |\n"
            }.joined()
    }

    private func values(_ title: String, _ changes: [ValueChange]) -> String {
        guard !changes.isEmpty else { return "" }
        let rows = changes.map { "- \(Markdown.code($0.name)): \(Self.value($0.before)) → \(Self.value($0.after))" }
        return Markdown.folded("\(title) (\(changes.count))", rows.joined(separator: "\n"))
    }

    static func value(_ text: String?) -> String {
        text.map { Markdown.code(PlanView.cut(visible($0))) } ?? "–"
    }
}

/// What changed inside the package.
private struct PackageMarkdown {
    let package: PackageChange

    init(_ package: PackageChange) { self.package = package }

    var blocks: [String] {
        var blocks: [String] = []
        var head = "#### 📦 Package\n"
        for reason in package.reasons { head += "- \(Markdown.plain(reason.text))\n" }
        switch package.handlersChanged {
        case true?: head += "- the handlers' program changes\n"
        case nil: head += "- the deployed package cannot be compared\n"
        case false?: break
        }
        for file in package.files { head += "- \(Markdown.code(file)) changes\n" }
        if !package.settings.isEmpty { head += "\n" + PlanMarkdown.table(package.settings) }
        blocks.append(head)
        if let prompt = package.prompt { blocks.append(Self.diff("Prompt", prompt)) }
        for rule in package.rules { blocks.append(Self.diff(rule.file, rule.diff)) }
        return blocks
    }

    private static let maximumLines = 200

    private static func diff(_ title: String, _ diff: TextDiff) -> String {
        var lines: [String] = []
        for hunk in diff.hunks {
            lines.append("@@ -\(hunk.oldStart) +\(hunk.newStart) @@")
            for line in hunk.lines {
                switch line.kind {
                case .context: lines.append(" \(visible(line.text))")
                case .added: lines.append("+\(visible(line.text))")
                case .removed: lines.append("-\(visible(line.text))")
                }
            }
        }
        let hidden = lines.count - maximumLines
        if hidden > 0 { lines = lines.prefix(maximumLines) + ["@@ \(plural(hidden, "more line")) @@"] }
        let title = "\(Markdown.code(title)) +\(diff.added) −\(diff.removed)"
        return Markdown.folded(title, Markdown.fenced(lines.joined(separator: "\n"), language: "diff"))
    }
}
