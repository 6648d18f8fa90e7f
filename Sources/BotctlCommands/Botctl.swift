import ArgumentParser
import Operations

/// The command line.
struct Botctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "botctl",
        abstract: "One file in, a customer service bot out, in your own AWS account.",
        discussion: """
            A project is a folder with a spec (botctl.yml), business rules (rules/*.md) and handlers. The usual way:

              botctl init my-shop && cd my-shop
              botctl dev
              botctl deploy
              botctl chat

            Exit codes: \(ExitStatus.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: "; ")).
            """,
        version: BotctlVersion.text,
        subcommands: [
            InitCommand.self, ValidateCommand.self, DevCommand.self, SynthCommand.self, BuildCommand.self,
            DeployCommand.self,
            DiffCommand.self, TeardownCommand.self, ChatCommand.self, TokenCommand.self, RetrieveCommand.self,
            OutputsCommand.self, StatusCommand.self, EventsCommand.self, ListCommand.self, HistoryCommand.self,
            RollbackCommand.self, GarbageCollectCommand.self, WidgetCommand.self, ForgetCommand.self,
            ExplainCommand.self, BootstrapCommand.self, PolicyCommand.self, LocalCommand.self, LoginCommand.self,
            DoctorCommand.self, CompletionsCommand.self,
        ]
    )
}

/// A command: parsed, it calls one operation and hands the result to a view.
protocol BotctlCommand: ParsableCommand {
    var global: GlobalOptions { get }
    func execute(_ session: Session) throws(OperationError) -> ExitStatus
}

/// What a running command has at hand.
struct Session {
    let context: ProjectContext
    let currentDirectory: String
    let console: Console
    let host: TerminalHost
    let isJSON: Bool
    let isVerbose: Bool
}
