import ArgumentParser
import Operations

struct LocalCommand: BotctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "local",
        abstract: "Run a local AWS to deploy to, until Ctrl-C.",
        discussion: """
            Starts MiniStack, with signatures and permissions checked, and a stand-in for Bedrock that answers by \
            quoting the rules (it is not a model). Nothing leaves this machine, and nothing is left behind.

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
              botctl local --faults throttle=0.1,hang=0.02,slow=2s --seed 7
            """
    )

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Write shell exports for AWS tools to this file.", valueName: "file"))
    var writeEnv: String?

    @Option(help: ArgumentHelp("The port of the local AWS; 0 takes a free one.", valueName: "port"))
    var port = 0

    @Option(help: ArgumentHelp("What goes wrong with the model, and how often.", valueName: "list"))
    var faults: String?

    @Option(help: ArgumentHelp("Chooses which messages meet a fault.", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Leave connections to MiniStack, without API Gateway's limits.")
    var noGateway = false

    @Option(help: ArgumentHelp("The port that clients connect to; 0 takes a free one.", valueName: "port"))
    var gatewayPort = 0

    @Option(help: ArgumentHelp("How many times faster connections grow old.", valueName: "factor"))
    var timeScale = 1

    private func plan() throws(LocalCloud.BadFaults) -> LocalCloud.Faults? {
        guard let faults else { return nil }
        return try LocalCloud.Faults(faults, seed: seed)
    }

    func validate() throws {
        for (name, port) in [("--port", port), ("--gateway-port", gatewayPort)] where !(0...65_535).contains(port) {
            throw ValidationError("\(name) takes a number from 0 to 65535")
        }
        guard port == 0 || port != gatewayPort else {
            throw ValidationError("--port and --gateway-port are the same port")
        }
        guard (1...3600).contains(timeScale) else {
            throw ValidationError("--time-scale takes a number from 1 to 3600")
        }
        guard !noGateway || (gatewayPort == 0 && timeScale == 1) else {
            throw ValidationError("--no-gateway leaves nothing for --gateway-port and --time-scale to say")
        }
        do {
            _ = try plan()
        } catch {
            throw ValidationError("--faults: \(error)")
        }
    }

    func execute(_ session: Session) throws(OperationError) -> ExitStatus {
        let console = session.console
        let file = writeEnv.map { absolutePath($0, in: session.currentDirectory) }
        // Refused by `validate` where it cannot be read.
        let faults = try? plan()
        let gateway = noGateway ? nil : LocalCloud.Gateway(port: gatewayPort, timeScale: timeScale)
        let context = session.context
        try LocalCloud.run(context, port: port, environmentFile: file, faults: faults, gateway: gateway) { cloud in
            let view = LocalView(endpoint: cloud.endpoint, environment: cloud.environment, file: writeEnv)
            console.output(session.isJSON ? view.json : view.text(console.outputStyle))
        }
        console.error("Stopped.\n")
        return .done
    }
}
