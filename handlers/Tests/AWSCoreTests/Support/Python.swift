import AWSCore
import Foundation
import Testing

/// Runs a script beside the tests with the Python that has botocore: `BOTCTL_TEST_PYTHON`, or the
/// repository's `.venv`. A missing one fails the test: an oracle that is silently absent proves nothing.
enum Python {
    static let testDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().path

    static func interpreter() throws -> String {
        let repository = URL(fileURLWithPath: testDirectory).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path =
            ProcessInfo.processInfo.environment["BOTCTL_TEST_PYTHON"]
            ?? repository.appendingPathComponent(".venv/bin/python").path
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "no Python at \(path): run `make venv`, or set BOTCTL_TEST_PYTHON"
        )
        return path
    }

    /// Pipes lines through a script; the pipes are filled and drained while it runs.
    static func run(_ script: String, lines: [JSONValue]) throws -> [JSONValue] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try interpreter())
        process.arguments = ["\(testDirectory)/\(script)"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text = lines.map { $0.encodedString() + "\n" }.joined()
        let writer = input.fileHandleForWriting
        Thread.detachNewThread {
            try? writer.write(contentsOf: Data(text.utf8))
            try? writer.close()
        }
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) failed")
        let results = try answer.split(separator: 0x0A).map { try JSONValue.parse(Array($0)) }
        try #require(results.count == lines.count, "\(script) answered \(results.count) of \(lines.count) lines")
        return results
    }
}
