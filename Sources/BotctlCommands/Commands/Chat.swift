import ArgumentParser
import Operations

struct ChatCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to the deployed bot.",
        discussion: """
            Without --message it reads one message a line, until the input ends or Ctrl-C. Lines with a slash are \
            commands: /feedback up|down [comment], /handoff, /help.

            Examples:
              botctl chat
              botctl chat --message "How long do I have to return an item?"
              botctl chat --resume
              botctl chat --token "$(botctl token --user 42)"
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(name: [.short, .long], help: ArgumentHelp("Send this, print the reply and exit.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("Connect with this token (auth.mode: signed or jwt).", valueName: "token"))
    var token: String?

    @Flag(help: "Go on with the last chat, from wherever it was left.")
    var resume = false

    func validate() throws {
        guard !(resume && token != nil) else {
            throw ValidationError("--resume goes on as the visitor of the last chat, who needs no --token")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let view = ChatView(
            console: session.console,
            isJSON: session.isJSON,
            isConversation: message == nil,
            hasPrompt: session.context.effects.isTerminal
        )
        let chat = try Talk.session(
            session.context,
            identity: token.map(Talk.Identity.token) ?? (message == nil || resume ? .remembered : .new),
            resumes: resume,
            session.host,
            emit: view.show
        )
        session.host.finish()
        do throws(ChatError) {
            if let message {
                defer { chat.close() }
                _ = try chat.send(message)
            } else {
                let lines = ChatLineReader()
                try chat.converse(nextLine: lines.next)
            }
        } catch {
            throw OperationError(error)
        }
        return session.context.effects.isInterrupted() ? .interrupted : .done
    }
}
