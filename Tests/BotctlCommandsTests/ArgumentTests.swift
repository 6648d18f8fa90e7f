import Operations
import TestSupport
import Testing

@testable import BotctlCommands

@Suite struct ArgumentTests {
    @Test(arguments: [
        ["deploy", "--oops"], ["--oops"], ["nonsense"], ["deploy", "extra"], ["deploy", "--stage"],
        ["chat", "--message"], ["forget"], ["forget", "--user"], ["forget", "--user", ""],
        ["retrieve"], ["retrieve", "--question", "a", "--labelled", "b"],
        ["retrieve", "--question", "a", "--mode", "x"],
        ["retrieve", "--labelled", "b", "--previous", "a"],
        ["widget", "--snippet", "--out", "a.js"], ["widget", "--url", "https://a.example"],
        ["completions"], ["completions", "tcsh"], ["local", "--port", "70000"], ["local", "--port", "x"],
        ["local", "--faults", "throttle=2"], ["local", "--faults", ""], ["local", "--seed", "-1"],
        ["dev", "--port", "70000"], ["dev", "--profile", "p"], ["dev", "--faults", "nonsense"],
        ["dev", "--endpoint-url", "http://127.0.0.1:1", "--fresh"], ["dev", "--time-scale", "0"],
        ["dev", "--endpoint-url", "http://127.0.0.1:1", "--faults", "slow=1s"],
        ["dev", "--no-gateway", "--time-scale", "2"],
    ])
    func badUsage(arguments: [String]) {
        let machine = TestMachine()
        #expect(machine.run(arguments) == .usage)
        #expect(machine.output.isEmpty)
        #expect(machine.error.contains("sage:"))
    }

    @Test(arguments: [
        (["-C", "shop", "--json", "deploy", "--yes"], ["deploy", "-C", "shop", "--json", "--yes"]),
        (["--stage=prod", "diff"], ["diff", "--stage=prod"]), (["deploy", "-v"], ["deploy", "-v"]),
        (["--oops", "deploy"], ["--oops", "deploy"]), (["--stage"], ["--stage"]), (["--help"], ["--help"]),
        (["-C", "shop"], ["-C", "shop"]), ([], []),
    ])
    func globalOptionsMayComeFirst(arguments: [String], parsed: [String]) {
        #expect(BotctlMain.optionsAfterCommand(arguments) == parsed)
    }

    @Test func aMisspeltOptionGetsASuggestion() {
        let machine = TestMachine()
        #expect(machine.run("deploy", "--stgae", "prod") == .usage)
        #expect(machine.error.contains("--stage"))
    }

    @Test func version() {
        let machine = TestMachine()
        #expect(machine.run("--version") == .done)
        #expect(machine.output == "\(BotctlVersion.text)\n")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) {
        let machine = TestMachine()
        #expect(machine.run("completions", shell) == .done)
        #expect(machine.output.contains("teardown") && machine.output.contains("endpoint-url"))
    }

    @Test func globalOptionsReachTheContext() throws {
        let command = try #require(
            try Botctl.parseAsRoot([
                "deploy", "-C", "../shop", "--spec", "bot.yml", "--stage", "prod", "--region", "eu-west-1", "--profile",
                "p",
                "--endpoint-url", "http://127.0.0.1:4566", "--json", "--yes", "--no-color", "--verbose",
            ]) as? DeployCommand
        )
        let context = command.global.context(currentDirectory: "/home/me/x", effects: .trapping())
        #expect(context.directory == "/home/me/shop")
        #expect(context.specFile == "bot.yml")
        #expect(context.stage == "prod")
        #expect(context.overrides.region == "eu-west-1" && context.overrides.profile == "p")
        #expect(context.overrides.endpointURL == "http://127.0.0.1:4566")
        #expect(context.assumeYes && command.global.json && command.global.noColor && command.global.verbose)
    }

    @Test(
        arguments: [
            ([], [:], "dev"), ([], ["BOTCTL_STAGE": "test"], "test"), ([], ["BOTCTL_STAGE": ""], "dev"),
            (["--stage", "prod"], ["BOTCTL_STAGE": "test"], "prod"),
        ] as [([String], [String: String], String)]
    )
    func stages(arguments: [String], environment: [String: String], stage: String) throws {
        let command = try #require(try Botctl.parseAsRoot(["diff"] + arguments) as? DiffCommand)
        var effects = Effects.trapping()
        effects.environment = environment
        #expect(command.global.context(currentDirectory: "/", effects: effects).stage == stage)
    }

    @Test(arguments: [
        (".", "/a/b"), ("..", "/a"), ("../..", "/"), ("/x/./y/../z", "/x/z"), ("c", "/a/b/c"), ("../../../..", "/"),
    ])
    func paths(path: String, absolute: String) {
        #expect(absolutePath(path, in: "/a/b") == absolute)
    }

    @Test func validateSaysEverythingAndExitsWith65() throws {
        let machine = TestMachine()
        machine.files["/project/botctl.yml"] = TestMachine.spec + "histroy: {}\nlimits:\n  messageChars: -1\n"
        #expect(machine.run("validate") == .specInvalid)
        #expect(machine.output.isEmpty)
        expectGolden(machine.error, "validate-errors.txt")
        let json = TestMachine()
        json.files = machine.files
        #expect(json.run("validate", "--json") == .specInvalid)
        #expect(json.error.isEmpty)
        expectGolden(json.output, "validate-errors.json")
    }

    @Test func validateOfAGoodSpec() {
        let machine = TestMachine()
        machine.files["/project/botctl.yml"] = TestMachine.spec
        #expect(machine.run("validate") == .done)
        #expect(machine.output.hasPrefix("valid botctl.yml: shop, stage dev in us-east-2"))
    }

    @Test func anInvalidSpecStopsEveryCommandTheSameWay() {
        for command in ["synth", "build", "deploy", "diff", "teardown", "outputs", "chat", "forget"] {
            let machine = TestMachine()
            #expect(
                machine.run(command == "forget" ? [command, "--user", "u"] : [command]) == .specInvalid,
                "\(command)"
            )
            #expect(machine.error.contains("there is no botctl.yml"))
        }
    }

    @Test func synthPrintsTheTemplate() {
        let machine = TestMachine()
        machine.files["/project/botctl.yml"] = TestMachine.spec
        #expect(machine.run("synth", "--stdout") == .done)
        #expect(machine.output.hasPrefix("{\n") && machine.output.hasSuffix("}\n"))
        #expect(machine.error.isEmpty)
    }

    @Test func colourOnlyOnATerminalAndWhereAllowed() {
        func error(_ environment: [String: String], _ isTerminal: Bool, _ arguments: String...) -> String {
            let machine = TestMachine()
            (machine.environment, machine.errorIsTerminal) = (environment, isTerminal)
            machine.files["/project/botctl.yml"] = TestMachine.spec + "histroy: {}\n"
            _ = machine.run(["validate"] + arguments)
            return machine.error
        }
        #expect(error([:], true).contains("\u{1B}["))
        #expect(!error([:], false).contains("\u{1B}["))
        #expect(!error(["NO_COLOR": "1"], true).contains("\u{1B}["))
        #expect(!error(["TERM": "dumb"], true).contains("\u{1B}["))
        #expect(!error([:], true, "--no-color").contains("\u{1B}["))
    }
}
