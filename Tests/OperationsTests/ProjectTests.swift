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
