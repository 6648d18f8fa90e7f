import AWSCore
import Planning
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct HotswapViewTests {
    private static let outputs = BotOutputs(
        stack: "shop-dev",
        region: "us-east-2",
        status: "UPDATE_COMPLETE",
        values: ["ApiId": "abc", "chatUrl": "wss://abc.execute-api.us-east-2.amazonaws.com/dev"]
    )

    private func result(_ outcome: Hotswap.Outcome, smoke: SmokeTurn.Report? = nil) -> Hotswap.Result {
        Hotswap.Result(
            outcome: outcome,
            sha256: "00ff",
            functions: ["shop-dev-connect", "shop-dev-sendMessage"],
            outputs: Self.outputs,
            seconds: 0.7,
            settling: 0.5,
            smoke: smoke
        )
    }

    @Test func theEnd() {
        let smoke = SmokeTurn.Report(connect: 10, firstWords: 20, reply: 30, stored: 40)
        let views = [result(.nothingToDo), result(.swapped, smoke: smoke), result(.restored)].map(HotswapView.init)
        expectGolden(views.map { $0.headline(.plain) }.joined(separator: "\n"), "hotswap.txt")
        expectGolden(views[1].json, "hotswap.json")
        #expect(views[1].address == "wss://abc.execute-api.us-east-2.amazonaws.com/dev\n")
    }

    @Test(
        arguments: [
            (5.0, true, "a package that the stack does not know: hotswapped 5 s ago by alice on laptop"),
            (185.0, true, "a package that the stack does not know: hotswapped 3 min ago by alice on laptop"),
            (10_800.0, true, "a package that the stack does not know: hotswapped 3 h ago by alice on laptop"),
            (259_200.0, true, "a package that the stack does not know: hotswapped 3 days ago by alice on laptop"),
            (-7.0, false, "different packages: a hotswap was not finished, begun 0 s ago by alice on laptop"),
        ] as [(Double, Bool, String)]
    )
    func notes(seconds: Double, isFinished: Bool, expected: String) {
        #expect(HotswapNote(state(seconds, isFinished)).sentence == expected)
    }

    private func state(_ seconds: Double, _ isFinished: Bool = true) -> HotswapState {
        HotswapState(
            package: "shop/dev/hotswap/00ff.zip",
            time: Timestamp(milliseconds: 1_790_000_000_000),
            seconds: seconds,
            author: "alice on laptop",
            isFinished: isFinished
        )
    }

    /// A spec that went back is no reason to say that nothing differs.
    @Test func diffTells() {
        let view = DiffView(
            result: Diff.Result(plan: Plan(), stack: "shop-dev", status: "UPDATE_COMPLETE", hotswap: state(185))
        )
        #expect(view.hasChanges)
        expectGolden(view.text(.plain), "diff-hotswap.txt")
        expectGolden(view.markdown, "diff-hotswap.md")
        expectGolden(view.json, "diff-hotswap.json")
        #expect(!DiffView(result: Diff.Result(plan: Plan(), stack: "shop-dev", status: "")).hasChanges)
    }

    @Test func historyTells() {
        let view = HistoryView(result: History.Result(stack: "shop-dev", entries: [], hotswap: state(185)))
        #expect(view.text(.plain).contains("hotswapped 3 min ago by alice on laptop"))
        #expect(view.json.contains(#""author" : "alice on laptop""#))
    }

    @Test func theModeIsUnderThePlan() {
        let execution = Execution(.express, because: "the spec says so")
        let plan = Plan(parameters: [.init(name: "A", before: "1", after: "2")], execution: execution)
        #expect(PlanView(plan).text(.plain).hasSuffix("In express mode: the spec says so.\n"))
        let new = Plan(createsStack: true, execution: execution)
        #expect(PlanView(new).text(.plain).hasSuffix("In express mode: the spec says so.\n"))
        #expect(plan.json["execution"] == ["mode": "express", "reason": "the spec says so"])
        #expect(Plan().json["execution"] == nil)
    }
}
