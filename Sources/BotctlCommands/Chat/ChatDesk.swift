import Operations

/// Where a user sits in a chat: at a terminal with a line to type in, or behind a pipe with a line for each message.
final class ChatDesk {
    /// How often a connection is tried for somebody who waits: about half a minute.
    private static let patientAttempts = 8

    /// `nil` where a script waits.
    var attempts: Int? { terminal == nil ? nil : Self.patientAttempts }

    /// What the chat is to run in.
    private(set) var context: ProjectContext
    private let session: Session
    private let view: ChatView
    private let terminal: TerminalChat?
    private var transcript: Transcript?

    init(_ session: Session, address: Talk.Address, isConversation: Bool) {
        self.session = session
        context = session.context
        view = ChatView(
            console: session.console,
            isJSON: session.isJSON,
            isConversation: isConversation,
            hasPrompt: session.context.effects.isTerminal
        )
        let isInteractive = isConversation && session.console.isInteractive && !session.isJSON
        terminal =
            isInteractive
            ? Self.terminal(session.console, history: address.file("history").map(HistoryFile.init)) : nil
        guard let terminal else { return }
        let chat = context.effects.chat
        let isInterrupted = context.effects.isInterrupted
        context.effects.chat = {
            var effects = chat()
            effects.isCancelled = { isInterrupted() || terminal.leftWith != nil }
            effects.pause = terminal.pause
            return effects
        }
    }

    private static func terminal(_ console: Console, history: HistoryFile?) -> TerminalChat? {
        let terminal = TerminalChat(
            style: console.outputStyle,
            history: history?.load() ?? LineHistory(),
            write: console.output,
            keep: { lines in
                if let line = lines.lines.last { history?.add(line) }
            }
        )
        return terminal.start() ? terminal : nil
    }

    /// - Parameter path: absolute.
    func writeTranscript(to path: String, of url: String) throws(OperationError) {
        do throws(OperationError) {
            transcript = try Transcript(
                path: path,
                title: "Chat with \(visible(url))",
                clock: session.context.effects.clock,
                fail: { [unowned self] in present(.misused($0)) }
            )
        } catch {
            terminal?.stop()
            throw error
        }
    }

    func show(_ event: ChatEvent) {
        present(event)
        transcript?.record(event)
    }

    private func present(_ event: ChatEvent) {
        if let terminal { terminal.show(event) } else { view.show(event) }
    }

    /// Sends the one message, or reads lines until the user leaves.
    func hold(_ chat: ChatSession, message: String?) throws(OperationError) -> ExitStatus {
        do throws(ChatError) {
            if let message {
                defer { chat.close() }
                _ = try chat.send(message)
            } else if let terminal {
                defer { terminal.stop() }
                try chat.converse(nextLine: terminal.nextLine)
            } else {
                let lines = ChatLineReader()
                try chat.converse(nextLine: lines.next)
            }
        } catch {
            if error == .interrupted, let status = terminal?.leftWith { return status }
            throw OperationError(error)
        }
        return terminal?.leftWith ?? (session.context.effects.isInterrupted() ? .interrupted : .done)
    }
}
