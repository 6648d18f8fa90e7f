import Planning
import Testing

@Suite struct PackageChangeTests {
    private func package(
        prompt: String = "Be kind.",
        rules: [(file: String, path: String, text: String)] = [("rules/returns.md", "Returns", "30 days")],
        turns: Int = 12,
        bootstrap: UInt32 = 1,
        authorities: UInt32 = 2
    ) -> PackageContents {
        let sections = rules.enumerated().map { index, rule in
            #"{"id":"r-\#(index)","title":"t","file":"\#(rule.file)","path":["\#(rule.path)"],"text":"\#(rule.text)"}"#
        }
        let json =
            #"{"version":1,"prompt":"\#(prompt)","rules":[\#(sections.joined(separator: ","))],"#
            + #""history":{"turns":\#(turns),"retentionDays":30},"auth":{"allowedOrigins":["a","b"]}}"#
        return PackageContents(
            files: [
                .init(name: "bootstrap", size: 10, crc32: bootstrap),
                .init(
                    name: "bot.json",
                    size: json.utf8.count,
                    crc32: UInt32(truncatingIfNeeded: json.utf8.reduce(7) { $0 &* 31 &+ Int($1) })
                ),
                .init(name: "ca.pem", size: 5, crc32: authorities),
            ],
            configuration: json
        )
    }

    private func change(_ old: PackageContents?, _ new: PackageContents?, key: String = "b") throws -> PackageChange? {
        let template = try template()
        return Plan(
            deployed: PlanInput(template: template, parameters: ["ArtifactKey": "a"], package: old),
            local: PlanInput(template: template, parameters: ["ArtifactKey": key], package: new)
        ).package
    }

    @Test func samePackage() throws {
        #expect(try change(package(), package(), key: "a") == nil)
        #expect(try change(package(), package()) == nil, "another zlib made other bytes of the same contents")
    }

    @Test func prompt() throws {
        let change = try #require(try change(package(), package(prompt: #"Be kind.\nBe brief."#)))
        #expect(change.prompt?.lines == ["@@ 1 1", " Be kind.", "+Be brief."])
        #expect(change.handlersChanged == false && change.rules.isEmpty && change.settings.isEmpty)
    }

    @Test func rules() throws {
        let new = package(rules: [
            ("rules/returns.md", "Returns", "60 days"), ("rules/shipping.md", "Shipping", "Free"),
        ])
        let added = try #require(try change(package(), new)).rules
        #expect(added.map(\.file) == ["rules/returns.md", "rules/shipping.md"])
        #expect(added.map(\.action) == [.change, .add])
        #expect(added[0].diff.lines == ["@@ 1 1", " # Returns", " ", "-30 days", "+60 days", " "])
        let removed = try #require(try change(new, package())).rules
        #expect(removed.map(\.action) == [.change, .remove])
    }

    @Test func settings() throws {
        let change = try #require(try change(package(), package(turns: 6)))
        #expect(change.settings == [PropertyChange(path: "history.turns", before: "12", after: "6")])
    }

    @Test func handlersAndFiles() throws {
        let change = try #require(try change(package(), package(bootstrap: 9, authorities: 9)))
        #expect(change == PackageChange(handlersChanged: true, files: ["ca.pem"]))
    }

    @Test func unknownDeployedPackage() throws {
        #expect(try change(nil, package()) == PackageChange(handlersChanged: nil))
        #expect(try change(nil, package(), key: "a") == nil)
        #expect(try change(package(), nil) == nil)
    }

    @Test func unreadableConfigurationIsAllNew() throws {
        var old = package()
        old.configuration = "not JSON"
        let change = try #require(try change(old, package()))
        #expect(change.prompt?.added == 1)
        #expect(change.rules.map(\.action) == [.add])
    }
}
