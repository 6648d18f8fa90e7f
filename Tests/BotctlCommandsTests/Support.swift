import AWSCore
import BotSpec
import Operations
import TestSupport

@testable import BotctlCommands

/// A process around a command, in memory; what a test does not replace traps.
final class TestMachine {
    var output = ""
    var error = ""
    var outputIsTerminal = false
    var errorIsTerminal = false
    var inputIsTerminal = false
    var input: [String] = []
    var environment: [String: String] = [:]
    var files: [String: String] = [:]

    static let spec = smallestSpec.replacing("acme-support", with: "shop")

    func run(_ arguments: String...) -> BotctlCommands.ExitStatus { run(arguments) }

    func run(_ arguments: [String]) -> BotctlCommands.ExitStatus {
        BotctlMain.run(
            arguments,
            Machine(
                currentDirectory: "/project",
                environment: environment,
                outputIsTerminal: outputIsTerminal,
                errorIsTerminal: errorIsTerminal,
                inputIsTerminal: inputIsTerminal,
                output: { self.output += $0 },
                error: { self.error += $0 },
                readLine: { self.input.isEmpty ? nil : self.input.removeFirst() },
                effects: { _ in self.effects() }
            )
        )
    }

    private func effects() -> Effects {
        var effects = Effects.trapping()
        let files = files
        effects.clock = StoppedClock()
        effects.environment = environment
        effects.isTerminal = inputIsTerminal && errorIsTerminal
        effects.files.read = { path in files[path].map { Array($0.utf8) } }
        effects.files.exists = { path in files[path] != nil }
        effects.loadSpec = { directory, file, stage, region in
            let path = directory + "/" + file
            let loaded = files[path].map { [file: Array($0.utf8)] } ?? [:]
            return SpecLoader.inMemory(loaded).load(
                projectDirectory: directory,
                specFile: file,
                stage: stage,
                overrides: SpecOverrides(region: region)
            )
        }
        return effects
    }
}

/// Time does not pass, and nothing may wait for it.
private final class StoppedClock: WallClock {
    func now() -> Timestamp { Timestamp(milliseconds: 1_790_000_000_000) }
    func sleep(_ duration: Duration) { preconditionFailure("unstubbed effect: clock.sleep") }
}
