import AWSCore
import Glibc
import TestSupport
import Testing

@testable import Operations

@Suite struct DevFilesTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func changesThatFollowShortlyAreTakenTogether() {
        var debounce = Debounce()
        #expect(debounce.due(at: time(0)) == nil && debounce.take() == nil)
        debounce.saw(at: time(1000))
        #expect(debounce.due(at: time(1010)) == .milliseconds(20))
        debounce.saw(at: time(1020))
        #expect(debounce.due(at: time(1030)) == .milliseconds(20))
        #expect(debounce.due(at: time(1050)) == .zero && debounce.due(at: time(2000)) == .zero)
        #expect(debounce.take() == time(1020))
        #expect(debounce.due(at: time(3000)) == nil)
    }

    @Test func changesWithoutAnEndAreTakenAfterAWhile() {
        var debounce = Debounce()
        for milliseconds in stride(from: Int64(0), through: 490, by: 10) { debounce.saw(at: time(milliseconds)) }
        #expect(debounce.due(at: time(490)) == .milliseconds(10))
        #expect(debounce.due(at: time(500)) == .zero)
    }

    @Test func aScanSeesWhatDecidesWhatTheBotIs() throws {
        let folder = TemporaryFolder()
        try folder.write("botctl.yml", "a")
        try folder.write("rules/one.md", "a")
        try folder.write("handlers/Package.swift", "a")
        try folder.write("handlers/Sources/a.swift", "a")
        try folder.write("handlers/.build/x.o", "a")
        try folder.write("handlers/Tests/T.swift", "a")
        let paths = ["botctl.yml", "rules", "handlers", "prompts/p.md"].map { "\(folder.path)/\($0)" }
        let first = ProjectScan.live(paths)
        #expect(
            first.files.keys.sorted()
                == ["botctl.yml", "handlers/Package.swift", "handlers/Sources/a.swift", "rules/one.md"].map {
                    "\(folder.path)/\($0)"
                }
        )
        // Where a file is not there yet, its folder is watched.
        #expect(first.folders.contains("\(folder.path)/prompts") && first.folders.contains("\(folder.path)/rules"))
        #expect(!first.folders.contains { $0.contains(".build") })
        for dropping in [
            "rules/one.md~", "rules/.one.md.swp", "rules/#one.md#", "rules/4913", "handlers/Tests/U.swift",
        ] {
            try folder.write(dropping, "b")
        }
        #expect(ProjectScan.live(paths) == first)
        // Replaced, as editors do, by a text of the same size in the same moment.
        try folder.write("rules/one.md", "b")
        #expect(ProjectScan.live(paths) != first)
        let second = ProjectScan.live(paths)
        try folder.write("rules/two/three.md", "b")
        #expect(ProjectScan.live(paths) != second)
    }

    @Test func theSystemTellsOfChanges() throws {
        let folder = TemporaryFolder()
        try folder.write("a/one.md", "a")
        let watcher = try #require(InotifyWatcher())
        watcher.watch(["\(folder.path)/a"])
        #expect(!watcher.wait(.zero))
        try folder.write("a/one.md", "b")
        #expect(watcher.wait(.seconds(60)))
        // What was told is told once.
        #expect(!watcher.wait(.zero))
        try folder.write("b/one.md", "b")
        #expect(!watcher.wait(.zero))
        watcher.watch(["\(folder.path)/b"])
        // The end of a watch is told, too: a look too many.
        _ = watcher.wait(.zero)
        try folder.write("a/one.md", "c")
        #expect(!watcher.wait(.zero), "a folder that is no longer watched")
        unlink("\(folder.path)/b/one.md")
        #expect(watcher.wait(.seconds(60)))
    }

    @Test func withoutTheSystemItLooksNowAndThen() {
        let clock = TestClock()
        let watcher = PollingWatcher(clock: clock)
        #expect(watcher.wait(.seconds(5)) && clock.slept == PollingWatcher.interval)
        #expect(watcher.wait(.milliseconds(7)) && clock.slept == PollingWatcher.interval + .milliseconds(7))
    }

    @Test func theSecondOneIsToldOfTheFirst() throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/dev.lock"
        // A file that nobody holds any more says nothing.
        try folder.write("dev.lock", "99\n")
        var first: DevLock? = try DevLock(path, process: 4711)
        #expect(folder.text("dev.lock") == "4711\n")
        let error = #expect(throws: OperationError.self) { _ = try DevLock(path, process: 2) }
        #expect(error?.code == .alreadyRunning && error?.message.contains("process 4711") == true)
        first = nil
        #expect(first == nil && access(path, F_OK) != 0)
        let next = try DevLock(path, process: 3)
        withExtendedLifetime(next) { #expect(folder.text("dev.lock") == "3\n") }
        expectFailure(.file) { try DevLock("\(folder.path)/none/dev.lock", process: 1) }
    }

    @Test func whatIsRememberedIsReadAgain() throws {
        let folder = TemporaryFolder()
        var effects = Effects.trapping()
        effects.files = .live
        effects.randomBytes = { Array(repeating: 9, count: $0) }
        effects.credentials.writePrivateFile = { path, bytes in try folder.write("dev.json", bytes, mode: 0o600) }
        let path = "\(folder.path)/dev.json"
        var memory = DevMemory.read(path, effects)
        #expect(memory.pagePort == 0 && memory.token.utf8.count == 24)
        memory = DevMemory(token: "abcdefghijklmnopqrst-_09", pagePort: 4000, chatPort: 65_535)
        try memory.write(path, effects)
        #expect(DevMemory.read(path, effects) == memory)
        for broken in ["", "{", #"{"token":"short"}"#, #"{"token":"../../aaaaaaaaaaaaaaaaaaaa"}"#] {
            try folder.write("dev.json", broken)
            #expect(DevMemory.read(path, effects).token != memory.token)
        }
        try folder.write("dev.json", #"{"token":"abcdefghijklmnopqrst","pagePort":70000,"chatPort":-1}"#)
        #expect(DevMemory.read(path, effects) == DevMemory(token: "abcdefghijklmnopqrst"))
    }

    @Test func thePageSavesTheTextsOfTheBotOnly() throws {
        let folder = TemporaryFolder()
        try folder.write("botctl.yml", "old")
        try folder.write("secret.txt", "old")
        symlink("\(folder.path)/secret.txt", "\(folder.path)/link.md")
        let actions = DevActions(directory: folder.path, files: .live)
        actions.allow(["botctl.yml", "link.md", "gone.md"], tokenKey: nil)
        let listed = actions.documents()["files"]?.arrayValue ?? []
        #expect(listed.map { $0["path"]?.stringValue } == ["botctl.yml", "link.md"])
        let hash = listed[0]["hash"]?.stringValue ?? ""
        func save(_ path: String, _ base: String) -> Int {
            actions.save(["path": .string(path), "text": "new", "base": .string(base)]).0
        }
        #expect(save("botctl.yml", "another") == 409 && folder.text("botctl.yml") == "old")
        #expect(save("botctl.yml", hash) == 200 && folder.text("botctl.yml") == "new")
        #expect(save("botctl.yml", hash) == 409, "it has changed since")
        for path in ["secret.txt", "../\(folder.path)/secret.txt", "./botctl.yml", "link.md"] {
            #expect(save(path, hash) == 403)
        }
        #expect(folder.text("secret.txt") == "old")
        #expect(actions.save(["path": "botctl.yml", "text": 1, "base": ""]).0 == 400)
        let large = String(repeating: "a", count: (1 << 20) + 1)
        #expect(actions.save(["path": "botctl.yml", "text": .string(large), "base": ""]).0 == 400)
    }

    @Test func tokensForCustomers() {
        let actions = DevActions(directory: "/", files: .live)
        #expect(actions.token(["user": "anna"]).0 == 409)
        actions.allow([], tokenKey: Array(repeating: 1, count: 32))
        let (status, value) = actions.token(["user": "anna"])
        let parts = value["token"]?.stringValue?.split(separator: ".") ?? []
        let claims = parts.count == 3 ? base64URLDecode(String(parts[1])).flatMap { try? JSONValue.parse($0) } : nil
        #expect(status == 200 && claims?["sub"] == "anna")
        #expect(actions.token(["user": ""]).0 == 400 && actions.token([:]).0 == 400)
    }
}
