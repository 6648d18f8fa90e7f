import Operations
import Planning

struct DiffView {
    let result: Diff.Result

    var hasChanges: Bool { !result.plan.isEmpty || result.plan.createsStack }

    func text(_ style: Style) -> String {
        guard hasChanges else { return "No changes: \(result.stack) is what the project says.\n" }
        return PlanView(result.plan).text(style)
    }

    var json: String { BotctlCommands.json(PlanDocument(result.plan, stack: result.stack, status: result.status)) }
}
