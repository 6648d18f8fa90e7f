import AWSCore
import BotSpec
import Operations
import Testing

@testable import BotctlCommands

#if canImport(Glibc)
    import Glibc
#endif

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

    static let spec = """
        version: 1
        name: shop
        region: us-east-2
        prompt: You are the support agent of a shop.
        model:
          id: meta.llama3-3-70b-instruct-v1:0

        """

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

/// Compares with a file of `Goldens/`. A missing one is recorded and still fails; others only when
/// `BOTCTL_RECORD_GOLDENS=1`.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = String("\(#filePath)".dropLast("Support.swift".count)) + "Goldens/\(name)"
    let expected = try FileSystem.live.read(path).map { String(decoding: $0, as: UTF8.self) }
    let isRecording = getenv("BOTCTL_RECORD_GOLDENS").map { String(cString: $0) } == "1"
    if expected == nil || isRecording { try FileSystem.live.write(path, Array(text.utf8), false) }
    guard !isRecording else { return }
    guard let expected else {
        Issue.record("\(name) was missing; it is recorded now: read it and run again", sourceLocation: sourceLocation)
        return
    }
    #expect(text == expected, sourceLocation: sourceLocation)
}
