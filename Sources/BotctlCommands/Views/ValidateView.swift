import Diagnostics
import Operations

struct ValidateView {
    private let result: Validate.Result
    private let report: DiagnosticReport
    private let specFile: String
    private let stage: String

    init(_ result: Validate.Result, context: ProjectContext) {
        self.result = result
        report = DiagnosticsView(result.diagnostics, context: context).report
        specFile = context.specFile
        stage = context.stage
    }

    var isValid: Bool { result.spec != nil }

    func findings(_ style: Style) -> String { report.text(style: style.diagnostics) }

    /// Empty for an invalid spec: the findings have said it.
    func verdict(_ style: Style) -> String {
        guard let spec = result.spec else { return "" }
        let stages = result.stages.isEmpty ? "" : "; stages: \(result.stages.joined(separator: ", "))"
        let rules = plural(spec.rules.count, "rules file")
        return "\(style.green("valid")) \(specFile): \(spec.name), stage \(stage) in \(spec.region), "
            + "\(plural(spec.routes.count, "route")), \(rules)\(stages)\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                valid: isValid,
                name: result.spec?.name,
                stage: stage,
                region: result.spec?.region,
                stages: result.stages,
                errors: report.errors,
                warnings: report.warnings,
                diagnostics: report.diagnostics
            )
        )
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var valid: Bool
        var name: String?
        var stage: String
        var region: String?
        var stages: [String]
        var errors: Int
        var warnings: Int
        var diagnostics: [DiagnosticReport.Entry]
    }
}
