import FoundationEssentials
package import Testing

/// Compares with a file of `Goldens/` beside the test. A missing one is recorded and still fails, so that nobody
/// commits an unread golden; others are recorded anew only when `BOTCTL_RECORD_GOLDENS=1` asks for it.
package func expectGolden(
    _ text: String,
    _ name: String,
    test: String = #filePath,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let folder = test.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    expectGolden(text, at: "\(folder)/Goldens/\(name)", sourceLocation: sourceLocation)
}

/// The same for a golden that is elsewhere.
package func expectGolden(_ text: String, at path: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let expected = readText(path)
    let isRecording = environmentVariable("BOTCTL_RECORD_GOLDENS") == "1"
    if expected == nil || isRecording {
        #expect(throws: Never.self, sourceLocation: sourceLocation) {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
    }
    guard !isRecording else { return }
    guard let expected else {
        Issue.record("\(path) was missing; it is recorded now: read it and run again", sourceLocation: sourceLocation)
        return
    }
    let isEqual = text == expected
    #expect(isEqual, "\(path) differs: \(firstDifference(expected, text))", sourceLocation: sourceLocation)
}

private func firstDifference(_ expected: String, _ actual: String) -> String {
    let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let right = actual.split(separator: "\n", omittingEmptySubsequences: false)
    for (line, pair) in zip(left, right).enumerated() where pair.0 != pair.1 {
        return "line \(line + 1) is `\(pair.1)`, not `\(pair.0)`"
    }
    return "\(right.count) lines, not \(left.count)"
}
