import AWSCore
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct DevViewTests {
    private let view = DevView(style: .plain, isVerbose: false)

    @Test func addressesAreSaidOnce() {
        let text = view.text(
            .ready(
                DevAddresses(
                    page: "http://127.0.0.1:1/t/",
                    chat: "ws://127.0.0.1:2/x",
                    endpoint: "http://127.0.0.1:3",
                    stack: "shop-dev",
                    milliseconds: 2350
                )
            )
        )
        #expect(
            text == """

                  page  http://127.0.0.1:1/t/
                  chat  ws://127.0.0.1:2/x
                  aws   http://127.0.0.1:3

                  Ready in 2.4 s. Save a file and it is live; Ctrl-C stops everything.


                """
        )
    }

    @Test func whatWentLive() {
        let direct = DevReload(parts: [.prompt, .rules], way: .functions, milliseconds: 180, plan: nil)
        #expect(view.text(.live(direct)) == "✓ prompt, rules live in 180 ms\n")
        let none = DevReload(parts: [.handlers], way: .nothing, milliseconds: 1500, plan: nil)
        #expect(view.text(.live(none)) == "✓ handlers nothing to do in 1.5 s\n")
        let stack = DevReload(parts: [.settings], way: .changeSet, milliseconds: 900, plan: ViewTests.plan)
        let text = view.text(.live(stack)) ?? ""
        #expect(text.hasPrefix("✓ settings by change set in 900 ms\nPlan: ") && text.contains("-/+ Table"))
        #expect(view.text(.mended(milliseconds: 4)) == "✓ as it was before (4 ms)\n")
        #expect(view.kept(30) == "  The bot goes on as it was (30 ms).\n")
    }

    private func turn(_ outcome: String, question: String?) -> DevEvent {
        .turn(
            DevTurn(
                requestId: "r",
                connectionId: "c",
                outcome: outcome,
                began: Timestamp(milliseconds: 0),
                ended: Timestamp(milliseconds: 412),
                question: question,
                tokens: DevTurn.Tokens(input: 100, output: 20),
                timings: ["firstToken": 96],
                calls: [],
                items: [],
                log: []
            )
        )
    }

    @Test func aTurnIsALine() {
        #expect(
            view.text(turn("answered", question: "How long?\u{1B}[31m"))
                == "› How long?␛[31m  412 ms, first words 96 ms, 120 tokens\n"
        )
        #expect(
            view.text(turn("model_busy", question: nil))
                == "✗ a message model_busy  412 ms, first words 96 ms, 120 tokens\n"
        )
        let long = view.text(turn("answered", question: String(repeating: "a", count: 200))) ?? ""
        #expect(long.contains("…  412 ms") && displayWidth(long) < 110)
    }

    @Test func onlyWhatIsWrongIsSaidOfTheLog() {
        func line(_ level: String) -> DevEvent {
            .log(
                DevLogLine(
                    time: Timestamp(milliseconds: 0),
                    function: "Hello",
                    level: level,
                    message: "slow",
                    fields: ["detail": "very", "error": "Throttling"]
                )
            )
        }
        #expect(view.text(line("INFO")) == nil)
        #expect(view.text(line("WARN")) == "  Hello  slow (Throttling): very\n")
        #expect(DevView(style: .plain, isVerbose: true).text(line("INFO")) == "  Hello  slow (Throttling): very\n")
    }
}
