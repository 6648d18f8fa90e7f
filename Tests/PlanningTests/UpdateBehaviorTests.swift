import Glibc
import Planning
import Testing

/// Compares the replacement table with the resource schemas that cfn-lint ships, for every type in the goldens and
/// in `stacks/`.
@Suite struct UpdateBehaviorTests {
    private let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

    @Test func tableIsWhatTheSchemasSay() throws {
        let python = getenv("BOTCTL_TEST_PYTHON").map { String(cString: $0) } ?? "\(root)/.venv/bin/python"
        let output = try #require(
            read("'\(python)' '\(root)/Tests/PlanningTests/create_only.py' '\(root)' 2>&1"),
            "no Python with cfn-lint: set BOTCTL_TEST_PYTHON, or make .venv beside Package.swift"
        )
        var published: [String: Set<String>] = [:]
        for line in output.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].hasPrefix("AWS::") else {
                Issue.record("create_only.py: \(line)")
                continue
            }
            published[String(parts[0])] = Set(parts[1].split(separator: " ").map(String.init))
        }
        #expect(published.count > 10)
        for (type, properties) in published {
            #expect(UpdateBehavior.replacing[type] == properties, "\(type)")
        }
        #expect(Set(UpdateBehavior.replacing.keys) == Set(published.keys))
    }

    private func read(_ command: String) -> String? {
        guard let pipe = popen(command, "r") else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        pclose(pipe)
        return String(decoding: bytes, as: UTF8.self)
    }
}
