import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct FileTests {
    @Test func promptAndRulesComeFromFiles() throws {
        let text = """
            version: 1
            name: acme
            region: us-east-2
            promptFile: ./prompts//support.md
            rules: rules/
            model: { id: meta.llama3-3-70b-instruct-v1:0 }
            """
        let result = load(
            text,
            files: [
                "prompts/support.md": "\u{FEFF}Be kind.\r\n", "rules/warranty.md": "# Warranty", "rules/a/b.MD": "# B",
                "rules/a.md": "# A", "rules/notes.txt": "no", "other.md": "no",
            ]
        )
        let spec = try #require(result.spec, "\(result.diagnostics)")
        #expect(spec.prompt == "Be kind.\r\n")
        #expect(spec.rules.map(\.file) == ["rules/a.md", "rules/a/b.MD", "rules/warranty.md"])
        #expect(spec.rules.map(\.text) == ["# A", "# B", "# Warranty"])
        let single = load(smallestSpec + "rules: rules.md", files: ["rules.md": "# All"])
        #expect(single.spec?.rules == [.init(file: "rules.md", text: "# All")])
    }

    @Test func aMissingSpecIsADiagnostic() {
        let result = SpecLoader.inMemory([:]).load(projectDirectory: "", specFile: "bot.yml")
        #expect(result.diagnostics.map(\.code) == ["BOT001"])
        #expect(result.diagnostics.first?.range?.file == "bot.yml")
    }

    @Test func theDiskIsReadInsideTheProjectOnly() throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let project = folder + "/project"
        try temporary.write("outside.md", "secret")
        try temporary.write("project/rules/1.md", "# One")
        try temporary.write("project/rules/sub/2.md", "# Two")
        try temporary.write("project/rules/.hidden.md", "# Hidden")
        try temporary.write("project/botctl.yml", smallestSpec + "rules: rules\n")
        func codes() -> [String] {
            let result = SpecLoader.live.load(projectDirectory: project)
            return result.diagnostics.map(\.code) + (result.spec?.rules.map(\.file) ?? [])
        }
        #expect(codes() == ["rules/1.md", "rules/sub/2.md"])

        symlink("1.md", project + "/rules/0.md")
        #expect(codes() == ["rules/0.md", "rules/1.md", "rules/sub/2.md"], "a link inside is fine")
        unlink(project + "/rules/0.md")

        symlink("../../outside.md", project + "/rules/0.md")
        #expect(codes() == ["BOT301"])
        unlink(project + "/rules/0.md")

        symlink("..", project + "/rules/loop")
        #expect(codes() == ["rules/1.md", "rules/sub/2.md"], "linked folders are not entered")
        unlink(project + "/rules/loop")

        mkfifo(project + "/rules/pipe.md", 0o600)
        #expect(codes() == ["BOT302"], "a pipe is not waited for")
        unlink(project + "/rules/pipe.md")

        try temporary.write("project/botctl.yml", smallestSpec + "rules: ..\n")
        #expect(codes() == ["BOT301"])
        unlink(project + "/botctl.yml")
        #expect(codes() == ["BOT001"])
        symlink("/dev/zero", project + "/botctl.yml")
        #expect(codes() == ["BOT001"], "a device has no end")
        unlink(project + "/botctl.yml")
        unlink(project + "/rules/.hidden.md")
    }
}
