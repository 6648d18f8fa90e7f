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
        guard let spec = result.spec, let size = result.size else { return "" }
        let parts = [
            plural(size.routes, "route"), plural(size.functions, "function"),
            "\(plural(size.rulesSections, "section")) in \(plural(size.rulesFiles, "rules file"))",
            "about \(size.promptTokens) tokens of prompt and \(size.rulesTokens) of rules",
        ]
        let stages = result.stages.isEmpty ? "" : "; stages: \(result.stages.joined(separator: ", "))"
        return "\(style.green("valid")) \(specFile): \(spec.name), stage \(stage) in \(spec.region): "
            + "\(parts.joined(separator: ", "))\(stages)\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                valid: isValid,
                name: result.spec?.name,
                stage: stage,
                region: result.spec?.region,
                stages: result.stages,
                size: result.size.map(Document.Size.init),
                errors: report.errors,
                warnings: report.warnings,
                diagnostics: report.diagnostics
            )
        )
    }

    private struct Document: Encodable {
        struct Size: Encodable {
            var routes: Int
            var functions: Int
            var rulesFiles: Int
            var rulesSections: Int
            var promptTokens: Int
            var rulesTokens: Int

            init(_ size: Validate.Size) {
                routes = size.routes
                functions = size.functions
                rulesFiles = size.rulesFiles
                rulesSections = size.rulesSections
                promptTokens = size.promptTokens
                rulesTokens = size.rulesTokens
            }
        }
        var formatVersion = 1
        var valid: Bool
        var name: String?
        var stage: String
        var region: String?
        var stages: [String]
        var size: Size?
        var errors: Int
        var warnings: Int
        var diagnostics: [DiagnosticReport.Entry]
    }
}
