import AWSClients
import AWSCore
import BotSpec
import Operations
import TestSupport
import Testing

@Suite struct KnownCauseTests {
    @Test func thereAreManyAndTheirCodesAreTheirOwn() {
        #expect(KnownCause.all.count >= 40)
        #expect(Set(KnownCause.all.map(\.code)).count == KnownCause.all.count)
        #expect(KnownCause.all.allSatisfy { !$0.meaning.hasSuffix(".") && !$0.wayOut.hasSuffix(".") })
    }

    /// Each is found by AWS's own words for it, wherever AWS says them, and by no other's.
    @Test(arguments: KnownCause.all) func isKnownByItsWords(_ cause: KnownCause) {
        let type = cause.type.isEmpty ? "AWS::Lambda::Function" : cause.type
        #expect(KnownCause.find(reason: cause.example, type: type)?.code == cause.code)
        #expect(KnownCause.find(reason: "Resource handler returned message: \(cause.example)", type: type) == cause)
        if cause.type.isEmpty { #expect(KnownCause.find(reason: cause.example)?.code == cause.code) }
    }

    @Test(arguments: ["", "Resource creation cancelled", "something nobody has seen", "limit", "email"])
    func whatIsNotKnownIsNotGuessed(_ reason: String) {
        #expect(KnownCause.find(reason: reason, type: "AWS::IAM::Policy") == nil)
        #expect(KnownCause.find(reason: reason) == nil)
    }

    /// The keys that causes point to are keys of the spec.
    @Test func specPathsAreRead() throws {
        let known: Set = [
            "model", "guardrail", "limits", "routes", "rules", "tools", "table", "alarms", "observability", "tags",
            "name", "protect", "handlers", "region",
        ]
        for cause in KnownCause.all {
            guard let path = cause.specPath else { continue }
            #expect(known.contains(String(path.prefix { $0 != "." })), "\(cause.code)")
        }
    }

    /// A failed deployment says what the resource said, what it means, where it comes from, and what to do.
    @Test func aFailedDeploymentSaysWhatToDo() throws {
        let fixture = Fixture()
        try fixture.deploy()
        fixture.spec += "limits:\n  concurrency: 50\n"
        let reason =
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            + "below its minimum value of [10]."
        fixture.aws.failure = ("SendMessageFunction", "AWS::Lambda::Function", reason)
        let error = #expect(throws: OperationError.self) { try fixture.deploy() }
        #expect(error?.code == .rolledBack)
        #expect(error?.details.first == "SendMessageFunction (AWS::Lambda::Function): \(reason)")
        #expect(error?.details.last?.hasPrefix("AWS201: ") == true)
        #expect(error?.fix.hasPrefix("delete `limits.concurrency`") == true)
        #expect(error?.diagnostics.first?.code == "AWS201")
        let line = fixture.spec.split(separator: "\n", omittingEmptySubsequences: false).firstIndex {
            $0.contains("concurrency")
        }
        #expect(error?.diagnostics.first?.range?.start.line == line.map { $0 + 1 })
    }

    @Test func aRefusedCallSaysWhatToDo() throws {
        let fixture = Fixture()
        fixture.aws.refusals["cloudformation.CreateChangeSet"] = (
            403, "AccessDenied",
            "User: x is not authorized to perform: cloudformation:CreateChangeSet with an explicit deny in a service "
                + "control policy"
        )
        let error = #expect(throws: OperationError.self) { try fixture.deploy() }
        #expect(error?.code == .accessDenied)
        #expect(error?.details.contains { $0.hasPrefix("AWS301: ") } == true)
        #expect(error?.fix.hasPrefix("ask who administers the organisation") == true)
    }

    /// The table for people is made from the catalogue.
    @Test func theDocumentIsTheCatalogue() {
        var text = """
            # What AWS says when a deployment fails

            botctl looks for the first resource that failed by itself, shows its own words, and says what they mean
            where it knows them. `botctl explain AWS201` prints one of these rows. The texts are AWS's as published in
            its documentation and issue trackers; a test finds every row by its example.

            | code | AWS says | what it means | way out |
            |---|---|---|---|

            """
        for cause in KnownCause.all {
            text +=
                "| \(cause.code) | \(cause.example.replacing("|", with: "\\|")) | \(cause.meaning) | \(cause.wayOut) |\n"
        }
        let root = "\(#filePath)".dropLast("Tests/OperationsTests/KnownCauseTests.swift".count)
        expectGolden(text, at: "\(root)docs/failures.md")
    }
}

@Suite struct ExplainTests {
    @Test func everyCodeOfTheSpecIsExplained() throws {
        for code in SpecCode.allCases {
            let found = try Explain.run(code.rawValue)
            #expect(!found.meaning.isEmpty && found.example?.isEmpty == false && !found.wayOut.isEmpty)
            #expect(!found.wayOut.contains("|"))
        }
    }

    @Test func everyErrorAndEveryCauseIsExplained() throws {
        for code in OperationError.Code.allCases { #expect(try Explain.run(code.rawValue).code == code.rawValue) }
        for cause in KnownCause.all { #expect(try Explain.run(cause.code.lowercased()).meaning == cause.meaning) }
        #expect(Set(Explain.all.map(\.code)).count == Explain.all.count)
    }

    @Test(arguments: [("BOT6O9", "BOT609"), ("aws2011", "AWS201"), ("quite something else", "lists all codes")])
    func unknownCodes(code: String, hint: String) {
        let error = #expect(throws: OperationError.self) { try Explain.run(code) }
        #expect(error?.code == .unknownCode && error?.fix.contains(hint) == true)
    }
}
