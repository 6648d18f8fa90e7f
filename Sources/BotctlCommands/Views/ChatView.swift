import BotContract
import Operations

/// Shows a chat: the bot's words on standard output, everything about it on standard error.
final class ChatView {
    private let console: Console
    private let isJSON: Bool
    private let isConversation: Bool
    private let hasPrompt: Bool
    private var isMidReply = false

    init(console: Console, isJSON: Bool, isConversation: Bool, hasPrompt: Bool) {
        self.console = console
        self.isJSON = isJSON
        self.isConversation = isConversation
        self.hasPrompt = hasPrompt && isConversation
    }

    func show(_ event: ChatEvent) {
        let faint = console.errorStyle.faint
        switch event {
        case .connecting, .asked, .confirmed: break
        case .welcome(_, let history):
            guard isConversation else { return }
            show(history)
            ask(about: history.last?.confirmation)
        case .earlier(let messages):
            if messages.isEmpty { console.error(faint("this is where the chat began") + "\n") }
            show(messages)
            prompt()
        case .delta(let text):
            guard !isJSON else { return }
            console.output(visibleLines(text))
            isMidReply = true
        case .reply(let reply, let streamed):
            show(reply, streamed: streamed)
            ask(about: reply.confirmation)
        case .rated(let messageId, let rating):
            if isJSON {
                console.output(document(RatedDocument(messageId: messageId, rating: rating)))
            } else {
                console.error(faint("feedback stored: \(rating.rawValue)") + "\n")
            }
            prompt()
        case .handedOff(let message):
            console.output(isJSON ? document(HandoffDocument(handoff: message)) : visibleLines(message) + "\n")
            prompt()
        case .declined:
            console.error(faint("not confirmed: nothing was done") + "\n")
            prompt()
        case .help:
            console.error(faint(aligned(ChatLine.commands.map { [$0.usage, $0.meaning] })))
            prompt()
        case .misused(let text):
            console.error("\(visible(text))\n")
            prompt()
        case .failed(let error):
            endLine()
            if isJSON { console.output(document(FailureDocument(error))) }
            console.error("\(console.errorStyle.red("error")): \(visible(error.description))\n")
            prompt()
        case .reconnecting(let attempt, let delay, let reason):
            endLine()
            let wait = "again in \(delay.components.seconds) s"
            console.error(faint("connection lost (\(visible(reason))); \(wait), attempt \(attempt + 1)") + "\n")
        }
    }

    private func show(_ reply: ChatReply, streamed: String) {
        if isJSON {
            console.output(document(Document(reply)))
            return
        }
        // What was streamed is on the screen; a reply that the bot changed afterwards is printed anew.
        if reply.text.hasPrefix(streamed) {
            console.output(visibleLines(String(reply.text.dropFirst(streamed.count))) + "\n")
        } else {
            console.output("\n" + visibleLines(reply.text) + "\n")
        }
        isMidReply = false
        if let handoff = reply.handoff { console.output(visibleLines(handoff) + "\n") }
        for citation in reply.citations {
            console.error(
                console.errorStyle.faint(
                    "  [\(visible(citation.id))] \(visible(citation.title)), \(visible(citation.file))"
                ) + "\n"
            )
        }
    }

    /// What the bot wants to do, with the very input: the user confirms that, and not the model's words about it.
    private func ask(about confirmation: Confirmation?) {
        guard let confirmation else { return prompt() }
        let call = "\(visible(confirmation.tool)) \(visible(confirmation.input))"
        if isConversation {
            console.error("\(console.errorStyle.bold("The bot asks to run")) \(call)\n")
            if hasPrompt { console.error(console.errorStyle.bold("Run it? [y/N] ")) }
        } else if !isJSON {
            console.error(
                "The bot asks to run \(call)\nNothing was done: confirm it in an interactive `botctl chat`.\n"
            )
        }
    }

    private func show(_ messages: [ChatMessage]) {
        for message in messages {
            if isJSON {
                console.output(document(MessageDocument(message: message)))
            } else {
                let text = "\(message.role == .customer ? "you" : "bot"): \(visibleLines(message.text))"
                console.error(console.errorStyle.faint(text) + "\n")
            }
        }
    }

    /// A chat's documents come one a line, each when it is there.
    private func document(_ value: some Encodable) -> String { isConversation ? jsonLine(value) : json(value) }

    private func endLine() {
        if isMidReply { console.output("\n") }
        isMidReply = false
    }

    private func prompt() {
        if hasPrompt { console.error(console.errorStyle.bold("> ")) }
    }

    private struct MessageDocument: Encodable {
        var formatVersion = 1
        var message: ChatMessage
    }

    private struct FailureDocument: Encodable {
        var formatVersion = 1
        var error: Failure

        struct Failure: Encodable {
            var code: String
            var message: String
        }

        init(_ error: ChatError) { self.error = Failure(code: error.code, message: error.description) }
    }

    private struct RatedDocument: Encodable {
        var formatVersion = 1
        var messageId: String
        var rating: Rating
    }

    private struct HandoffDocument: Encodable {
        var formatVersion = 1
        var handoff: String
    }

    private struct Document: Encodable {
        var formatVersion = 1
        var text: String
        var citations: [Citation]
        var usage: TokenUsage?
        var confirmation: Confirmation?
        var handoff: String?

        init(_ reply: ChatReply) {
            text = reply.text
            citations = reply.citations
            usage = reply.usage
            confirmation = reply.confirmation
            handoff = reply.handoff
        }
    }
}
