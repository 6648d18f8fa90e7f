import AWSCore

@testable import AWSClients

/// A session's surroundings: one config file, a clock that the test moves, and answers from a list.
struct CredentialBench {
    let clock = ManualClock()

    func options(
        _ environment: [String: String] = [:],
        config: String = "",
        transport: any HTTPTransport = RecordingTransport(),
        credentials: CredentialsEffects = .none
    ) -> SessionOptions {
        var options = testOptions(
            environment: environment.merging(["HOME": "/h"]) { $1 },
            transport: transport,
            files: ["/h/.aws/config": Array(config.utf8)]
        )
        options.clock = clock
        options.region = "us-east-2"
        options.credentials = credentials
        return options
    }

    func failure(_ options: SessionOptions) -> SessionError? {
        do { _ = try AWSSession(options: options) } catch { return error }
        return nil
    }
}

/// Time that the test moves.
final class ManualClock: WallClock {
    var time = Timestamp(seconds: 1_790_000_000)
    private(set) var slept: [Duration] = []
    func now() -> Timestamp { time }
    func sleep(_ duration: Duration) {
        slept.append(duration)
        time = time.advanced(by: duration)
    }
}

/// A suite whose tests work on a bench.
protocol OnCredentialBench {
    var bench: CredentialBench { get }
}

extension OnCredentialBench {
    var clock: ManualClock { bench.clock }

    func failure(_ options: SessionOptions) -> SessionError? { bench.failure(options) }

    func options(
        _ environment: [String: String] = [:],
        config: String = "",
        transport: any HTTPTransport = RecordingTransport(),
        credentials: CredentialsEffects = .none
    ) -> SessionOptions {
        bench.options(environment, config: config, transport: transport, credentials: credentials)
    }
}
