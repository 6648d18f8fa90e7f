package import AWSCore
import Foundation
import Testing

/// The Python with the peers that judge our code (Tests/requirements.txt of the repository): what
/// `BOTCTL_TEST_PYTHON` names, or the repository's `.venv`. Without it a test fails: a judge that is silently absent
/// proves nothing.
package enum Python {
    private static let handlers = String(#filePath.dropLast("/Tests/TestSupport/Python.swift".count))

    /// - Parameter script: relative to the package, `handlers/`.
    package static func path(of script: String) -> String { "\(handlers)/\(script)" }

    package static func interpreter() throws -> String {
        let named = ProcessInfo.processInfo.environment["BOTCTL_TEST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
        let path = named ?? path(of: "../.venv/bin/python")
        try #require(
            FileManager.default.isExecutableFile(atPath: path),
            "no Python with the test tools at \(path): run `make setup` in the repository, or set BOTCTL_TEST_PYTHON"
        )
        return path
    }

    /// Pipes lines through a script; the pipes are filled and drained while it runs.
    /// - Parameter script: relative to the package, `handlers/`.
    package static func run(_ script: String, lines: [JSONValue]) throws -> [JSONValue] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try interpreter())
        process.arguments = [path(of: script)]
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
