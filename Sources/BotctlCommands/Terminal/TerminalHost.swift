import AWSCore
import Operations

/// Draws an operation's events on standard error, and asks its questions there. With `--json` each event is a line
/// for machines instead.
final class TerminalHost: OperationHost {
    private let console: Console
    private let context: ProjectContext
    private let isJSON: Bool
    private var progress: ProgressView
    private var block = LiveBlock()
    /// When the last line that stays was written.
    private var lastLine: Timestamp?

    /// Where nothing can be redrawn, silence is never longer: CI takes it for death.
    private static let longestSilence = Duration.seconds(30)
    /// What only says that time passes is no news to a machine more often.
    private static let machineInterval = Duration.seconds(10)

    /// - Parameter isVerbose: every step has its line; between the lines of the calls nothing can be redrawn.
    init(console: Console, context: ProjectContext, isVerbose: Bool, isJSON: Bool = false) {
        self.console = console
        self.context = context
        self.isJSON = isJSON
        let isTerminal = console.isLive
        progress = ProgressView(
            style: console.errorStyle,
            isLive: isTerminal && !isJSON,
            isVerbose: isVerbose,
            columns: { isTerminal ? console.columns : .max }
        )
    }

    func notify(_ event: OperationEvent) {
        if isJSON { return tell(event) }
        if case .warnings(let diagnostics) = event {
            return show(DiagnosticsView(diagnostics, context: context).text(console.errorStyle))
        }
        let drawn = progress.draw(event)
        guard progress.isLive else { return printLines(drawn) }
        // Those of one look come together, and the next tick shows all of them in one frame.
        if case .resource = event { return }
        let lines =
            switch drawn.transient {
            case nil: [String]()
            // A line that wraps could not be taken back.
            case .line(let text): [shortened(text, to: console.columns - 1)]
            case .table(let table): table.lines(columns: console.columns, rows: console.rows, style: console.errorStyle)
            }
        show(drawn.text ?? "", lines)
    }

    func ask(_ question: Question) -> Bool {
        show("")
        while true {
            console.error(isJSON ? questionLine(question) : QuestionView.prompt(question, console.errorStyle))
            guard let line = console.readLine() else {
                if !isJSON { console.error("\n") }
                return false
            }
            if let answer = question.meaning(of: line) { return answer }
            if !isJSON { console.error("Please answer y or n.\n") }
        }
    }

    /// Nothing is redrawn any more; what was being watched leaves its last state.
    func finish() { show(isJSON ? "" : progress.finish() ?? "") }

    /// Why the command failed, for machines.
    func fail(_ error: OperationError) {
        console.error(
            EventView.line(
                "failed",
                context.effects.clock.now(),
                ["code": .string(error.code.rawValue), "message": .string(error.message), "fix": .string(error.fix)]
            )
        )
    }

    private func show(_ text: String, _ lines: [String] = []) {
        let frame = block.frame(printing: text, next: lines, columns: console.columns, rows: console.rows)
        if !frame.isEmpty { console.error(frame) }
    }

    private func printLines(_ drawn: ProgressView.Drawing) {
        var text = drawn.text ?? ""
        let now = context.effects.clock.now()
        if text.isEmpty, let transient = drawn.transient, isSilentFor(Self.longestSilence, at: now) {
            text = visible(transient.plain) + "\n"
        }
        // The first event begins the silence.
        if lastLine == nil || !text.isEmpty { lastLine = now }
        if !text.isEmpty { console.error(text) }
    }

    private func isSilentFor(_ duration: Duration, at now: Timestamp) -> Bool {
        lastLine.map { $0.duration(to: now) >= duration } ?? false
    }

    private func tell(_ event: OperationEvent) {
        let now = context.effects.clock.now()
        switch event {
        case .stillWatching, .stillWaiting:
            guard lastLine == nil || isSilentFor(Self.machineInterval, at: now) else { return }
        default: break
        }
        lastLine = now
        console.error(EventView(event: event, time: now).line)
    }

    private func questionLine(_ question: Question) -> String {
        var fields: [String: JSONValue] = ["text": .string(question.text), "default": .bool(question.defaultAnswer)]
        fields["confirmation"] = question.confirmation.map(JSONValue.string)
        return EventView.line("question", context.effects.clock.now(), fields)
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
