import ArgumentParser
import Operations

/// For commands with a local API Gateway.
struct ConnectionOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Keep connections to API Gateway's limits.")
    var gateway = true

    @Option(help: ArgumentHelp("How many times faster connections grow old.", valueName: "factor"))
    var timeScale = 1

    func validate() throws {
        guard (1...3600).contains(timeScale) else {
            throw ValidationError("--time-scale takes a number from 1 to 3600")
        }
        guard gateway || timeScale == 1 else {
            throw ValidationError("--no-gateway leaves nothing for --time-scale to say")
        }
    }

    /// - Parameter port: 0 takes a free one.
    func gateway(port: Int) -> LocalCloud.Gateway? {
        gateway ? LocalCloud.Gateway(port: port, timeScale: timeScale) : nil
    }
}
