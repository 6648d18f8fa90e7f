import ArgumentParser
import Operations

struct InitCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a new project: spec, rules, handlers, a CI workflow.",
        discussion: """
            The project validates, builds and deploys as written. Needs no network. Files that are there already are \
            never overwritten.

            Examples:
              botctl init my-shop
              botctl init --name acme-support --region us-east-2
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The folder; made when it is absent (default: the current one).")
    var folder: String?

    @Option(help: ArgumentHelp("The bot's name (default: the folder's).", valueName: "name"))
    var name: String?

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let directory = folder.map { absolutePath($0, in: session.context.directory) } ?? session.context.directory
        let result = try Initialize.run(
            directory: directory,
            name: name,
            region: global.region,
            effects: session.context.effects
        )
        let isElsewhere = directory != session.currentDirectory
        let view = InitView(result: result, folder: isElsewhere ? folder ?? directory : nil)
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        session.console.error(view.warning(session.console.errorStyle))
        return .done
    }
}
