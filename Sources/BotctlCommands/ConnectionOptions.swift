import ArgumentParser
import Operations

/// For commands with a local API Gateway.
struct ConnectionOptions: ParsableArguments {
    @Flag(help: "Leave connections to MiniStack, without API Gateway's limits.")
    var noGateway = false

    @Option(help: ArgumentHelp("How many times faster connections grow old.", valueName: "factor"))
    var timeScale = 1

    func validate() throws {
        guard (1...3600).contains(timeScale) else {
            throw ValidationError("--time-scale takes a number from 1 to 3600")
        }
        guard !noGateway || timeScale == 1 else {
            throw ValidationError("--no-gateway leaves nothing for --time-scale to say")
        }
    }

    /// - Parameter port: 0 takes a free one.
    func gateway(port: Int) -> LocalCloud.Gateway? {
        noGateway ? nil : LocalCloud.Gateway(port: port, timeScale: timeScale)
    }
}
