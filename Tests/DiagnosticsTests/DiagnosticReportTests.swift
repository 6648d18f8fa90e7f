import Testing

@testable import Diagnostics

@Suite struct DiagnosticReportTests {
    private static let file = """
        version: 1
        routes:
        \tsendMessage: { timeout: 30 }
        größe: 1
        """

    private func diagnostic(
        _ code: String,
        _ line: Int,
        _ columns: Range<Int>,
        severity: Diagnostic.Severity = .error,
        endLine: Int? = nil
    ) -> Diagnostic {
        Diagnostic(
            severity,
            code: code,
            message: "message of \(code)",
            range: SourceRange(
                file: "botctl.yml",
                start: SourcePosition(line: line, column: columns.lowerBound),
                end: SourcePosition(line: endLine ?? line, column: columns.upperBound)
            ),
            fix: "do \(code)"
        )
    }

    private func report(_ diagnostics: [Diagnostic], _ text: String = file) -> DiagnosticReport {
        DiagnosticReport(diagnostics) { $0 == "botctl.yml" ? text : nil }
    }

    @Test func theHumanForm() {
        let diagnostics = [
            diagnostic("BOT609", 3, 26..<28),
            diagnostic("BOT101", 4, 1..<6, severity: .warning),
            Diagnostic(code: "BOT203", message: "about the command line", range: nil, fix: "retype it"),
        ]
        #expect(
            report(diagnostics).text() == """
                error[BOT203]: about the command line
                    fix: retype it

                botctl.yml:3:26: error[BOT609]: message of BOT609
                  3 |  sendMessage: { timeout: 30 }
                    |                          ^~
                    fix: do BOT609

                botctl.yml:4:1: warning[BOT101]: message of BOT101
                  4 | größe: 1
                    | ^~~~~
                    fix: do BOT101

                2 errors, 1 warning

                """
        )
        #expect(report([]).text() == "")
        #expect(report([]).summary == "no errors")
    }

    @Test func theJSONForm() throws {
        #expect(
            try report([diagnostic("BOT609", 3, 26..<28)]).json() == """
                {
                  "diagnostics" : [
                    {
                      "code" : "BOT609",
                      "end" : {
                        "column" : 28,
                        "line" : 3
                      },
                      "file" : "botctl.yml",
                      "fix" : "do BOT609",
                      "message" : "message of BOT609",
                      "severity" : "error",
                      "source" : "\\tsendMessage: { timeout: 30 }",
                      "start" : {
                        "column" : 26,
                        "line" : 3
                      }
                    }
                  ],
                  "errors" : 1,
                  "formatVersion" : 1,
                  "warnings" : 0
                }

                """
        )
        #expect(try report([]).json().contains("\"diagnostics\" : ["), "a list is never null")
    }

    @Test func sortsByFilePositionAndCode() {
        let sorted = [
            diagnostic("C", 2, 1..<2), diagnostic("B", 1, 9..<10), diagnostic("A", 1, 9..<10),
            diagnostic("D", 1, 2..<3),
            Diagnostic(code: "Z", message: "", range: nil, fix: ""),
        ].sortedByPosition()
        #expect(sorted.map(\.code) == ["Z", "D", "A", "B", "C"])
    }

    @Test func coloursAreTheStyles() {
        let style = DiagnosticStyle(error: "<e>", warning: "<w>", strong: "<s>", faint: "<f>", reset: "</>")
        let text = report([diagnostic("E", 1, 1..<8), diagnostic("W", 4, 1..<2, severity: .warning)]).text(style: style)
        #expect(text.contains("<e>error[E]</>: <s>message of E</>"))
        #expect(text.contains("<w>warning[W]</>"))
        #expect(text.contains("<e>^~~~~~~</>"))
        #expect(!report([diagnostic("E", 1, 1..<8)]).text().contains("\u{1B}"))
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        let hostile = Diagnostic(
            code: "E",
            message: "bad \u{1B}[2J\u{9B}31m",
            range: diagnostic("E", 1, 1..<2).range,
            fix: "x\u{7}"
        )
        let text = report([hostile], "\u{1B}]0;title\u{7}").text()
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(text.contains("␛[2J"))
    }

    @Test(arguments: [
        (1..<1, 1), (9..<9, 9), (200..<205, 200), (1..<300, 1), (299..<301, 299), (500..<501, 500),
    ])
    func longLinesAreCutAroundTheCaret(_ columns: Range<Int>, _ column: Int) {
        let line = (1...300).map { $0 % 10 == 0 ? "|" : "." }.joined()
        let lines = report([diagnostic("E", 1, columns)], line).text().split(separator: "\n")
        #expect(lines[0].hasPrefix("botctl.yml:1:\(column): "))
        #expect(lines[1].count <= 110 && lines[2].count <= 110)
        let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
        if column <= 300, let caret {
            let under = lines[1][lines[1].index(lines[1].startIndex, offsetBy: caret)]
            #expect(under == (column % 10 == 0 ? "|" : "."))
        }
    }

    @Test func aLineThatIsNotThereLeavesTheExcerptOut() {
        let text = report([diagnostic("E", 99, 1..<2)]).text()
        #expect(text == "botctl.yml:99:1: error[E]: message of E\n    fix: do E\n\n1 error\n")
    }

    @Test func linesEndAsInPositions() {
        #expect(SourceLines.split("a\r\nb\rc\nd\u{2028}e\u{85}f") == ["a", "b", "c", "d\u{2028}e\u{85}f"])
        #expect(SourceLines.split("") == [""])
        #expect(SourceLines.split("a\n") == ["a", ""])
    }
}
