import BotContract
import Operations

/// What an interactive chat looks like: above, what was said; below, the row that is being streamed, what waits to
/// be sent, and the line that is being typed. Keys and events in, what to write to the terminal out.
struct ChatScreen {
    enum Effect: Sendable, Equatable {
        case none
        /// A line waits for `nextLine`.
        case submitted
        case leave(ExitStatus)
        case suspend
    }

    /// Of the terminal, now.
    var size: (columns: Int, rows: Int)
    private(set) var editor: LineEditor
    /// Lines that were sent while the bot was busy.
    private(set) var queue: [String] = []
    private let style: Style
    private var screen = LiveScreen()
    private var flow = TextFlow()
    /// About the connection, for as long as it holds.
    private var status: String?
    private var asksToRun = false
    /// A message is out.
    private var isWaiting = false
    private var hasEnded = false

    init(size: (columns: Int, rows: Int), style: Style, history: LineHistory) {
        self.size = size
        self.style = style
        editor = LineEditor(history: history, completions: ChatLine.names)
    }

    /// A full last column is left to the terminal's own mind, and those differ.
    private var columns: Int { max(8, size.columns - 1) }

    // Keys.

    mutating func press(_ key: Key) -> (text: String, effect: Effect) {
        guard !hasEnded else { return ("", .none) }
        switch editor.take(key) {
        case .edited: return (draw(), .none)
        case .interrupted: return (draw(), .leave(.interrupted))
        case .ended: return (draw(), .leave(.done))
        case .suspend: return (end(isForGood: false), .suspend)
        case .clearScreen:
            screen.forget()
            return ("\u{1B}[H\u{1B}[2J" + draw(), .none)
        case .submitted(let line):
            if ChatLine(line) == .quit { return (draw(), .leave(.done)) }
            let isBlank = !line.contains { !$0.isWhitespace }
            guard !isBlank || (asksToRun && queue.isEmpty) else { return (draw(), .none) }
            queue.append(line)
            return (draw(), .submitted)
        }
    }

    /// The next line that was sent, which from now on stays on the screen; `nil` when none waits.
    mutating func nextLine() -> (line: String, text: String)? {
        isWaiting = false
        guard !queue.isEmpty else { return nil }
        let line = queue.removeFirst()
        let rows = said(line, prompt: prompt)
        if !line.hasPrefix("/") { asksToRun = false }
        return (line, draw(rows))
    }

    // Events.

    mutating func show(_ event: ChatEvent) -> String {
        guard !hasEnded else { return "" }
        switch event {
        case .connecting:
            if status == nil { status = "connecting…" }
            return draw()
        case .welcome(_, let history):
            status = nil
            return draw(history.flatMap { rows(of: $0) } + ask(about: history.last?.confirmation))
        case .asked, .confirmed:
            isWaiting = true
            return draw()
        case .delta(let text):
            isWaiting = false
            status = nil
            return draw(flow.push(text, columns: columns))
        case .reply(let reply, let streamed): return draw(rows(of: reply, streamed: streamed))
        case .earlier(let messages):
            let note = messages.isEmpty ? "this is where the chat began" : "earlier messages:"
            return draw(faint(note) + messages.flatMap { rows(of: $0) })
        case .rated(_, let rating): return draw(faint("feedback stored: \(rating.rawValue)") + [""])
        case .handedOff(let message): return draw(wrapped(message) + [""])
        case .declined: return draw(faint("not confirmed: nothing was done") + [""])
        case .help:
            let table = aligned(ChatLine.commands.map { [$0.usage, $0.meaning] }, indent: "  ")
            let keys = "Alt-Enter: a new line. Ctrl-R: search what you sent. Ctrl-C, Ctrl-D: leave."
            return draw(table.split(separator: "\n").flatMap { faint(String($0)) } + faint("  " + keys) + [""])
        case .misused(let text): return draw(wrapped(text) + [""])
        case .failed(let error):
            let rest = flow.finish()
            let hint = isWaiting || !rest.isEmpty ? "; /retry sends it again" : ""
            isWaiting = false
            status = nil
            let rows = wrapped("error: \(error.description)\(hint)")
            return draw(rest + rows.map(style.red) + [""])
        case .reconnecting(let attempt, let delay, let reason):
            let wait = delay < .seconds(1) ? "again at once" : "again in \(delay.components.seconds) s"
            status = "connection lost (\(visible(reason))); \(wait), attempt \(attempt + 1)"
            return draw()
        }
    }

    /// Draws anew: the terminal has another size, or something else was on it.
    mutating func redraw(isUnknown: Bool = false) -> String {
        guard !hasEnded else { return "" }
        if isUnknown { screen.forget() }
        return draw()
    }

    /// Takes the line that is being typed away; what was streamed of a reply stays.
    mutating func end(isForGood: Bool = true) -> String {
        guard !hasEnded else { return "" }
        hasEnded = isForGood
        let text = screen.erase(columns: size.columns)
        return text + (flow.tail.isEmpty ? "" : flow.tail + "\r\n")
    }

    // Drawing.

    private var prompt: String {
        if let search = editor.search { return style.bold("(search: \(visible(search.query))) ") }
        return style.bold(asksToRun ? "Run it? [y/N] " : "> ")
    }

    private mutating func draw(_ lines: [String] = []) -> String {
        var above: [String] = []
        if !flow.tail.isEmpty { above.append(flow.tail) }
        if let status {
            above.append(style.faint(shortened(status, to: columns)))
        } else if isWaiting {
            above.append(style.faint("…"))
        }
        for line in queue.prefix(3) {
            above.append(style.faint(shortened("> " + visible(line), to: columns)))
        }
        if queue.count > 3 { above.append(style.faint("  and \(queue.count - 3) more")) }
        let layout = EditorLayout(
            prompt: prompt,
            characters: editor.characters,
            cursor: editor.cursor,
            columns: columns,
            maximumRows: max(1, size.rows - 1 - above.count)
        )
        // A terminal of few rows shows the line that is typed.
        let room = max(0, size.rows - layout.rows.count)
        above = Array(above.suffix(room))
        let block = LiveScreen.Block(
            rows: above + layout.rows,
            row: above.count + layout.row,
            column: layout.column
        )
        return screen.draw(lines, below: block, columns: size.columns)
    }

    /// A line of the customer's, as it was typed.
    private func said(_ line: String, prompt: String) -> [String] {
        EditorLayout(
            prompt: prompt,
            characters: Array(visibleLines(line)),
            cursor: 0,
            columns: columns,
            maximumRows: .max
        ).rows
    }

    private func wrapped(_ text: String) -> [String] {
        var flow = TextFlow()
        return flow.push(text, columns: columns) + flow.finish()
    }

    private func faint(_ text: String) -> [String] { wrapped(text).map(style.faint) }

    private func rows(of message: ChatMessage) -> [String] {
        switch message.role {
        case .customer: said(message.text, prompt: "> ").map(style.faint)
        case .bot: faint(message.text) + sources(message.citations) + [""]
        }
    }

    private mutating func rows(of reply: ChatReply, streamed: String) -> [String] {
        isWaiting = false
        status = nil
        var rows: [String] = []
        if reply.text.hasPrefix(streamed) {
            rows = flow.push(String(reply.text.dropFirst(streamed.count)), columns: columns) + flow.finish()
        } else {
            rows = flow.finish() + faint("(the bot has put its reply another way)") + wrapped(reply.text)
        }
        if let handoff = reply.handoff { rows += wrapped(handoff) }
        return rows + sources(reply.citations) + [""] + ask(about: reply.confirmation)
    }

    private func sources(_ citations: [Citation]) -> [String] {
        citations.map { citation in
            let text = "  [\(visible(citation.id))] \(visible(citation.title)), \(visible(citation.file))"
            return style.faint(shortened(text, to: columns))
        }
    }

    /// What the bot wants to do, with the very input. Lines that were sent before the question are no answer to it:
    /// they go back to be sent once more, or changed.
    private mutating func ask(about confirmation: Confirmation?) -> [String] {
        asksToRun = confirmation != nil
        guard let confirmation else { return [] }
        if !queue.isEmpty { editor.prepend(queue.joined(separator: "\n")) }
        queue = []
        let call = "\(visible(confirmation.tool)) \(visible(confirmation.input))"
        return wrapped("The bot asks to run \(call)").map(style.bold)
    }
}
