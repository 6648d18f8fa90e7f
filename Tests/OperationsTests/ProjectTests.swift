import BotSpec
import Operations
import Testing

@Suite struct ProjectTests {
    @Test(arguments: [
        ("shop", "shop"), ("My Shop!", "my-shop"), ("2024 bot", "bot"), ("---", "bot"), ("", "bot"),
        ("Größe", "gr-e"), ("a_b.c", "a-b-c"), ("trailing-", "trailing"),
        ("a-very-long-folder-name-that-no-stack-could-carry", "a-very-long-folder-name-that-no"),
    ])
    func namesFromFolders(folder: String, name: String) {
        #expect(Initialize.botName(from: folder) == name)
    }

    @Test func initRefusesToOverwrite() throws {
        var effects = Effects.trapping()
        effects.files.exists = { $0 == "/p/botctl.yml" }
        let error = try #require(throws: OperationError.self) {
            try Initialize.run(directory: "/p", name: nil, effects: effects)
        }
        #expect(error.code == .wouldOverwrite)
        #expect(error.details == ["botctl.yml"])
    }

    @Test func initRefusesABadName() throws {
        expectFailure(.file) { try Initialize.run(directory: "/p", name: "My Shop", effects: .trapping()) }
    }

    @Test(
        arguments: [
            (nil, "us-east-2", false), ("us-west-2", "us-west-2", false), ("eu-west-2", "eu-west-2", false),
            ("eu-central-1", "eu-central-1", true),
        ] as [(String?, String, Bool)]
    )
    func initSaysWhereAModelIsMissing(region: String?, written: String, needsModel: Bool) throws {
        nonisolated(unsafe) var disk: [String: [UInt8]] = [:]
        var effects = Effects.trapping()
        effects.files.exists = { _ in false }
        effects.files.write = { path, bytes, _ in disk[path] = bytes }
        let result = try Initialize.run(directory: "/p", name: "shop", region: region, effects: effects)
        #expect(result.region == written && result.needsModel == needsModel)
        // The loader is the judge.
        let files = Dictionary(uniqueKeysWithValues: disk.map { (String($0.key.dropFirst(3)), $0.value) })
        let loaded = SpecLoader.inMemory(files).load(
            projectDirectory: "/p",
            specFile: "botctl.yml",
            stage: "dev",
            overrides: SpecOverrides()
        )
        #expect((loaded.spec == nil) == needsModel, "\(loaded.diagnostics)")
    }

    @Test func initRefusesWhatIsNoRegion() throws {
        expectFailure(.file) {
            try Initialize.run(directory: "/p", name: "shop", region: "europe", effects: .trapping())
        }
    }

    @Test func theSizeOfASpec() throws {
        let fixture = Fixture()
        let size = try #require(Validate.run(fixture.context).size)
        #expect(size.functions == size.routes + 1)
        #expect(size.rulesFiles == 0 && size.rulesSections == 0 && size.rulesTokens == 0)
        #expect(size.promptTokens > 0)
        fixture.spec = "version: 2\n"
        #expect(Validate.run(fixture.context).size == nil)
    }

    @Test func manifestsSurviveTheirJSON() throws {
        let manifest = PackageManifest(
            files: [.init(name: "bot.json", size: 12, crc32: 4_000_000_000, sha256: "00ff")],
            configuration: "{\"prompt\":\"naïve\\n\"}\n"
        )
        #expect(PackageManifest(json: manifest.json) == manifest)
        #expect(PackageManifest(json: "{}") == nil)
        #expect(PackageManifest(json: "<Error/>") == nil)
        #expect(PackageManifest(json: manifest.json.replacing("4000000000", with: "-1")) == nil)
    }

    @Test func synthWritesOnlyWhatChanged() throws {
        let fixture = Fixture()
        var context = fixture.context
        nonisolated(unsafe) var disk: [String: [UInt8]] = [:]
        context.effects.files.read = { disk[$0] }
        context.effects.files.write = { path, bytes, _ in disk[path] = bytes }
        #expect(try Synth.write(context, fixture.host).map(\.written) == [true, true])
        #expect(disk.keys.sorted() == ["/project/stacks/bootstrap.template.json", "/project/stacks/dev.template.json"])
        #expect(try Synth.write(context, fixture.host).map(\.written) == [false, false])
        #expect(
            try Synth.text(context, fixture.host)
                == String(decoding: disk["/project/stacks/dev.template.json"] ?? [], as: UTF8.self)
        )
    }

    @Test func theTrappingContextNamesItsEffect() async {
        await #expect(processExitsWith: .failure) { _ = Effects.trapping().clock.now() }
        await #expect(processExitsWith: .failure) { _ = try Effects.trapping().files.read("/x") }
    }
}
