import CloudFormation
import Synthesis
import Testing

@Suite struct GoldenTests {
    @Test(arguments: GoldenCase.all)
    func template(of golden: GoldenCase) {
        check(Synthesizer.template(for: golden.spec), "\(GoldenFiles.folder)/\(golden.name).template.json")
    }

    @Test func bootstrapTemplate() {
        check(Synthesizer.bootstrapTemplate(), "\(GoldenFiles.root)/stacks/bootstrap.template.json")
    }

    @Test func goldensAreParsedToTheSameTree() throws {
        for golden in GoldenCase.all {
            let template = Synthesizer.template(for: golden.spec)
            #expect(try Template.parse(template.encoded()) == template, "\(golden.name)")
            #expect(try Template.parse(template.encodedCompact()) == template, "\(golden.name)")
        }
    }

    /// A file that is missing is recorded and still fails, so that nobody commits an unread golden.
    private func check(_ template: Template, _ path: String) {
        let text = template.encoded()
        let expected = GoldenFiles.read(path)
        if GoldenFiles.recording || expected == nil {
            #expect(GoldenFiles.write(text, to: path), "\(path) cannot be written")
        }
        guard !GoldenFiles.recording else { return }
        guard let expected else {
            Issue.record("\(path) was missing; it is recorded now: read it and run again")
            return
        }
        #expect(text == expected, "\(path) differs: \(firstDifference(expected, text))")
    }

    private func firstDifference(_ expected: String, _ actual: String) -> String {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let right = actual.split(separator: "\n", omittingEmptySubsequences: false)
        for (line, pair) in zip(left, right).enumerated() where pair.0 != pair.1 {
            return "line \(line + 1) is `\(pair.1)`, not `\(pair.0)`"
        }
        return "\(right.count) lines, not \(left.count)"
    }
}
