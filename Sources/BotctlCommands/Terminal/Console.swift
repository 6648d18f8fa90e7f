import Diagnostics

/// Where views write: results to standard output, everything else to standard error.
final class Console {
    let outputStyle: Style
    let errorStyle: Style
    /// Progress can be redrawn in place.
    let isLive: Bool
    /// Somebody types at a terminal and reads there, all of it.
    let isInteractive: Bool
    private let machine: Machine

    init(_ machine: Machine, noColour: Bool) {
        self.machine = machine
        let allowed =
            !noColour && (machine.environment["NO_COLOR"] ?? "").isEmpty && machine.environment["TERM"] != "dumb"
        outputStyle = Style(isColoured: allowed && machine.outputIsTerminal)
        errorStyle = Style(isColoured: allowed && machine.errorIsTerminal)
        isInteractive =
            machine.inputIsTerminal && machine.outputIsTerminal && machine.errorIsTerminal
            && machine.environment["TERM"] != "dumb"
        isLive = machine.errorIsTerminal && machine.environment["TERM"] != "dumb"
    }

    func output(_ text: String) { machine.output(text) }
    func error(_ text: String) { machine.error(text) }
    /// Of the terminal that standard error goes to, as it is now.
    var columns: Int { machine.columns() }
    var rows: Int { machine.rows() }
    /// What fits into a line of standard output: in a file, everything.
    var outputColumns: Int { machine.outputIsTerminal ? machine.columns() : .max }
    func readLine() -> String? { machine.readLine() }
}

/// Colours of a stream; none where nobody sees them (https://no-color.org).
struct Style: Sendable, Equatable {
    var isColoured: Bool

    static let plain = Style(isColoured: false)

    func bold(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }
    func red(_ text: String) -> String { wrap(text, "31") }
    func green(_ text: String) -> String { wrap(text, "32") }
    func yellow(_ text: String) -> String { wrap(text, "33") }
    func cyan(_ text: String) -> String { wrap(text, "36") }

    var diagnostics: DiagnosticStyle { isColoured ? .colour : .plain }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
