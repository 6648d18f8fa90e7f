import Planning
import TestSupport
import Testing

/// Compares the replacement table with the resource schemas that cfn-lint ships, for every type in the goldens and
/// in `stacks/`.
@Suite struct UpdateBehaviorTests {
    @Test func tableIsWhatTheSchemasSay() throws {
        let output = try Python.run("Tests/PlanningTests/create_only.py", [Repository.root])
        var published: [String: Set<String>] = [:]
        for line in output.lines {
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
}
