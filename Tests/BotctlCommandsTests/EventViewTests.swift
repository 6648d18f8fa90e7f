import AWSCore
import Diagnostics
import HandlerBuild
import Planning
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct EventViewTests {
    private static let time = Timestamp(milliseconds: 1_790_000_000_123)

    private static let events: [OperationEvent] = [
        .warnings([
            Diagnostic(
                .warning,
                code: "BOT307",
                message: "the rules hold no text",
                range: SourceRange(
                    file: "botctl.yml",
                    start: SourcePosition(line: 5, column: 8),
                    end: SourcePosition(line: 5, column: 14)
                ),
                fix: "write them"
            ),
            Diagnostic(code: "BOT1", message: "m", range: nil, fix: "f"),
        ]),
        .build(.started(method: "swift build", architecture: .arm64)), .build(.output("line \u{1B}[0m")),
        .build(.waiting), .build(.skipped(reason: "nothing has changed")), .build(.finished(seconds: 12.5)),
        .packaged(sha256: "abc", bytes: 7, unchanged: false),
        .signedIn(account: "111122223333", caller: "arn:x", region: "us-east-2", credentials: "environment"),
        .creatingBucket(name: "b", stack: "s"), .uploading(bucket: "b", key: "k", bytes: 9),
        .artifactPresent(key: "k"), .tokenKeyCreated(parameter: "/p"), .detectingDrift(stack: "s"),
        .creatingChangeSet(stack: "s", name: "botctl-1"), .planned(Plan(createsStack: true)),
        .watching(stack: "s", work: .create),
        .resource(ResourceEvent(time: time, logicalId: "Table", type: "T", status: "CREATE_FAILED", reason: "no")),
        .resource(ResourceEvent(time: time, logicalId: "Table", type: "T", status: "CREATE_COMPLETE", reason: nil)),
        .stillWatching(seconds: 1.5), .estimate(seconds: 40, runs: 3), .rollingBack(stack: "s"),
        .stopping(stack: "s", .asked(grace: 5)), .stopping(stack: "s", .terminated),
        .stopping(stack: "s", .cancelling), .stopping(stack: "s", .cancelRefused(why: "no")),
        .waiting(stack: "s", why: "w"), .stillWaiting(seconds: 2), .settled(stack: "s", status: "X", seconds: 3),
        .smoking(stack: "s"), .removed(kind: "token key", name: "/p"),
        .confirmSignIn(url: "u", completeURL: "c", code: "A-B"), .note("n"),
        .swapping(stack: "s", functions: 8), .installing(name: "MiniStack", step: "pip", share: 0.5),
        .installed(name: "MiniStack", folder: "/f", seconds: 4),
    ]

    /// A new case has to be put here, and among the events above.
    private static func number(_ event: OperationEvent) -> Int {
        switch event {
        case .warnings: 0
        case .build(.started): 1
        case .build(.output): 2
        case .build(.waiting): 3
        case .build(.skipped): 4
        case .build(.finished): 5
        case .packaged: 6
        case .signedIn: 7
        case .creatingBucket: 8
        case .uploading: 9
        case .artifactPresent: 10
        case .tokenKeyCreated: 11
        case .detectingDrift: 12
        case .creatingChangeSet: 13
        case .planned: 14
        case .watching: 15
        case .resource: 16
        case .stillWatching: 17
        case .estimate: 18
        case .rollingBack: 19
        case .stopping: 20
        case .waiting: 21
        case .stillWaiting: 22
        case .settled: 23
        case .smoking: 24
        case .removed: 25
        case .confirmSignIn: 26
        case .note: 27
        case .swapping: 28
        case .installing: 29
        case .installed: 30
        }
    }

    /// Whoever changes a name or a key here changes what machines read: the version, and docs/machine-output.md.
    @Test func everyEventHasItsForm() {
        #expect(Set(Self.events.map(Self.number)).count == 31)
        let lines = Self.events.map { EventView(event: $0, time: Self.time).line }
        for line in lines { #expect(line.hasSuffix("\n") && !line.dropLast().contains("\n")) }
        expectGolden(lines.joined(), "events.jsonl")
    }

    @Test func everyEventIsDocumented() throws {
        let root = String("\(#filePath)".dropLast("Tests/BotctlCommandsTests/EventViewTests.swift".count))
        let text = String(
            decoding: try #require(try FileSystem.live.read("\(root)docs/machine-output.md")),
            as: UTF8.self
        )
        for event in Self.events {
            let value = try JSONValue.parse(EventView(event: event, time: Self.time).line)
            let name = try #require(value["event"]?.stringValue)
            let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") }, "\(name)")
            for key in try #require(value.objectValue).keys where !["formatVersion", "event", "time"].contains(key) {
                #expect(row.contains("`\(key)`"), "\(name): \(key)")
            }
        }
        for name in ["question", "failed", "call"] { #expect(text.contains("| `\(name)` |")) }
    }
}
