import Operations

/// Draws an operation's events on standard error, and asks its questions there.
final class TerminalHost: OperationHost {
    private let console: Console
    private let context: ProjectContext
    private var progress: ProgressView
    /// A line that the next one replaces.
    private var hasTransientLine = false

    /// - Parameter isVerbose: every step has its line; between the lines of the calls nothing can be redrawn.
    init(console: Console, context: ProjectContext, isVerbose: Bool) {
        self.console = console
        self.context = context
        progress = ProgressView(style: console.errorStyle, isLive: console.isLive, isVerbose: isVerbose)
    }

    func notify(_ event: OperationEvent) {
        if case .warnings(let diagnostics) = event {
            print(DiagnosticsView(diagnostics, context: context).text(console.errorStyle))
            return
        }
        let drawn = progress.draw(event)
        if let text = drawn.text { print(text) }
        guard progress.isLive else { return }
        clearTransientLine()
        if let line = drawn.transient {
            // A line that wraps could not be taken back.
            console.error(shortened(line, to: console.columns - 1))
            hasTransientLine = true
        }
    }

    func ask(_ question: Question) -> Bool {
        clearTransientLine()
        while true {
            console.error(QuestionView.prompt(question, console.errorStyle))
            guard let line = console.readLine() else {
                console.error("\n")
                return false
            }
            if let answer = question.meaning(of: line) { return answer }
            console.error("Please answer y or n.\n")
        }
    }

    func finish() { clearTransientLine() }

    private func print(_ text: String) {
        clearTransientLine()
        console.error(text)
    }

    private func clearTransientLine() {
        guard hasTransientLine else { return }
        console.error("\r\u{1B}[K")
        hasTransientLine = false
    }
}

enum QuestionView {
    static func prompt(_ question: Question, _ style: Style) -> String {
        if let confirmation = question.confirmation {
            return "\(style.bold(question.text)) Type \(style.bold(confirmation)) to go on: "
        }
        return "\(style.bold(question.text)) \(question.defaultAnswer ? "[Y/n]" : "[y/N]") "
    }
}
