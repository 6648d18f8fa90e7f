import Planning

/// A plan as text: the gravest changes first, then the package, then the rest.
struct PlanView {
    private let plan: Plan

    /// Longer values are cut: the template in `stacks/` has them whole.
    private static let maximumValue = 72

    init(_ plan: Plan) { self.plan = plan }

    func text(_ style: Style) -> String {
        guard !plan.isEmpty || plan.createsStack else { return "No changes.\n" }
        var text = summary(style) + "\n"
        if plan.createsStack { return text + additionsByType(style) + execution(style) }
        let (followers, others) = splitByPackage()
        text += changes(others.filter { $0.rank != .other }, style)
        if let package = plan.package { text += PackageView(package).text(style) }
        text += changes(others.filter { $0.rank == .other }, style)
        if followers > 0 {
            text += "  \(style.yellow("~"))   \(style.bold(plural(followers, "function")))  run the new package\n"
        }
        text += values("Parameter", shownParameters, style)
        text += values("Output", plan.outputs, style)
        return text + execution(style)
    }

    private func execution(_ style: Style) -> String {
        plan.execution.map { style.faint("In \($0.mode.rawValue) mode: \($0.reason).") + "\n" } ?? ""
    }

    /// A new package always has a new key: saying both says nothing more.
    private static let impliedByPackage: Set = ["ArtifactKey"]

    /// Functions of which nothing changes but the package: one line says it of all of them.
    private func splitByPackage() -> (followers: Int, others: [Change]) {
        guard plan.package != nil else { return (0, plan.changes) }
        let others = plan.changes.filter { change in
            change.action != .change || !change.reasons.isEmpty || change.properties.map(\.path) != ["Code.S3Key"]
        }
        return (plan.changes.count - others.count, others)
    }

    private var shownParameters: [ValueChange] {
        plan.package == nil
            ? plan.parameters : plan.parameters.filter { !Self.impliedByPackage.contains($0.name) }
    }

    private func summary(_ style: Style) -> String {
        if plan.createsStack { return style.bold("A new stack: \(plural(plan.changes.count, "resource")).") + "\n" }
        let counts = plan.summary
        var parts: [String] = []
        if counts.add > 0 { parts.append("\(counts.add) to add") }
        if counts.change > 0 { parts.append("\(counts.change) to change") }
        if counts.replace > 0 { parts.append("\(counts.replace) to replace") }
        if counts.remove > 0 { parts.append("\(counts.remove) to remove") }
        if plan.package != nil { parts.append("a new package") }
        if parts.isEmpty { parts.append("only parameters and outputs change") }
        var text = style.bold("Plan: \(parts.joined(separator: ", ")).") + "\n"
        if counts.dataLoss > 0 {
            text +=
                style.red("\(plural(counts.dataLoss, "change")) below lose\(counts.dataLoss == 1 ? "s" : "") data.")
                + "\n"
        }
        if counts.widerPermissions > 0 {
            text += style.yellow("The bot would be allowed to do more than before.") + "\n"
        }
        if counts.exposed > 0 {
            text += style.yellow("Something would be open to more people, or less protected.") + "\n"
        }
        return text
    }

    private func additionsByType(_ style: Style) -> String {
        var types: [String] = []
        var names: [String: [String]] = [:]
        for change in plan.changes {
            if names[change.type] == nil { types.append(change.type) }
            names[change.type, default: []].append(change.logicalId)
        }
        let rows = types.map { type -> [String] in
            let ids = names[type] ?? []
            return [
                style.green("+"), String(ids.count), shortType(type),
                style.faint(Self.cut(ids.joined(separator: ", "))),
            ]
        }
        return aligned(rows, indent: "  ")
    }

    private func changes(_ changes: [Change], _ style: Style) -> String {
        ChangeGroup.groups(of: changes).map { group($0, style) }.joined()
    }

    private func group(_ group: ChangeGroup, _ style: Style) -> String {
        let change = group.change
        let symbol =
            switch change.action {
            case .add: style.green("+  ")
            case .change: style.yellow("~  ")
            case .replace: style.red("-/+")
            case .remove: style.red("-  ")
            }
        let type = style.faint(shortType(change.type))
        var text = "  \(symbol) \(style.bold(visible(group.names[0])))  \(type)\n"
        if group.names.count > 1 {
            let kind = plural(group.names.count, shortType(change.type))
            text = "  \(symbol) \(style.bold(kind))  \(Self.value(group.names.joined(separator: ", ")))\n"
        }
        for reason in change.reasons {
            let line = "        \(visible(reason.text))\n"
            switch reason.kind {
            case .dataLoss: text += style.red(line)
            case .widerPermission, .replacement, .exposure: text += style.yellow(line)
            case .cost, .follows, .kept, .logsLost: text += line
            }
        }
        let rows = change.properties.map { property in
            [
                visible(property.path),
                "\(Self.value(property.before)) → \(Self.value(property.after))"
                    + (property.replaces ? "  (replaces)" : ""),
            ]
        }
        return text + aligned(rows, indent: "        ")
    }

    private func values(_ kind: String, _ changes: [ValueChange], _ style: Style) -> String {
        changes.map { change in
            "  \(style.yellow("~")) \(kind) \(style.bold(visible(change.name)))  "
                + "\(Self.value(change.before)) → \(Self.value(change.after))\n"
        }.joined()
    }

    static func value(_ text: String?) -> String {
        guard let text else { return "(none)" }
        return cut(visible(text))
    }

    static func cut(_ text: String) -> String {
        text.count <= maximumValue ? text : "\(text.prefix(maximumValue - 1))…"
    }
}

/// What changed inside the package.
struct PackageView {
    let package: PackageChange

    init(_ package: PackageChange) { self.package = package }

    func text(_ style: Style) -> String {
        var text = ""
        for reason in package.reasons {
            let line = "  !   \(visible(reason.text))\n"
            text += reason.kind == .exposure ? style.yellow(line) : line
        }
        switch package.handlersChanged {
        case true?: text += "  \(style.yellow("~")) \(style.bold("Handlers"))  the program changes\n"
        case nil: text += "  \(style.yellow("~")) \(style.bold("Package"))  the deployed one cannot be compared\n"
        case false?: break
        }
        if let prompt = package.prompt {
            text += "  \(style.yellow("~")) \(style.bold("Prompt"))\(count(prompt, style))\n" + hunks(prompt, style)
        }
        for rule in package.rules {
            let symbol =
                switch rule.action {
                case .add: style.green("+")
                case .remove: style.red("-")
                case .change, .replace: style.yellow("~")
                }
            text +=
                "  \(symbol) \(style.bold(visible(rule.file)))\(count(rule.diff, style))\n" + hunks(rule.diff, style)
        }
        let rows = package.settings.map {
            ["~ \(visible($0.path))", "\(PlanView.value($0.before)) → \(PlanView.value($0.after))"]
        }
        text += aligned(rows, indent: "  ")
        for file in package.files { text += "  \(style.yellow("~")) \(visible(file))\n" }
        return text
    }

    private func count(_ diff: TextDiff, _ style: Style) -> String {
        style.faint("  +\(diff.added) -\(diff.removed)")
    }

    private static let maximumLines = 60

    private func hunks(_ diff: TextDiff, _ style: Style) -> String {
        var lines: [String] = []
        for hunk in diff.hunks {
            lines.append(style.cyan("@@ -\(hunk.oldStart) +\(hunk.newStart) @@"))
            for line in hunk.lines {
                switch line.kind {
                case .context: lines.append("  \(visible(line.text))")
                case .added: lines.append(style.green("+ \(visible(line.text))"))
                case .removed: lines.append(style.red("- \(visible(line.text))"))
                }
            }
        }
        let hidden = lines.count - Self.maximumLines
        if hidden > 0 {
            lines = lines.prefix(Self.maximumLines) + ["… \(plural(hidden, "more line")) (--json has all)"]
        }
        return lines.map { "      \($0)\n" }.joined()
    }
}
