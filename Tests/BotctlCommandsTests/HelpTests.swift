import ArgumentParser
import Operations
import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct HelpTests {
    static let commands = Botctl.configuration.subcommands.map { $0.configuration.commandName ?? "" }

    @Test func everyCommandIsThere() {
        #expect(
            Self.commands == [
                "init", "validate", "dev", "synth", "build", "deploy", "diff", "teardown", "chat", "token", "retrieve",
                "outputs", "status", "events", "list", "history", "rollback", "gc", "widget", "forget", "explain",
                "bootstrap", "policy", "local", "login", "doctor", "completions",
            ]
        )
    }

    @Test(arguments: commands)
    func helpOfACommand(name: String) throws {
        let machine = TestMachine()
        #expect(machine.run(name, "--help") == .done)
        #expect(machine.error.isEmpty)
        #expect(machine.output.contains("botctl \(name)"), "has no example")
        #expect(machine.output.contains("Examples:"))
        expectGolden(machine.output, "help-\(name).txt")
    }

    @Test func helpOfBotctl() throws {
        let machine = TestMachine()
        #expect(machine.run("--help") == .done)
        expectGolden(machine.output, "help.txt")
        let bare = TestMachine()
        #expect(bare.run() == .done)
        #expect(bare.output == machine.output)
    }

    /// Each command and each of its options is in docs/commands.md.
    @Test(arguments: commands)
    func documentation(name: String) throws {
        let path =
            String("\(#filePath)".dropLast("Tests/BotctlCommandsTests/HelpTests.swift".count)) + "docs/commands.md"
        let text = String(decoding: try #require(try FileSystem.live.read(path)), as: UTF8.self)
        #expect(text.contains("## botctl \(name)\n"))
        let machine = TestMachine()
        _ = machine.run(name, "--help")
        let words = machine.output.split(whereSeparator: { " \n,[]()".contains($0) })
        let options = Set(words.filter { $0.hasPrefix("--") && $0.count > 2 }.map(String.init))
        #expect(options.count >= 11)
        for option in options { #expect(text.contains("`\(option)") || text.contains(" \(option)"), "\(option)") }
    }

    @Test func exitCodesAreDocumented() throws {
        let path =
            String("\(#filePath)".dropLast("Tests/BotctlCommandsTests/HelpTests.swift".count)) + "docs/commands.md"
        let text = String(decoding: try #require(try FileSystem.live.read(path)), as: UTF8.self)
        for status in ExitStatus.allCases { #expect(text.contains("| \(status.rawValue) | \(status.meaning) |")) }
    }
}
