import AWSClients
import Operations
import TestSupport
import Testing

/// The table of docs/recovery.md is made from what the commands go by.
@Suite struct RecoveryTableTests {
    static let path = "docs/recovery.md"

    private func row(_ status: StackStatus?) -> String {
        let standing = StackStanding(status, stage: "dev")
        let cells = [
            status.map { "`\($0.word)`" } ?? "no stack", standing.meaning, standing.deploy, standing.rollback,
            standing.teardown, standing.next.map { "`\($0.replacing(" --stage dev", with: ""))`" } ?? "",
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    @Test func theDocumentedTableIsTheOneInForce() throws {
        let text = try #require(readText(Self.path))
        let documented = text.split(separator: "\n").filter { $0.hasPrefix("| `") || $0.hasPrefix("| no stack") }
        let rows = ([nil] + StackStatus.words.map(\.value)).map(row)
        #expect(documented.map(String.init) == rows, "\(rows.joined(separator: "\n"))")
    }
}
