import Glibc
import Testing

/// cfn-lint knows CloudFormation's resource schemas, which no test of ours does.
@Suite struct LintTests {
    @Test func cfnLintFindsNothing() {
        let report = "/tmp/botctl-lint-\(getpid()).txt"
        defer { unlink(report) }
        let script = "\(GoldenFiles.root)/Tests/SynthesisTests/lint_goldens.sh"
        let status = system("sh '\(script)' >'\(report)' 2>&1")
        #expect(status == 0, "\(GoldenFiles.read(report) ?? "no report")")
    }
}
