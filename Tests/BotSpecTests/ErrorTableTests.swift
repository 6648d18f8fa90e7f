import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

/// `docs/errors.md` against the code.
@Suite struct ErrorTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var code: String
        var example: String
        var testDescription: String { code }
    }

    /// Codes whose example is described, not shown: other tests give them.
    static let described: Set<SpecCode> = [
        .fileUnreadable, .fileTooLarge, .notUTF8, .aliasExpansion, .nestedTooDeep, .notAMap, .tagCount, .stageCount,
        .promptTooLarge, .rulesTooLarge, .routeCount, .environmentSize, .wordCount,
    ]

    static let page = readText(Repository.path("docs/errors.md")) ?? ""

    static let rows: [Row] = page.split(separator: "\n").compactMap { line in
        let cells = line.split(separator: "|").map { $0.trimmed }
        guard cells.count == 4, cells[0].hasPrefix("BOT") else { return nil }
        return Row(code: cells[0], example: cells[2])
    }

    @Test func everyCodeHasItsRowInOrder() {
        #expect(Self.rows.map(\.code) == SpecCode.allCases.map(\.rawValue))
    }

    @Test(arguments: rows.filter { !described.map(\.rawValue).contains($0.code) })
    func theExampleGivesTheCode(_ row: Row) throws {
        let parts = row.example.split(separator: "`", omittingEmptySubsequences: false)
        try #require(parts.count == 3, "one example in backticks: \(row.example)")
        let yaml = parts[1].replacing("⏎", with: "\n").replacing("⇥", with: "\t").replacing("␀", with: "\0")
        let spec = BrokenSpec(title: row.code, lines: yaml.split(separator: "\n"))
        let result = BrokenSpec.load(spec.text)
        #expect(result.diagnostics.contains { $0.code == row.code }, "\(result.diagnostics)")
    }

    @Test func theShownDiagnosticIsAsItIsPrinted() throws {
        let shown = try #require(BrokenSpec.all.first { $0.title == "routes: more time than API Gateway waits" })
        let result = BrokenSpec.load(shown.text)
        let printed = DiagnosticReport(result.diagnostics) { _ in result.source }.text()
        let entry = try #require(printed.split(separator: "\n\n").first)
        #expect(Self.page.contains("```\n\(entry)\n```"), "\(printed)")
    }

    @Test func everyCodeIsProvedByABrokenSpec() {
        var proved = Set(BrokenSpec.all.flatMap { $0.expected.map(\.code) })
        proved.formUnion(HostileFileTests.cases.flatMap { $0.expected.map(\.code) })
        proved.formUnion(LimitTests.cases.map(\.code.rawValue))
        // FileTests and LimitTests give these.
        proved.formUnion([SpecCode.fileUnreadable, .routeCount, .stageCount].map(\.rawValue))
        #expect(SpecCode.allCases.filter { !proved.contains($0.rawValue) } == [])
    }
}

extension Substring {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
