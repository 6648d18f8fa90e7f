import ArgumentParser
import BotContract
import Operations

struct TokenCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make a token that lets one customer in (auth.mode: signed).",
        discussion: """
            What your backend does for a customer who is signed in: it reads the bot's key from SSM and signs a token \
            that can be used once. Prints the token alone.

            Examples:
              botctl token --user 42
              botctl token --user 42 --expires-in 30s --stage prod
              botctl chat --token "$(botctl token --user 42)"
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The customer's id at your company.", valueName: "id"))
    var user: String

    @Option(help: ArgumentHelp("How long the token may be used: 90s, 5m, at most 1h.", valueName: "time"))
    var expiresIn = TimeSpan(seconds: 300)

    func validate() throws {
        guard ExternalUser.isId(user) else {
            throw ValidationError("--user takes 1 to \(ExternalUser.maximumBytes) bytes without control characters")
        }
        guard SignedTokens.lifetime.contains(expiresIn.seconds) else {
            throw ValidationError("--expires-in takes 1s to 1h")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let token = try SignedTokens.make(session.context, user: user, expiresIn: expiresIn.seconds, session.host)
        let view = TokenView(token: token)
        session.console.output(session.isJSON ? view.json : view.text)
        return .done
    }
}
