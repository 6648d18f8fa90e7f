import CloudFormation
import Synthesis
import TestSupport
import Testing

@Suite struct GoldenTests {
    @Test(arguments: GoldenCase.all)
    func template(of golden: GoldenCase) {
        expectGolden(Synthesizer.template(for: golden.spec).encoded(), "\(golden.name).template.json")
    }

    @Test func bootstrapTemplate() {
        expectGolden(
            Synthesizer.bootstrapTemplate().encoded(),
            at: Repository.path("stacks/bootstrap.template.json")
        )
    }

    @Test func goldensAreParsedToTheSameTree() throws {
        for golden in GoldenCase.all {
            let template = Synthesizer.template(for: golden.spec)
            #expect(try Template.parse(template.encoded()) == template, "\(golden.name)")
            #expect(try Template.parse(template.encodedCompact()) == template, "\(golden.name)")
        }
    }
}
