import FoundationEssentials
import TestSupport
import Testing

@testable import LocalAWS

@Suite struct OfflineAnswererTests {
    /// The repository's own rules, in the form that the bot gives them to a model.
    static let prompt: String = {
        var text = "You are the assistant of a shop.\n<rules>\n"
        let folder = Repository.path("rules")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for file in files.sorted() where file.hasSuffix(".md") {
            let data = FileManager.default.contents(atPath: "\(folder)/\(file)") ?? Data()
            var number = 0
            for line in String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("## ") {
                    number += 1
                    text += "[\(file.dropLast(3))-\(number)] \(line.dropFirst(3))\n"
                } else if !line.hasPrefix("# ") {
                    text += line + "\n"
                }
            }
        }
        return text + "</rules>\nAnswer from the rules."
    }()

    static func answer(_ messages: String...) -> String {
        OfflineAnswerer().answer(systemPrompt: prompt, customerMessages: messages)
    }

    @Test(arguments: [
        ("How many days do I have to return an unused item?", "60 days", "returns-1"),
        ("What is the return window?", "60 days", "returns-1"),
        ("Can I send back muddy boots?", "14 days", "returns-2"),
        ("What does express shipping cost?", "$14.95", "shipping-1"),
        ("Do you ship to Canada?", "$18.50", "shipping-4"),
        ("Can I cancel my order?", "60 minutes", "shipping-11"),
        ("How long is the warranty on Tarn Works packs?", "10 years", "warranty-1"),
        ("I forgot my password", "30 minutes", "account-2"),
        ("How do I delete my account?", "delete the account", "account-7"),
        ("Which credit cards do you accept?", "Visa", "payments-1"),
        ("Can I pay in installments?", "4 equal installments", "payments-3"),
        ("How much is a new zip on my jacket?", "$35", "repairs-2"),
        ("What are your opening hours?", "10 am to 7 pm", "contact-2"),
        ("Do gift cards expire?", "never expire", "payments-8"),
    ])
    func quotesTheRule(_ question: String, _ part: String, _ id: String) {
        let answer = Self.answer(question)
        #expect(answer.contains(part) && answer.contains("[\(id)]"), "\(answer)")
        #expect(answer.hasSuffix(OfflineAnswerer.disclaimer))
    }

    @Test(arguments: [
        "What is the weather in Paris?", "Who won the football game?", "Write me a poem about the sea", "", "???",
        "Bonjour, je voudrais un café", "asdf qwer zxcv",
    ])
    func saysWhenNoRuleCovers(_ question: String) {
        let answer = Self.answer(question)
        #expect(answer == "\(OfflineAnswerer.notCovered) \(OfflineAnswerer.disclaimer)", "\(answer)")
    }

    @Test func shortQuestionsLeanOnTheOneBefore() {
        #expect(Self.answer("How long does delivery take?", "And to Canada?").contains("[shipping-4]"))
        #expect(Self.answer("How long does delivery take?", "And to Hawaii?").contains("[shipping-3]"))
    }

    @Test func quotesWhatTheRulesSay() {
        for question in ["Do you ship to Canada?", "Is my lost parcel replaced?", "Can I return a gift?"] {
            let answer = Self.answer(question)
            let quote = answer.split(separator: "”")[0].dropFirst()
            let rules = Self.prompt.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for part in quote.split(separator: " … ") { #expect(rules.contains(part), "\(part)") }
        }
    }

    @Test func answersTheSameEachTime() {
        let answers = (0..<20).map { _ in Self.answer("How do I return boots that I wore in the shop?") }
        #expect(Set(answers).count == 1)
    }

    @Test func withoutRulesNothingIsCovered() {
        let answer = OfflineAnswerer().answer(systemPrompt: "", customerMessages: ["return?"])
        #expect(answer.hasPrefix(OfflineAnswerer.notCovered))
        #expect(OfflineAnswerer().answer(systemPrompt: "", customerMessages: []).hasPrefix(OfflineAnswerer.notCovered))
    }

    @Test func readsTheRulesBlock() {
        let block = RulesBlock(
            systemPrompt:
                "[no-1] before\n<rules>\npreamble\n[a-1] A > B\ntext\n[not a heading] x\n\n[b-2]\n</rules>\n[c-3] after"
        )
        #expect(
            block.sections == [
                .init(id: "a-1", path: "A > B", text: "text\n[not a heading] x\n"),
                .init(id: "b-2", path: "", text: ""),
            ]
        )
        #expect(RulesBlock(systemPrompt: "<rules>\n[a-1] x\nunended").sections.map(\.text) == ["unended"])
    }

    @Test func splitsMarkdownIntoSentences() {
        let text = "One is 1.5 km. Two\nruns on? Three!\n\n- item a\n- item b\n\n| h | i |\n|---|---|\n| x | y |"
        #expect(
            sentences(ofMarkdown: text) == ["One is 1.5 km.", "Two runs on?", "Three!", "item a", "item b", "x: y"]
        )
    }
}
