import ArgumentParser
import Operations

struct DevCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run the whole bot on this machine, live: save a file, and the chat goes on with it.",
        discussion: """
            Builds the bot, starts a local AWS, deploys to it by the same steps as `botctl deploy`, and opens a page \
            with the chat and a trace of each turn. Saving the prompt, a rule, the spec or a handler brings it live \
            without losing the open chat; what is wrong is shown, and the bot goes on as it was. Ctrl-C stops \
            everything. Chats and tables are there again at the next start; --fresh forgets them. Your AWS account is \
            never touched: no key, profile or region of yours is used, unless you choose --model bedrock.

            Examples:
              botctl dev
              botctl dev --fresh --no-open --port 8080
              botctl dev --model openai:http://localhost:11434#llama3.3
              botctl dev --faults throttle=0.2,slow=2s --seed 7
              botctl dev --endpoint-url http://127.0.0.1:4566     (an emulator that runs already)
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("The page's port (default: the last run's, or a free one).", valueName: "port"))
    var port = 0

    @Flag(help: "Forget the chats, tables and stacks of earlier runs.")
    var fresh = false

    @Flag(help: "Do not open a browser.")
    var noOpen = false

    @OptionGroup var model: ModelOptions

    @OptionGroup var connections: ConnectionOptions

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number from 0 to 65535") }
        if global.profile != nil, !model.localModel.usesAWS {
            throw ValidationError(
                "--profile has a meaning with --model bedrock only: nothing else is of your AWS account"
            )
        }
        guard global.endpointUrl != nil else { return }
        if fresh || model.faults != nil || model.model != "offline" || connections.noGateway
            || connections.timeScale != 1
        {
            throw ValidationError(
                "--fresh, --model, --faults, --no-gateway and --time-scale are for dev's own local AWS, not for --endpoint-url"
            )
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let host = DevTerminalHost(session, usesAWS: model.localModel.usesAWS)
        let environment = session.context.effects.environment
        let program = noOpen || session.isJSON ? nil : BrowserOpening.program(environment)
        host.begin()
        do throws(OperationError) {
            try run(session, host, program)
        } catch {
            guard session.isJSON else { throw error }
            return host.fail(error)
        }
        session.host.finish()
        session.console.error("Stopped.\n")
        return .done
    }

    private func run(
        _ session: Session,
        _ host: DevTerminalHost,
        _ program: String?
    ) throws(OperationError) {
        let environment = session.context.effects.environment
        try Dev.run(
            session.context,
            Dev.Options(
                port: port,
                fresh: fresh,
                model: model.localModel,
                mayInstall: !model.noInstall,
                gateway: connections.gateway(port: 0),
                version: BotctlVersion.text,
                open: program.map { program in { BrowserOpening.open($0, with: program, environment: environment) } }
            ),
            host
        )
    }
}
