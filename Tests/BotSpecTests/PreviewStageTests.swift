import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

/// Stages by pattern, and which names a spec takes at all.
@Suite struct PreviewStageTests {
    private static let text =
        smallestSpec + """
            stages:
              dev:
              pr-7: { history: { turns: 7 } }
              "pr-*": { history: { turns: 2 }, table: { onTeardown: delete } }
              "pr-big-*": { history: { turns: 9 } }
              prod: { protect: true }
            """

    @Test(
        arguments: [
            ("pr-42", 2, "pr-*"), ("pr-7", 7, nil), ("pr-big-1", 9, "pr-big-*"), ("pr-bigger", 2, "pr-*"),
            ("dev", 12, nil), ("prod", 12, nil),
        ] as [(String, Int, String?)]
    )
    func theClosestKeyCounts(stage: String, turns: Int, pattern: String?) throws {
        let result = load(Self.text, stage: stage)
        #expect(result.diagnostics == [])
        #expect(result.isStageListed)
        let spec = try #require(result.spec)
        #expect(spec.stage == stage)
        #expect(spec.stackName == "acme-support-\(stage)")
        #expect(spec.history.turns == turns)
        #expect(spec.pattern?.text == pattern)
    }

    @Test func aPatternNeedsMoreThanItsBeginning() {
        #expect(load(Self.text, stage: "pr-").diagnostics.contains { $0.code == "BOT203" })
        let star = load(Self.text, stage: "pr-*")
        #expect(star.diagnostics.contains { $0.code == "BOT203" }, "\(star.diagnostics)")
    }

    @Test func anotherNameIsAnErrorForWhatMakesAStage() throws {
        let result = load(Self.text, stage: "prd")
        #expect(result.spec != nil, "what exists can be worked with")
        #expect(!result.isStageListed)
        let refused = result.requiringListedStage
        #expect(refused.spec == nil)
        let diagnostic = try #require(refused.diagnostics.first)
        #expect(diagnostic.code == "BOT204" && diagnostic.severity == .error)
        #expect(diagnostic.fix == "run with --stage prod, or add `prd` under stages")
        #expect(diagnostic.range?.start.line == 7)
        let far = load(Self.text, stage: "customer-x").requiringListedStage
        #expect(far.diagnostics.first?.fix == "add `customer-x` under stages, or a pattern like `pr-*` that it fits")
    }

    @Test func aSpecWithoutStagesLeavesThemFree() {
        let result = load(smallestSpec, stage: "anything").requiringListedStage
        #expect(result.diagnostics == [] && result.spec != nil)
    }

    /// `dev` is what is meant when no stage is named.
    @Test func devIsAlwaysThere() {
        let result = load(smallestSpec + "stages: { prod: {} }\n").requiringListedStage
        #expect(result.diagnostics == [] && result.spec != nil)
        let near = load(smallestSpec + "stages: { dve: {} }\n").requiringListedStage
        #expect(near.diagnostics.map(\.severity) == [.warning] && near.spec != nil)
    }

    @Test func aBadValueInAPatternIsFoundFromEveryStage() throws {
        let text = Self.text.replacing("turns: 2", with: "turns: -1")
        for stage in ["dev", "pr-42"] {
            let result = load(text, stage: stage)
            #expect(result.diagnostics.map(\.code) == ["BOT407"], "\(stage)")
            #expect(result.diagnostics.first?.range?.start.line == 10)
        }
    }

    /// Every name that AWS makes of a preview's must fit, also when numbers have grown to five digits.
    @Test func namesOfPreviewsMustFit() {
        let room = AWSLimit.stackName.length - "-pr-99999".count
        func codes(_ length: Int) -> [String] {
            let name = String(repeating: "a", count: length)
            return load(smallestSpec.replacing("acme-support", with: name) + "stages: { \"pr-*\": {} }\n").diagnostics
                .map(\.code)
        }
        #expect(codes(room) == [])
        #expect(codes(room + 1) == ["BOT202"])
    }
}
