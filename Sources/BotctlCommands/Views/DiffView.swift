import AWSCore
import Operations
import Planning

struct DiffView {
    let result: Diff.Result

    var hasChanges: Bool { !result.plan.isEmpty || result.plan.createsStack }

    func text(_ style: Style) -> String {
        guard hasChanges else { return "No changes: \(result.stack) is what the project says.\n" }
        return PlanView(result.plan).text(style)
    }

    /// The plan's own JSON form, with the stack it is about.
    var json: String {
        guard case .object(var fields) = result.plan.json else { return "{}\n" }
        fields["stack"] = .string(result.stack)
        fields["status"] = result.status.map(JSONValue.string)
        return JSONValue.object(fields).encodedString() + "\n"
    }
}
