import ArgumentParser
import Operations

struct ChatCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat",
        abstract: "Talk to the deployed bot.",
        discussion: """
            On a terminal it is a chat to type in; otherwise it reads one message a line. Lines with a slash are \
            commands: /good, /bad, /human, /history, /new, /retry, /help, /quit. With --json a chat's documents come \
            one a line.

            Examples:
              botctl chat
              botctl chat --message "How long do I have to return an item?"
              botctl chat --resume --transcript chat.md
              botctl chat --token "$(botctl token --user 42)"
              botctl chat --url wss://abc.execute-api.us-east-2.amazonaws.com/prod
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(name: [.short, .long], help: ArgumentHelp("Send this, print the reply and exit.", valueName: "text"))
    var message: String?

    @Option(help: ArgumentHelp("Connect with this token (auth.mode: signed or jwt).", valueName: "token"))
    var token: String?

    @Flag(help: "Go on with the last chat, from wherever it was left.")
    var resume = false

    @Option(
        help: ArgumentHelp(
            "Append what is said to this file: Markdown, or with .json or .jsonl one object a line.",
            valueName: "file"
        )
    )
    var transcript: String?

    @Option(help: ArgumentHelp("The bot's address, instead of the deployed one's.", valueName: "url"))
    var url: String?

    func validate() throws {
        guard !(resume && token != nil) else {
            throw ValidationError("--resume goes on as the visitor of the last chat, who needs no --token")
        }
        if let url, !url.hasPrefix("wss://"), !url.hasPrefix("ws://") {
            throw ValidationError("--url is an address that begins with wss:// or ws://")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let address = try address(session)
        session.host.finish()
        let desk = ChatDesk(session, address: address, isConversation: message == nil)
        if let transcript {
            try desk.writeTranscript(to: absolutePath(transcript, in: session.currentDirectory), of: address.url)
        }
        let chat = Talk.session(
            desk.context,
            at: address,
            identity: token.map(Talk.Identity.token) ?? (message == nil || resume ? .remembered : .new),
            resumes: resume,
            attempts: desk.attempts,
            emit: desk.show
        )
        return try desk.hold(chat, message: message)
    }

    private func address(_ session: Session) throws(OperationError) -> Talk.Address {
        if let url { return Talk.Address(url: url, environment: session.context.effects.environment) }
        return try Talk.Address(session.context, session.host)
    }
}
