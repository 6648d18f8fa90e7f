import Testing

@testable import BotctlCommands
@testable import Operations

@Suite struct CallLogTests {
    /// What `--verbose` says at the end.
    private func log(_ operations: [String], isShown: Bool = true) -> String {
        var text = ""
        let machine = Machine(
            currentDirectory: "/",
            environment: [:],
            outputIsTerminal: false,
            errorIsTerminal: false,
            inputIsTerminal: false,
            output: { _ in },
            error: { text += $0 },
            readLine: { nil },
            effects: { _ in .trapping() }
        )
        let log = CallLog(Console(machine, noColour: true), isShown: isShown)
        for operation in operations { log.count(operation) }
        log.finish()
        return text
    }

    @Test func callsAreCountedByService() {
        let operations = [
            "sts.GetCallerIdentity", "s3.PutObject", "cloudformation.DescribeStacks", "s3.PutObject", "s3.HeadObject",
        ]
        #expect(
            log(operations) == """
                5 AWS calls
                cloudformation  1  DescribeStacks 1
                s3              3  HeadObject 1, PutObject 2
                sts             1  GetCallerIdentity 1

                """
        )
        #expect(log(["s3.PutObject"]).hasPrefix("1 AWS call\n"))
    }

    @Test func nothingIsSaidOfNothing() {
        #expect(log([]).isEmpty)
        #expect(log(["s3.PutObject"], isShown: false).isEmpty)
    }
}
