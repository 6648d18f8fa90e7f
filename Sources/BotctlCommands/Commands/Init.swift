import ArgumentParser
import HandlerBuild
import Operations

struct InitCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a new project: spec, rules, handlers, a CI workflow.",
        discussion: """
            The project validates, builds and deploys as written. Needs no network. Files that are there already are \
            never overwritten, unless --force says so of the CI's. In a folder that has a spec, --ci writes the files \
            of the CI alone.

            Examples:
              botctl init my-shop
              botctl init --name acme-support --region us-east-2
              botctl init my-shop --ci gitlab
              cd my-shop && botctl init --ci github
            """
    )

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The folder; made when it is absent (default: the current one).")
    var folder: String?

    @Option(help: ArgumentHelp("The bot's name (default: the folder's).", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Whose workflow to write: github, gitlab (a new project's default: github).",
            valueName: "host"
        )
    )
    var ci: ProjectTemplate.CI?

    @Flag(help: "Replace the files of an existing project's CI.")
    var force = false

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let directory = folder.map { absolutePath($0, in: session.context.directory) } ?? session.context.directory
        var context = session.context
        context.directory = directory
        if let ci, context.effects.files.exists(context.path(context.specFile)) {
            let view = InitCIView(result: try InitializeCI.run(context, ci: ci, overwrites: force))
            session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
            session.console.error(view.warning(session.console.errorStyle))
            return .done
        }
        let result = try Initialize.run(
            directory: directory,
            name: name,
            region: global.region,
            ci: ci ?? .github,
            effects: session.context.effects
        )
        let isElsewhere = directory != session.currentDirectory
        let view = InitView(result: result, folder: isElsewhere ? folder ?? directory : nil)
        session.console.output(session.isJSON ? view.json : view.text(session.console.outputStyle))
        session.console.error(view.warning(session.console.errorStyle))
        return .done
    }

    func validate() throws {
        guard !force || ci != nil else { throw ValidationError("--force is for the files that --ci writes") }
    }
}

extension ProjectTemplate.CI: ExpressibleByArgument {}
