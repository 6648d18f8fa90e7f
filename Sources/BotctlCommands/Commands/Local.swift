import ArgumentParser
import Operations

struct LocalCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Run a local AWS to deploy to, until Ctrl-C.",
        discussion: """
            Starts MiniStack, with signatures and permissions checked, and a stand-in for Bedrock that answers by \
            quoting the rules (it is not a model). Nothing leaves this machine, and nothing is left behind. Where \
            MiniStack is missing, it is installed from PyPI into your cache folder first.

            --model openai:URL[#name] asks a model of yours instead, over Ollama, llama.cpp, vLLM or whatever speaks \
            OpenAI's API (OPENAI_API_KEY is sent there if it is set). --model bedrock asks Bedrock itself with your \
            credentials, which costs money; all other services stay local.

            Connections pass a gateway that keeps to API Gateway's limits: 32 KB frames, 128 KB messages, 29 s for an \
            answer, 10 min without a message, 2 h in all. --time-scale 60 makes connections grow old 60 times faster; \
            --no-gateway leaves them to MiniStack, which has no limits.

            With --faults the model fails as it does on AWS at times, for a client or a bot to be tried on. throttle, \
            midstream, hang and garbage take a share of the requests, slow a time that every other answer waits. \
            The same seed gives the same faults to the same messages.

            Examples:
              botctl local
              botctl local --write-env .botctl/local.env    (then: . .botctl/local.env && botctl deploy)
              botctl local --time-scale 600    (idle connections are closed after a second)
              botctl local --model openai:http://localhost:11434#llama3.3
              botctl local --model bedrock:us-east-2 --profile dev
              botctl local --faults throttle=0.1,hang=0.02,slow=2s --seed 7
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Write shell exports for AWS tools to this file.", valueName: "file"))
    var writeEnv: String?

    @Option(help: ArgumentHelp("The port of the local AWS; 0 takes a free one.", valueName: "port"))
    var port = 0

    @OptionGroup var model: ModelOptions

    @OptionGroup var connections: ConnectionOptions

    @Option(help: ArgumentHelp("The port that clients connect to; 0 takes a free one.", valueName: "port"))
    var gatewayPort = 0

    func validate() throws {
        for (name, port) in [("--port", port), ("--gateway-port", gatewayPort)] where !(0...65_535).contains(port) {
            throw ValidationError("\(name) takes a number from 0 to 65535")
        }
        guard port == 0 || port != gatewayPort else {
            throw ValidationError("--port and --gateway-port are the same port")
        }
        guard !connections.noGateway || gatewayPort == 0 else {
            throw ValidationError("--no-gateway leaves nothing for --gateway-port to say")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let console = session.console
        let file = writeEnv.map { absolutePath($0, in: session.currentDirectory) }
        try LocalCloud.run(
            session.context,
            port: port,
            environmentFile: file,
            model: model.localModel,
            mayInstall: !model.noInstall,
            gateway: connections.gateway(port: gatewayPort),
            session.host
        ) { cloud, model in
            let view = LocalView(
                endpoint: cloud.endpoint,
                environment: cloud.environment,
                model: model,
                file: writeEnv
            )
            session.host.finish()
            console.output(session.isJSON ? view.json : view.text(console.outputStyle))
        }
        console.error("Stopped.\n")
        return .done
    }
}
