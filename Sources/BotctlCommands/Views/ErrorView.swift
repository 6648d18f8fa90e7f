import Diagnostics
import Operations

/// Why a command failed: what, the details, where in the spec, and the way out.
struct ErrorView {
    let error: OperationError
    private let report: DiagnosticReport

    /// More than this is found in the tools' own logs.
    private static let maximumDetails = 60

    init(_ error: OperationError, context: ProjectContext) {
        self.error = error
        report = DiagnosticsView(error.diagnostics, context: context).report
    }

    func text(_ style: Style) -> String {
        var text = report.text(style: style.diagnostics)
        if error.code == .specInvalid { return text }
        if error.code == .interrupted || error.code == .declined {
            return text + "\(visible(error.message)).\n  \(style.faint(visible(error.fix)))\n"
        }
        text += "\(style.red("error[\(error.code.rawValue)]")): \(style.bold(visible(error.message)))\n"
        let hidden = error.details.count - Self.maximumDetails
        if hidden > 0 { text += "    … \(plural(hidden, "earlier line"))\n" }
        for line in error.details.suffix(Self.maximumDetails) { text += "    \(visible(line))\n" }
        return text + "    \(style.faint("fix:")) \(visible(error.fix))\n"
    }

    var json: String {
        BotctlCommands.json(
            Document(
                error: Document.Body(
                    code: error.code.rawValue,
                    message: error.message,
                    details: error.details,
                    fix: error.fix
                ),
                diagnostics: report.diagnostics
            )
        )
    }

    private struct Document: Encodable {
        struct Body: Encodable {
            var code: String
            var message: String
            var details: [String]
            var fix: String
        }
        var formatVersion = 1
        var error: Body
        var diagnostics: [DiagnosticReport.Entry]
    }
}
