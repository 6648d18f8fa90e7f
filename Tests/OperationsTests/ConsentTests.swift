import Operations
import Testing

@Suite struct ConsentTests {
    @Test(arguments: [
        (true, true, Consent.given), (true, false, .given), (false, true, .ask), (false, false, .nobodyToAsk),
    ])
    func whoAnswers(assumeYes: Bool, isTerminal: Bool, consent: Consent) {
        #expect(Consent.decide(assumeYes: assumeYes, isTerminal: isTerminal) == consent)
    }

    @Test(
        arguments: [
            ("y", true), ("Y", true), (" yes \r", true), ("n", false), ("NO", false), ("maybe", nil), ("yy", nil),
        ] as [(String, Bool?)]
    )
    func words(answer: String, meaning: Bool?) {
        #expect(Question("Go?", defaultAnswer: false).meaning(of: answer) == meaning)
        #expect(Question("Go?", defaultAnswer: true).meaning(of: answer) == meaning)
    }

    @Test func enterMeansTheDefault() {
        #expect(Question("Go?", defaultAnswer: true).meaning(of: "") == true)
        #expect(Question("Go?", defaultAnswer: false).meaning(of: "  ") == false)
    }

    @Test func aProtectedStageWantsItsName() {
        let question = Question("Go?", defaultAnswer: true, confirmation: "shop-prod")
        #expect(question.meaning(of: "shop-prod") == true)
        #expect(question.meaning(of: "y") == false)
        #expect(question.meaning(of: "") == false)
    }

    /// Which plans are asked about, by `--approve`, and what a protected stage wants besides.
    @Test(
        arguments: [
            ("", Approval.any, true), ("", .widening, false), ("", .never, false),
            ("table: { partitionKey: customer }\n", .widening, true),
            ("table: { partitionKey: customer }\n", .never, false),
            ("table: { onTeardown: delete }\n", .widening, true), ("protect: true\n", .never, true),
        ]
    )
    func approval(change: String, approval: Approval, asks: Bool) throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += change.isEmpty ? "throttling: { rate: 7 }\n" : change
        let spec = try fixture.context.loadSpec().spec
        let plan = try Diff.run(fixture.context, fixture.host).plan
        let question = DeployQuestion.make(plan: plan, spec: spec, isNew: false, approval: approval)
        #expect((question != nil) == asks)
        #expect(question?.confirmation == (spec.protect ? "dev" : nil))
    }

    @Test func withoutATerminalAWideningPlanStopsThere() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.assumeYes = false
        fixture.spec += "throttling: { rate: 7 }\n"
        #expect(try Deploy.run(fixture.context, fixture.host, options: .init(approval: .widening)).outcome == .updated)
        fixture.spec += "table: { onTeardown: delete }\n"
        expectFailure(.consentNeeded) {
            try Deploy.run(fixture.context, fixture.host, options: .init(approval: .widening))
        }
        #expect(fixture.stack?.changeSets.isEmpty == true)
        #expect(try Deploy.run(fixture.context, fixture.host, options: .init(approval: .never)).outcome == .updated)
    }

    @Test func aProtectedStageTakesNoBareYes() throws {
        let fixture = Fixture()
        fixture.spec += "protect: true\n"
        expectFailure(.consentNeeded) { try Deploy.run(fixture.context, fixture.host) }
        var context = fixture.context
        context.confirmation = "prod"
        expectFailure(.consentNeeded) { try Deploy.run(context, fixture.host) }
        context.confirmation = "dev"
        #expect(try Deploy.run(context, fixture.host).outcome == .created)
    }

    /// Alone, and together with other changes.
    @Test(arguments: ["", "throttling: { rate: 7 }\n"])
    func protectionIsNotTakenAwayByABareYes(change: String) throws {
        let fixture = Fixture()
        fixture.spec += "protect: true\n"
        var context = fixture.context
        context.confirmation = "dev"
        _ = try Deploy.run(context, fixture.host)
        fixture.spec = fixture.spec.replacing("protect: true\n", with: change)
        expectFailure(.consentNeeded) { try Deploy.run(fixture.context, fixture.host) }
        #expect(fixture.stack?.isProtected == true && fixture.stack?.changeSets.isEmpty == true)
        context = fixture.context
        context.confirmation = "dev"
        #expect(try Deploy.run(context, fixture.host).outcome == .updated)
        #expect(fixture.stack?.isProtected == false)
    }
}
