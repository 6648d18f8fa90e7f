import BotContract
import Diagnostics
import TestSupport
import Testing

@testable import BotSpec

/// Limits that take more than a line to exceed: the last value that is allowed, and the first that is not.
@Suite struct LimitTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var code: SpecCode
        var limit: Int
        /// A part of a spec with so many of it.
        var text: @Sendable (Int) -> String
        var testDescription: String { "\(code)" }
    }

    private static let doors = "  $connect: connect\n  $disconnect: disconnect\n  hello: hello\n"

    private static func many(_ count: Int, _ item: (Int) -> String) -> String {
        (0..<count).map(item).joined(separator: ", ")
    }

    static let cases: [Case] = [
        Case(code: .tagCount, limit: 50) { count in "tags: { \(many(count) { "t\($0): x" }) }" },
        Case(code: .tagKey, limit: 128) { count in "tags: { \(String(repeating: "ü", count: count)): x }" },
        Case(code: .tagValue, limit: 256) { count in "tags: { a: \(String(repeating: "ü", count: count)) }" },
        Case(code: .nameTooLong, limit: AWSLimit.stackName.length - "-dev".count) { count in
            "name: \(String(repeating: "a", count: count))"
        },
        Case(code: .environmentSize, limit: 3072) { count in
            "routes:\n\(doors)  sendMessage: { environment: { AB: \(String(repeating: "x", count: count - 2)) } }"
        },
        Case(code: .routeKey, limit: 128) { count in
            "routes:\n\(doors)  \(String(repeating: "a", count: count)): sendMessage"
        },
        Case(code: .attributeName, limit: 255) { count in
            "table: { partitionKey: \(String(repeating: "a", count: count)) }"
        },
        Case(code: .topicCount, limit: 30) { count in
            "guardrail: { deniedTopics: [\(many(count) { "{ name: t\($0), definition: x }" })] }"
        },
        Case(code: .topicText, limit: 200) { count in
            "guardrail: { deniedTopics: [{ name: t, definition: \(String(repeating: "ü", count: count)) }] }"
        },
        Case(code: .wordCount, limit: 10_000) { count in "guardrail: { blockedWords: [\(many(count) { "w\($0)" })] }" },
        Case(code: .wordLength, limit: 100) { count in
            "guardrail: { blockedWords: [\(String(repeating: "ü", count: count))] }"
        },
        Case(code: .blockedMessage, limit: 500) { count in
            "guardrail: { profanity: true, blockedMessage: \(String(repeating: "ü", count: count)) }"
        },
        Case(code: .promptTooLarge, limit: 64 * 1024) { count in "prompt: \(String(repeating: "x", count: count))" },
        Case(code: .messageChars, limit: 8064) { count in "limits: { messageChars: \(count) }" },
        Case(code: .timeout, limit: 29) { count in "authorizer: { timeout: \(count) }" },
        Case(code: .memory, limit: 10_240) { count in "authorizer: { memory: \(count) }" },
        Case(code: .capacityCosts, limit: 25) { count in "table: { billing: { read: \(count) } }" },
        Case(code: .capacity, limit: 40_000) { count in "table: { billing: { write: \(count) } }" },
    ]

    private func codes(_ text: String) -> [String] {
        let spec = BrokenSpec(title: "", lines: text.split(separator: "\n"))
        // Above the free tier is fine by the rule that is tried here.
        return BrokenSpec.load(spec.text).diagnostics.map(\.code)
    }

    @Test(arguments: cases)
    func theLimitIsAllowedAndOneMoreIsNot(_ tried: Case) {
        #expect(!codes(tried.text(tried.limit)).contains(tried.code.rawValue))
        #expect(codes(tried.text(tried.limit + 1)).contains(tried.code.rawValue))
    }

    @Test func threeHundredRoutesAreAllowed() {
        func codes(_ count: Int) -> [String] {
            self.codes("routes:\n\(Self.doors)" + (3..<count).map { "  r\($0): default\n" }.joined())
        }
        #expect(!codes(300).contains(SpecCode.routeCount.rawValue))
        #expect(codes(301).contains(SpecCode.routeCount.rawValue))
    }

    @Test func everyRetentionOfCloudWatchIsAllowedAndTheNearestIsSuggested() {
        for days in AWSLimit.logRetentionDays {
            #expect(load(smallestSpec + "observability: { logRetentionDays: \(days) }").diagnostics == [])
        }
        for (days, nearest) in [(2, 1), (31, 30), (370, 365), (10_000, 3653), (-4, 1)] {
            let result = load(smallestSpec + "observability: { logRetentionDays: \(days) }")
            #expect(result.diagnostics.map(\.fix) == ["write \(nearest)"])
        }
    }

    @Test func theNameBudgetFitsWhatIsNamedAfterIt() {
        let longest = String(repeating: "a", count: AWSLimit.stackName.length)
        #expect("\(longest)-send-message".count <= 64, "the longest built-in function and role")
        #expect(longest.count <= 50, "guardrails")
    }
}
