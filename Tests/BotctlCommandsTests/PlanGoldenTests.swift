import Planning
import TestSupport
import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct PlanGoldenTests {
    @Test func thereAreEnoughAndEachHasAName() {
        #expect(PlanCase.all.count >= 60)
        #expect(Set(PlanCase.all.map(\.name)).count == PlanCase.all.count)
    }

    @Test(arguments: PlanCase.all) func asTextAsMarkdownAndAsJSON(_ planCase: PlanCase) throws {
        let view = DiffView(result: .init(plan: try planCase.plan(), stack: "acme-support-dev", status: nil))
        expectGolden(view.text(.plain), "Plans/\(planCase.name).txt")
        expectGolden(view.markdown, "Plans/\(planCase.name).md")
        expectGolden(view.json, "Plans/\(planCase.name).json")
    }

    /// The grave changes are there, whatever else does not fit; no fold and no fence is left open.
    @Test func aCommentFitsIntoGitHubsLimit() {
        var plan = Plan(package: PackageChange(handlersChanged: true))
        plan.changes = [Change(action: .remove, logicalId: "Table", type: "AWS::DynamoDB::Table", rank: .dataLoss)]
        let line = TextDiff.Line(.added, String(repeating: "ü", count: 150))
        let diff = TextDiff(hunks: [.init(oldStart: 1, newStart: 1, lines: Array(repeating: line, count: 150))])
        plan.package?.rules = (0..<40).map { .init(file: "rules/\($0).md", action: .add, diff: diff) }
        let text = PlanMarkdown(plan: plan, stack: "shop-dev").text()
        #expect(text.utf8.count <= PlanMarkdown.limit && text.utf8.count > PlanMarkdown.limit / 2)
        #expect(text.contains("`Table` is removed") && text.contains("more parts did not fit into a comment"))
        #expect(count("<details>", text) == count("</details>", text) && count("```", text) % 2 == 0)
    }

    @Test(
        arguments: [
            ("a", "`a`"), ("", "\"\""), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a|b", "`a\\|b`"), ("a\nb", "`a␊b`"),
        ]
    )
    func codeSpans(text: String, markdown: String) { #expect(Markdown.code(text) == markdown) }

    @Test func plainTextDoesNothing() {
        #expect(Markdown.plain("<b> *x* [y](z)") == "\\<b\\> \\*x\\* \\[y\\]\\(z\\)")
        #expect(Markdown.plain("ask @octocat") == "`ask @octocat`")
    }

    @Test func driftInAllForms() {
        let drift = [
            DriftedResource(logicalId: "Api", type: "AWS::ApiGatewayV2::Api", isDeleted: true),
            DriftedResource(
                logicalId: "Table",
                physicalId: "shop-Table-1",
                type: "AWS::DynamoDB::Table",
                differences: [.init(path: "/BillingMode", expected: "PAY_PER_REQUEST", actual: "PROVISIONED")]
            ),
        ]
        let view = DiffView(result: .init(plan: Plan(), stack: "shop-dev", status: "UPDATE_COMPLETE", drift: drift))
        #expect(view.hasChanges)
        expectGolden(view.text(.plain), "drift.txt")
        expectGolden(view.markdown, "drift.md")
        expectGolden(view.json, "drift.json")
        let none = DiffView(result: .init(plan: Plan(), stack: "shop-dev", status: "UPDATE_COMPLETE", drift: []))
        #expect(!none.hasChanges && none.text(.plain).hasSuffix("No drift: every resource is as its template says.\n"))
    }

    private func count(_ piece: String, _ text: String) -> Int {
        text.split(separator: piece, omittingEmptySubsequences: false).count - 1
    }
}
