import Operations

/// One line for each check; more where there is more to say.
struct DoctorView {
    let report: DoctorReport

    func text(_ style: Style) -> String {
        let width = report.checks.map { displayWidth($0.name) }.max() ?? 0
        var text = ""
        for check in report.checks {
            let name = check.name + String(repeating: " ", count: width - displayWidth(check.name))
            text += "\(mark(check.status, style)) \(style.bold(name))  \(visible(check.summary))\n"
            for line in check.details { text += "    \(style.faint(visible(line)))\n" }
            if let fix = check.fix { text += "    \(style.faint("fix:")) \(visible(fix))\n" }
        }
        let failed = report.checks.count { $0.status == .fail }
        let warned = report.checks.count { $0.status == .warn }
        text += failed == 0 ? style.bold("Nothing is in the way") : style.bold(plural(failed, "check") + " failed")
        return text + (warned == 0 ? ".\n" : ", \(plural(warned, "warning")).\n")
    }

    private func mark(_ status: DoctorReport.Status, _ style: Style) -> String {
        switch status {
        case .ok: style.green("✓")
        case .warn: style.yellow("!")
        case .fail: style.red("✗")
        case .skip: style.faint("-")
        }
    }

    var json: String {
        BotctlCommands.json(
            Document(
                version: BotctlVersion.text,
                failed: report.hasFailed,
                checks: report.checks.map { check in
                    Document.Check(
                        name: check.name,
                        status: check.status.rawValue,
                        summary: check.summary,
                        details: check.details,
                        fix: check.fix
                    )
                },
                credentials: report.sources.map { source in
                    Document.Source(source: source.source, outcome: source.outcome.rawValue, detail: source.detail)
                }
            )
        )
    }

    private struct Document: Encodable {
        struct Check: Encodable {
            var name: String
            var status: String
            var summary: String
            var details: [String]
            var fix: String?
        }
        struct Source: Encodable {
            var source: String
            var outcome: String
            var detail: String
        }
        var formatVersion = 1
        var version: String
        var failed: Bool
        var checks: [Check]
        var credentials: [Source]
    }
}
