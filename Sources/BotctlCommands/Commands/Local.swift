import ArgumentParser
import Operations

struct LocalCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Run a local AWS to deploy to, until Ctrl-C.",
        discussion: """
            Starts MiniStack, with signatures and permissions checked, and a stand-in for Bedrock that answers by \
            quoting the rules (it is not a model). Nothing leaves this machine, and nothing is left behind.

            Examples:
              botctl local
              botctl local --write-env .botctl/local.env    (then: . .botctl/local.env && botctl deploy)
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Write shell exports for AWS tools to this file.", valueName: "file"))
    var writeEnv: String?

    @Option(help: ArgumentHelp("The port of the local AWS; 0 takes a free one.", valueName: "port"))
    var port = 0

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535") }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let console = session.console
        let file = writeEnv.map { absolutePath($0, in: session.currentDirectory) }
        try LocalCloud.run(session.context, port: port, environmentFile: file) { cloud in
            let view = LocalView(endpoint: cloud.endpoint, environment: cloud.environment, file: writeEnv)
            console.output(session.isJSON ? view.json : view.text(console.outputStyle))
        }
        console.error("Stopped.\n")
        return .done
    }
}
