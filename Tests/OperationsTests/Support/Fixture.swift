import AWSClients
import AWSCore
import BotSpec
import HandlerBuild
import Operations
import TestSupport

/// Time that passes only when somebody sleeps, or looks.
final class TestClock: WallClock {
    private var time = Timestamp(milliseconds: 1_790_000_000_000)
    private(set) var slept: Duration = .zero

    func now() -> Timestamp {
        time = time.advanced(by: .milliseconds(1))
        return time
    }

    func sleep(_ duration: Duration) {
        slept += duration
        time = time.advanced(by: duration)
    }
}

final class TestHost: OperationHost {
    var events: [OperationEvent] = []
    var questions: [Question] = []
    /// `nil` fails the test by trapping: no question was expected.
    var answer: ((Question) -> Bool)?

    func notify(_ event: OperationEvent) { events.append(event) }

    func ask(_ question: Question) -> Bool {
        questions.append(question)
        guard let answer else { preconditionFailure("unexpected question: \(question.text)") }
        return answer(question)
    }
}

/// One project against one fake AWS.
final class Fixture {
    let aws = FakeAWS()
    let clock = TestClock()
    let host = TestHost()
    var spec = smallestSpec.replacing("acme-support", with: "shop")
    var package = "package 1"
    var isTerminal = false
    var isInterrupted: () -> Bool = { false }
    var assumeYes = true
    /// Of processes on this machine.
    var isRunning: (Int32) -> Bool = { _ in false }
    /// Whom the smoke turn asks.
    let bot = FakeBot.thatRemembers()
    var environment = [
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    ]

    var context: ProjectContext {
        var effects = Effects.trapping()
        let spec = spec
        let content = package
        effects.clock = clock
        effects.transport = aws
        effects.files.read = { _ in nil }
        effects.environment = environment
        effects.isTerminal = isTerminal
        effects.isInterrupted = isInterrupted
        effects.randomBytes = { Array(repeating: 7, count: $0) }
        effects.processes.isRunning = isRunning
        effects.chat = { [bot] in bot.effects }
        effects.loadSpec = { directory, file, stage, region in
            SpecLoader.inMemory([file: Array(spec.utf8)]).load(
                projectDirectory: directory,
                specFile: file,
                stage: stage,
                overrides: SpecOverrides(region: region)
            )
        }
        effects.buildPackage = { _, context, _ in
            BuiltPackage(
                path: "\(context.workDirectory)/package.zip",
                zip: Array(content.utf8),
                sha256: hexEncode(sha256(Array(content.utf8))),
                architecture: .arm64,
                manifest: PackageManifest(files: [], configuration: #"{"prompt":"\#(content)"}"#).json,
                unchanged: false
            )
        }
        return ProjectContext(directory: "/project", assumeYes: assumeYes, effects: effects)
    }

    @discardableResult
    func deploy() throws(OperationError) -> Deploy.Result { try Deploy.run(context, host) }

    func count(_ call: String) -> Int { aws.calls.count { $0 == call } }

    var bucket: [String: [UInt8]] { aws.buckets["botctl-artifacts-111122223333-us-east-2"] ?? [:] }
    /// Without the history, and the templates that belong to it.
    var packages: [String: [UInt8]] { bucket.filter { $0.key.hasSuffix(".zip") || $0.key.hasSuffix(".manifest.json") } }
    var stack: FakeAWS.Stack? { aws.stacks["shop-dev"] }
}
