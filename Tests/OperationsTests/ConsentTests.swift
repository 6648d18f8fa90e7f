import Operations
import Testing

@Suite struct ConsentTests {
    @Test(arguments: [
        (true, true, Consent.given), (true, false, .given), (false, true, .ask), (false, false, .nobodyToAsk),
    ])
    func whoAnswers(assumeYes: Bool, isTerminal: Bool, consent: Consent) {
        #expect(Consent.decide(assumeYes: assumeYes, isTerminal: isTerminal) == consent)
    }

    @Test(arguments: [
        ("y", true), ("Y", true), (" yes \r", true), ("n", false), ("NO", false), ("maybe", nil), ("yy", nil),
    ] as [(String, Bool?)])
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
}
