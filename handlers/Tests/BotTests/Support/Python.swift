import AWSCore
import Foundation
import Testing

/// Runs Python with the packages of Tests/requirements.txt: `BOTCTL_TEST_PYTHON`, or the repository's `.venv`. A
/// missing one fails the test: an oracle that is silently absent proves nothing.
enum Python {
    static let testDirectory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
    static let repository = testDirectory.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Pipes one JSON document through a script.
    static func run(_ arguments: [String], input: JSONValue) throws -> JSONValue {
        let path =
            ProcessInfo.processInfo.environment["BOTCTL_TEST_PYTHON"]
            ?? repository.appendingPathComponent(".venv/bin/python").path
        try #require(FileManager.default.isExecutableFile(atPath: path), "no Python at \(path)")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        let writer = stdin.fileHandleForWriting
        Thread.detachNewThread {
            try? writer.write(contentsOf: Data(input.encoded()))
            try? writer.close()
        }
        let answer = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "python \(arguments) failed")
        return try JSONValue.parse(Array(answer))
    }
}
