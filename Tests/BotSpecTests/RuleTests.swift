import Diagnostics
import Testing

@testable import BotSpec

@Suite struct RuleTests {
    /// A rule reports under its own code only: whoever looks for a code finds one place.
    @Test func everyRuleReportsItsOwnCode() throws {
        var seen: Set<String> = []
        for broken in BrokenSpec.all {
            guard let source = try? YAMLSource(file: "botctl.yml", bytes: Array(broken.text.utf8)),
                let root = try? YAMLParser.parse(source).root
            else { continue }
            let findings = Findings()
            let files = ProjectFiles(projectDirectory: "", loader: .inMemory(BrokenSpec.files))
            let decoder = SpecDecoder(files: files, findings: findings, stage: "dev", regionOverride: nil)
            guard let spec = decoder.spec(from: root) else { continue }
            let context = RuleContext(spec: spec, findings: findings, isRegionOverridden: false, stageKey: nil)
            for rule in Rule.all {
                let before = findings.all.count
                rule.check(context)
                let codes = findings.all.dropFirst(before).map(\.diagnostic.code)
                if codes.contains(where: { $0 != rule.code.rawValue }) { Issue.record("\(rule.code): \(codes)") }
                seen.formUnion(codes)
            }
        }
        // What one-line specs cannot exceed is tried by LimitTests, a stage's name by StageTests.
        let large: Set<SpecCode> = [
            .tagCount, .routeCount, .environmentSize, .wordCount, .promptTooLarge, .stageSyntax,
        ]
        let unseen = Set(Rule.all.map(\.code)).filter { !seen.contains($0.rawValue) }
        #expect(unseen.subtracting(large) == [])
    }

    @Test func catalogedModelsAreConsistent() {
        for entry in ModelCatalog.entries {
            #expect(!entry.onDemand.isEmpty || !entry.profiles.isEmpty)
            let regions = entry.onDemand + entry.profiles.values.flatMap { $0 }
            #expect(regions.allSatisfy(Regions.known.contains))
            #expect(ModelCatalog.find(entry.id)?.entry.id == entry.id)
        }
        #expect(Regions.known.allSatisfy(Regions.isSyntax))
        #expect(ModelCatalog.find(ModelCatalog.defaultId) != nil)
    }
}
