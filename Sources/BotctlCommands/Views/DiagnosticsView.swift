import Diagnostics
import Operations

/// What is wrong with the user's files, with excerpts.
struct DiagnosticsView {
    let report: DiagnosticReport

    init(_ diagnostics: [Diagnostic], context: ProjectContext) {
        report = DiagnosticReport(diagnostics) { file in
            let path = file.hasPrefix("/") ? file : context.path(file)
            return ((try? context.effects.files.read(path)) ?? nil).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    func text(_ style: Style) -> String { report.text(style: style.diagnostics) }
}
