import AWSCore
import Diagnostics
import HandlerBuild
import Operations
import Planning
import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct TerminalHostTests {
    private final class SteppedClock: WallClock {
        var time = Timestamp(milliseconds: 1_790_000_000_000)
        func now() -> Timestamp { time }
        func sleep(_ duration: Duration) { time = time.advanced(by: duration) }
    }

    private final class Screen {
        let clock = SteppedClock()
        var text = ""
        var size = (columns: 80, rows: 24)
        var input: [String] = []

        func host(isTerminal: Bool, isJSON: Bool = false, term: String = "xterm") -> TerminalHost {
            var effects = Effects.trapping()
            effects.clock = clock
            let machine = Machine(
                currentDirectory: "/p",
                environment: ["TERM": term, "NO_COLOR": "1"],
                outputIsTerminal: false,
                errorIsTerminal: isTerminal,
                inputIsTerminal: isTerminal,
                columns: { self.size.columns },
                rows: { self.size.rows },
                output: { _ in Issue.record("only results go to standard output") },
                error: { self.text += $0 },
                readLine: { self.input.isEmpty ? nil : self.input.removeFirst() },
                effects: { _ in effects }
            )
            return TerminalHost(
                console: Console(machine, noColour: false),
                context: ProjectContext(directory: "/p", effects: effects),
                isVerbose: false,
                isJSON: isJSON
            )
        }
    }

    private func watching(_ host: TerminalHost, _ screen: Screen, seconds: Int) {
        for second in 1...seconds {
            screen.clock.sleep(.seconds(1))
            host.notify(.stillWatching(seconds: Double(second)))
        }
    }

    private func event(_ id: String, _ status: String, at ms: Int64 = 0) -> OperationEvent {
        let time = Timestamp(milliseconds: 1_790_000_000_000 + ms)
        return .resource(ResourceEvent(time: time, logicalId: id, type: "AWS::SNS::Topic", status: status, reason: nil))
    }

    @Test func silenceIsNeverLongerThanHalfAMinute() {
        let screen = Screen()
        let host = screen.host(isTerminal: false)
        host.notify(.watching(stack: "acme-prod", work: .create))
        host.notify(event("Table", "CREATE_IN_PROGRESS"))
        watching(host, screen, seconds: 95)
        #expect(
            screen.text == """
                Stack     creating acme-prod
                  still creating acme-prod: 0 done, 30 s; waiting for Table
                  still creating acme-prod: 0 done, 1 min 0 s; waiting for Table
                  still creating acme-prod: 0 done, 1 min 30 s; waiting for Table

                """
        )
    }

    /// Also when somebody else is waited for, or a compiler has nothing to say but its progress.
    @Test func otherWaitsAreNotSilentEither() {
        let screen = Screen()
        let host = screen.host(isTerminal: false)
        host.notify(.waiting(stack: "shop-dev", why: "it is being updated by ada on build-7"))
        for second in 1...61 {
            screen.clock.sleep(.seconds(1))
            host.notify(.stillWaiting(seconds: Double(second)))
        }
        for _ in 1...31 {
            screen.clock.sleep(.seconds(1))
            host.notify(.build(.output("[3/9] Compiling\u{7}")))
        }
        #expect(
            screen.text == """
                Waiting   for the stack shop-dev: it is being updated by ada on build-7
                  still waiting for the stack shop-dev, 30 s
                  still waiting for the stack shop-dev, 1 min 0 s
                  [3/9] Compiling␇

                """
        )
    }

    @Test func aPlanThatTakesLongIsNotSilent() {
        let screen = Screen()
        let host = screen.host(isTerminal: false)
        host.notify(.creatingChangeSet(stack: "shop-dev", name: "botctl-1"))
        for second in 1...31 {
            screen.clock.sleep(.seconds(1))
            host.notify(.stillWaiting(seconds: Double(second)))
        }
        #expect(screen.text == "  still planning shop-dev (change set botctl-1), 30 s\n")
    }

    @Test func aDumbTerminalGetsLinesWithoutEscapes() {
        let screen = Screen()
        let host = screen.host(isTerminal: true, term: "dumb")
        host.notify(.watching(stack: "acme-prod", work: .create))
        host.notify(event("Table", "CREATE_IN_PROGRESS"))
        watching(host, screen, seconds: 31)
        #expect(!screen.text.contains("\u{1B}") && screen.text.contains("still creating"))
    }

    @Test func theTableFollowsTheTerminalsSize() {
        let screen = Screen()
        let host = screen.host(isTerminal: true)
        host.notify(.watching(stack: "shop-dev", work: .create))
        screen.text = ""
        for index in 0..<30 { host.notify(event("Topic\(index)", "CREATE_IN_PROGRESS")) }
        #expect(screen.text.isEmpty, "one frame shows them all")
        screen.size = (40, 8)
        host.notify(.stillWatching(seconds: 1))
        let lines = screen.text.split(separator: "\n")
        #expect(lines.count == 7)
        for line in lines { #expect(displayWidth(String(line.prefix { $0 != "\u{1B}" })) < 40) }
    }

    @Test func whatIsLeftBeforeItsEndStaysOnTheScreen() {
        let screen = Screen()
        let host = screen.host(isTerminal: true)
        host.notify(.watching(stack: "shop-dev", work: .update))
        host.notify(event("Table", "UPDATE_IN_PROGRESS"))
        host.notify(.stillWatching(seconds: 7))
        screen.text = ""
        host.finish()
        #expect(
            screen.text == "\r\u{1B}[1A\u{1B}[JStack     updating shop-dev: 0 done, 7 s; waiting for Table\n"
        )
        screen.text = ""
        host.finish()
        #expect(screen.text.isEmpty)
    }

    @Test func aMachineReadsOneObjectALine() throws {
        let screen = Screen()
        let host = screen.host(isTerminal: true, isJSON: true)
        screen.input = ["what?", "y"]
        host.notify(.watching(stack: "shop-dev", work: .update))
        watching(host, screen, seconds: 25)
        #expect(host.ask(Question("Deploy?", defaultAnswer: true)))
        host.fail(.interrupted)
        host.finish()
        let names = try screen.text.split(separator: "\n").map {
            let value = try JSONValue.parse(String($0))
            #expect(value["formatVersion"]?.intValue == 1 && value["time"]?.stringValue?.hasSuffix("Z") == true)
            return value["event"]?.stringValue
        }
        #expect(names == ["watching", "stillWatching", "stillWatching", "question", "question", "failed"])
    }
}
