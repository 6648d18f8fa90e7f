import ArgumentParser
import Operations

/// What answers in the place of Bedrock, for the commands that run a local AWS.
struct ModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What answers: offline, openai:URL[#name], or bedrock[:region] with your own credentials.",
            valueName: "model"
        )
    )
    var model = "offline"

    @Option(help: ArgumentHelp("What goes wrong with the model, and how often.", valueName: "list"))
    var faults: String?

    @Option(help: ArgumentHelp("Chooses which messages meet a fault.", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Fail where MiniStack is missing, instead of installing it.")
    var noInstall = false

    func choice() throws(LocalModel.BadChoice) -> LocalModel.Choice { try LocalModel.Choice(model) }

    func plan() throws(LocalCloud.BadFaults) -> LocalCloud.Faults? {
        guard let faults else { return nil }
        return try LocalCloud.Faults(faults, seed: seed)
    }

    func validate() throws {
        do {
            _ = try choice()
        } catch {
            throw ValidationError("--model: \(error)")
        }
        do {
            _ = try plan()
        } catch {
            throw ValidationError("--faults: \(error)")
        }
    }

    /// `validate` has refused what cannot be read.
    var localModel: LocalModel { LocalModel((try? choice()) ?? .offline, faults: (try? plan()) ?? nil) }
}
