import ArgumentParser
import Operations

/// For commands with a model of their own, which can be made to fail.
struct FaultOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What goes wrong with the model, and how often.", valueName: "list"))
    var faults: String?

    @Option(help: ArgumentHelp("Chooses which messages meet a fault.", valueName: "number"))
    var seed: UInt64 = 0

    /// Refused by `validate` where it cannot be read.
    var plan: LocalCloud.Faults? { try? read() }

    func validate() throws {
        do {
            _ = try read()
        } catch {
            throw ValidationError("--faults: \(error)")
        }
    }

    private func read() throws(LocalCloud.BadFaults) -> LocalCloud.Faults? {
        guard let faults else { return nil }
        return try LocalCloud.Faults(faults, seed: seed)
    }
}
