/// The escape sequences around the parts of a rendered diagnostic. Which one to use is the view's decision.
package struct DiagnosticStyle: Sendable, Equatable {
    package var error: String
    package var warning: String
    package var strong: String
    package var faint: String
    package var reset: String

    package init(error: String, warning: String, strong: String, faint: String, reset: String) {
        self.error = error
        self.warning = warning
        self.strong = strong
        self.faint = faint
        self.reset = reset
    }

    package static let plain = DiagnosticStyle(error: "", warning: "", strong: "", faint: "", reset: "")
    /// ECMA-48 colours, for a terminal.
    package static let colour = DiagnosticStyle(
        error: "\u{1B}[1;31m",
        warning: "\u{1B}[1;33m",
        strong: "\u{1B}[1m",
        faint: "\u{1B}[2m",
        reset: "\u{1B}[0m"
    )
}

extension DiagnosticReport {
    /// All entries, each as `botctl.yml:12:7: error[BOT201]: message`, the line with a caret, and `fix: …`;
    /// then a line that counts them. Empty when there is nothing to say. Ends with a newline otherwise.
    package func text(style: DiagnosticStyle = .plain) -> String {
        guard !diagnostics.isEmpty else { return "" }
        var text = diagnostics.map { $0.text(style: style) }.joined(separator: "\n")
        text += "\n\(summary)\n"
        return text
    }

    /// `2 errors, 1 warning`.
    package var summary: String {
        func count(_ number: Int, _ noun: String) -> String? {
            number == 0 ? nil : "\(number) \(noun)\(number == 1 ? "" : "s")"
        }
        let parts = [count(errors, "error"), count(warnings, "warning")].compactMap { $0 }
        return parts.isEmpty ? "no errors" : parts.joined(separator: ", ")
    }
}

extension DiagnosticReport.Entry {
    /// Excerpts are cut to this many columns around the caret.
    private static let excerptWidth = 100

    package func text(style: DiagnosticStyle) -> String {
        let colour = severity == Diagnostic.Severity.error.rawValue ? style.error : style.warning
        var text = ""
        if let file, let start {
            text += "\(style.strong)\(visible(file)):\(start.line):\(start.column):\(style.reset) "
        }
        text += "\(colour)\(severity)[\(code)]\(style.reset): \(style.strong)\(visible(message))\(style.reset)\n"
        if let source, let start { text += excerpt(source, start: start, colour: colour, style: style) }
        text += "    \(style.faint)fix:\(style.reset) \(visible(fix))\n"
        return text
    }

    private func excerpt(
        _ source: String,
        start: DiagnosticReport.Position,
        colour: String,
        style: DiagnosticStyle
    ) -> String {
        let scalars = source.unicodeScalars.map { $0 == "\t" ? " " : $0 }
        let caret = min(start.column - 1, scalars.count)
        let first = caret < Self.excerptWidth - 20 ? 0 : caret - Self.excerptWidth / 2
        let last = min(scalars.count, first + Self.excerptWidth)
        var line = String.UnicodeScalarView()
        line.append(contentsOf: scalars[first..<last])
        let lead = (first > 0 ? "…" : "")
        let tail = (last < scalars.count ? "…" : "")
        let endColumn = end.map { $0.line == start.line ? $0.column : scalars.count + 1 } ?? start.column + 1
        let length = max(1, min(endColumn - 1, last) - caret)
        let number = String(start.line)
        let gutter = String(repeating: " ", count: number.count)
        let padding = String(repeating: " ", count: caret - first + lead.count)
        let marks = "^" + String(repeating: "~", count: length - 1)
        return """
              \(style.faint)\(number) |\(style.reset) \(lead)\(visible(String(line)))\(tail)
              \(style.faint)\(gutter) |\(style.reset) \(padding)\(colour)\(marks)\(style.reset)

            """
    }

    /// What the user's file holds must not steer the terminal: control characters become their pictures.
    private func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) else {
            return text
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "?")
            case 0x7F: result.append("\u{2421}")
            case 0x80...0x9F: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
