import Diagnostics
import Testing

@testable import BotSpec

@Suite struct BrokenSpecTests {
    @Test func thereAreAtLeastTwoHundred() {
        #expect(BrokenSpec.all.count >= 200)
        #expect(BrokenSpec.all.allSatisfy { !$0.expected.isEmpty })
    }

    @Test(arguments: BrokenSpec.all)
    func givesItsCodesAtTheirPlaces(_ broken: BrokenSpec) {
        let result = BrokenSpec.load(broken.text)
        #expect(BrokenSpec.marks(result) == broken.expected, "\(DiagnosticReport(result.diagnostics).text())")
        for diagnostic in result.diagnostics {
            #expect(!diagnostic.fix.isEmpty && !diagnostic.message.hasSuffix("."))
            #expect(diagnostic.range.map { $0.start <= $0.end } ?? true)
        }
        #expect((result.spec == nil) == result.diagnostics.contains { $0.severity == .error })
    }
}
