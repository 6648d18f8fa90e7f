import TestSupport
import Testing

/// cfn-lint knows CloudFormation's resource schemas, which no test of ours does.
@Suite struct LintTests {
    @Test func cfnLintFindsNothing() throws {
        let report = try runProgram(
            "sh",
            [Repository.path("Tests/SynthesisTests/lint_goldens.sh")],
            environment: ["BOTCTL_TEST_PYTHON": Python.interpreter()]
        )
        #expect(report.succeeded, "\(report)")
    }
}
