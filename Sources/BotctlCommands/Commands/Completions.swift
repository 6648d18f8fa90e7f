import ArgumentParser
import Operations

struct CompletionsCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a completion script for a shell.",
        discussion: """
            Examples:
              botctl completions bash > ~/.local/share/bash-completion/completions/botctl
              botctl completions zsh > ~/.zfunc/_botctl
              botctl completions fish > ~/.config/fish/completions/botctl.fish
            """
    )

    @OptionGroup var global: GlobalOptions

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "The shell.")
    var shell: Shell

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let script =
            switch shell {
            case .bash: Botctl.completionScript(for: .bash)
            case .zsh: Botctl.completionScript(for: .zsh)
            case .fish: Botctl.completionScript(for: .fish)
            }
        session.console.output(script + "\n")
        return .done
    }
}
