import AWSCore
import Operations
import Planning

struct DiffView {
    let result: Diff.Result

    /// A change to make, or one that somebody has made elsewhere.
    var hasChanges: Bool { hasPlan || result.drift?.isEmpty == false || result.hotswap != nil }

    private var hasPlan: Bool { !result.plan.isEmpty || result.plan.createsStack }

    func text(_ style: Style) -> String {
        let plan =
            hasPlan
            ? PlanView(result.plan).text(style) : "No changes: \(result.stack) is what the project says.\n"
        return plan + HotswapNote(result.hotswap).text(style) + DriftView(result.drift).text(style)
    }

    var markdown: String {
        PlanMarkdown(plan: result.plan, stack: result.stack, drift: besides).text()
    }

    /// What no deployment has made.
    private var besides: String { HotswapNote(result.hotswap).markdown + DriftView(result.drift).markdown }

    /// The plan's own JSON form, with the stack it is about.
    var json: String {
        guard case .object(var fields) = result.plan.json else { return "{}\n" }
        fields["stack"] = .string(result.stack)
        fields["status"] = result.status.map(JSONValue.string)
        fields["hotswap"] = result.hotswap.map(HotswapNote.json)
        fields["drift"] = result.drift.map { .array($0.map(DriftView.json)) }
        return JSONValue.object(fields).encodedString() + "\n"
    }
}

/// What was changed behind the stack's back.
struct DriftView {
    private let resources: [DriftedResource]?

    /// - Parameter resources: `nil` when nobody looked.
    init(_ resources: [DriftedResource]?) { self.resources = resources }

    func text(_ style: Style) -> String {
        guard let resources else { return "" }
        guard !resources.isEmpty else { return "No drift: every resource is as its template says.\n" }
        var text = "\n" + style.bold("Changed behind the stack's back:") + "\n"
        for resource in resources {
            let symbol = resource.isDeleted ? style.red("-") : style.yellow("≠")
            text += "  \(symbol)   \(style.bold(visible(resource.logicalId)))  \(style.faint(shortType(resource.type)))"
            text += resource.isDeleted ? "  \(style.red("is gone"))\n" : "\n"
            text += aligned(
                resource.differences.map {
                    [visible($0.path), "\(PlanView.value($0.expected)) → \(PlanView.value($0.actual))"]
                },
                indent: "        "
            )
        }
        return text
    }

    var markdown: String {
        guard let resources, !resources.isEmpty else { return "" }
        let lines = resources.map { resource in
            let head = "- \(Markdown.code(resource.logicalId)) (\(Markdown.code(resource.type)))"
            let details = resource.differences.map {
                "  - \(Markdown.code($0.path)): \(PlanMarkdown.value($0.expected)) → \(PlanMarkdown.value($0.actual))"
            }
            return ([head + (resource.isDeleted ? " is gone" : "")] + details).joined(separator: "\n")
        }
        return "#### 👻 Changed behind the stack's back\n" + lines.joined(separator: "\n") + "\n"
    }

    static func json(_ resource: DriftedResource) -> JSONValue {
        var fields: [String: JSONValue] = [
            "logicalId": .string(resource.logicalId),
            "type": .string(resource.type),
            "deleted": .bool(resource.isDeleted),
            "differences": .array(
                resource.differences.map { difference in
                    var fields: [String: JSONValue] = ["path": .string(difference.path)]
                    fields["expected"] = difference.expected.map(JSONValue.string)
                    fields["actual"] = difference.actual.map(JSONValue.string)
                    return .object(fields)
                }
            ),
        ]
        fields["physicalId"] = resource.physicalId.map(JSONValue.string)
        return .object(fields)
    }
}
