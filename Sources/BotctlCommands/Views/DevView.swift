import AWSCore
import Operations

/// The terminal under `botctl dev`: one calm line for what happens, more only where something is wrong.
struct DevView {
    let style: Style
    let isVerbose: Bool

    /// - Parameter usesAWS: for the model, by `--model bedrock`.
    static func promise(usesAWS: Bool) -> String {
        usesAWS
            ? "local but for the model: Bedrock in your account answers, and is paid for; nothing else touches AWS"
            : "local only: nothing here touches AWS"
    }

    /// - Returns: whole lines; `nil` for what needs no line.
    func text(_ event: DevEvent) -> String? {
        switch event {
        case .ready(let addresses):
            return "\n"
                + aligned(
                    [
                        [style.faint("page"), style.bold(addresses.page)],
                        [style.faint("chat"), addresses.chat],
                        [style.faint("aws"), addresses.endpoint],
                    ],
                    indent: "  "
                ) + "\n"
                + style.faint(
                    "  Ready in \(elapsed(Double(addresses.milliseconds) / 1000)). Save a file and it is live; "
                        + "Ctrl-C stops everything.\n"
                ) + "\n"
        case .freshState(let reason):
            return "\(style.yellow("!")) The last run's state does not work any more (\(visible(reason))): a new one.\n"
        case .live(let reload):
            let parts = reload.parts.map(\.rawValue).joined(separator: ", ")
            let way = reload.way == .changeSet ? "by change set" : reload.way == .nothing ? "nothing to do" : "live"
            let line = "\(style.green("✓")) \(style.bold(parts)) \(way) in \(duration(reload.milliseconds))\n"
            return line + (reload.plan.map { PlanView($0).text(style) } ?? "")
        case .mended(let milliseconds):
            return "\(style.green("✓")) as it was before \(style.faint("(\(duration(milliseconds)))"))\n"
        case .refused, .failed, .turn, .log: return detail(event)
        }
    }

    private func detail(_ event: DevEvent) -> String? {
        switch event {
        case .turn(let turn): return line(turn)
        case .log(let line): return self.line(line)
        default: return nil
        }
    }

    /// After the error itself.
    func kept(_ milliseconds: Int64) -> String {
        style.faint("  The bot goes on as it was (\(duration(milliseconds))).\n")
    }

    private func line(_ turn: DevTurn) -> String {
        let isGood = ["answered", "duplicate"].contains(turn.outcome)
        let mark = isGood ? style.cyan("›") : style.red("✗")
        var facts = [duration(turn.milliseconds)]
        if let first = turn.timings["firstToken"] { facts.append("first words \(duration(first))") }
        if let tokens = turn.tokens { facts.append("\(tokens.input + tokens.output) tokens") }
        if let hit = turn.retrieval?.hits.first { facts.append(hit.id) }
        let question = shortened(visible(turn.question ?? "a message"), to: 48)
        let outcome = isGood ? "" : " \(style.red(turn.outcome))"
        return "\(mark) \(question)\(outcome)  \(style.faint(facts.joined(separator: ", ")))\n"
    }

    /// A turn has a line of its own; of the rest, what is wrong.
    private func line(_ line: DevLogLine) -> String? {
        let isWrong = ["WARN", "ERROR", "FATAL"].contains(line.level)
        guard isWrong || isVerbose else { return nil }
        let detail = line.fields?["detail"]?.stringValue.map { ": \($0)" } ?? ""
        let error = line.fields?["error"]?.stringValue.map { " (\($0))" } ?? ""
        let text = "\(line.function)  \(visible(line.message + error + detail))"
        return "  \(isWrong ? style.yellow(text) : style.faint(text))\n"
    }

    private func duration(_ milliseconds: Int64) -> String {
        milliseconds < 1000 ? "\(milliseconds) ms" : elapsed(Double(milliseconds) / 1000)
    }
}

/// Draws what happens on the terminal, or as JSON lines on standard output.
final class DevTerminalHost: DevHost {
    private let session: Session
    private let view: DevView
    private let usesAWS: Bool

    init(_ session: Session, usesAWS: Bool) {
        self.usesAWS = usesAWS
        self.session = session
        view = DevView(style: session.console.errorStyle, isVerbose: session.isVerbose)
    }

    func begin() {
        session.console.error(session.console.errorStyle.faint("\(DevView.promise(usesAWS: usesAWS))\n"))
    }

    func notify(_ event: DevEvent) {
        session.host.finish()
        if session.isJSON { session.console.output(event.json.encodedString() + "\n") }
        if let text = view.text(event) { session.console.error(text) }
        guard case .refused(let refusal) = event else { return }
        let error = ErrorView(refusal.error, context: session.context)
        session.console.error(error.text(session.console.errorStyle) + view.kept(refusal.milliseconds))
    }

    /// The last of the JSON lines: one line, as the others.
    func fail(_ error: OperationError) -> ExitStatus {
        session.host.finish()
        session.console.error(ErrorView(error, context: session.context).text(session.console.errorStyle))
        session.console.output(DevEvent.failed(error).json.encodedString() + "\n")
        return ExitStatus(error.code)
    }

    func notify(_ event: OperationEvent) { session.host.notify(event) }
    func ask(_ question: Question) -> Bool { session.host.ask(question) }
}
