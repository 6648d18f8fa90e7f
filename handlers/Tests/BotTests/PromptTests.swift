import BotContract
import TestSupport
import Testing

@testable import Bot

struct PromptTests {
    private let configuration = TestBot().configuration

    private func prompt(_ history: [(MessageRole, String)], turns: Int = 12, message: String = "now") -> Prompt {
        var configuration = configuration
        configuration.history.turns = turns
        return Prompt(
            configuration: configuration,
            rules: configuration.rules.map { PromptRule($0) },
            history: history.map { Prompt.Message(role: $0.0, text: $0.1) },
            message: message
        )
    }

    @Test func tellsTheModelHowToAnswer() {
        let system = prompt([]).system
        #expect(system.contains("[returns-1]") && system.contains("no information"))
        #expect(system.contains("never an instruction") && system.contains("[none]"))
        var plain = configuration
        plain.rules = []
        let unruled = Prompt(configuration: plain, rules: [], history: [], message: "x").system
        #expect(unruled.hasPrefix(configuration.prompt + "\n\n# What counts") && !unruled.contains("rule"))
    }

    @Test(
        arguments: [
            ([], ["customer: now"]),
            ([(.customer, "a"), (.bot, "b")], ["customer: a", "bot: b", "customer: now"]),
            ([(.bot, "b"), (.customer, "c"), (.bot, "d")], ["customer: c", "bot: d", "customer: now"]),
            ([(.customer, "a")], ["customer: a\n\nnow"]),
            ([(.customer, "a"), (.bot, "b"), (.bot, "c")], ["customer: a", "bot: b\n\nc", "customer: now"]),
            ([(.customer, " \n"), (.bot, "b")], ["customer: now"]),
        ] as [([(MessageRole, String)], [String])]
    )
    func alternatesFromTheCustomerOn(_ history: [(MessageRole, String)], _ expected: [String]) {
        #expect(prompt(history).messages.map { "\($0.role): \($0.text)" } == expected)
    }

    @Test func keepsTheLastTurns() {
        let history: [(MessageRole, String)] = (0..<10).flatMap { [(.customer, "q\($0)"), (.bot, "a\($0)")] }
        #expect(prompt(history, turns: 2).messages.map(\.text).dropFirst() == ["a8", "q9", "a9", "now"])
        #expect(prompt(history, turns: 0).messages.map(\.text) == ["now"])
    }

    @Test func dropsTheOldestWhereTheyAreTooMany() {
        let long = String(repeating: "word ", count: 2_000)
        let history: [(MessageRole, String)] = (0..<6).flatMap { [(.customer, "q\($0)"), (.bot, "\($0) " + long)] }
        let messages = prompt(history).messages
        #expect(messages.count == 5)
        #expect(messages.dropLast().reduce(0) { $0 + TokenEstimate.of($1.text) } <= Prompt.historyTokens)
    }

    /// Whatever comes in, Converse's demands are met and no control token is left.
    @Test func holdsForThousandsOfHistories() {
        var random = SeededGenerator(seed: 3)
        let parts = [
            "<|", "|>", "<|eot_id|>", "<", "|", ">", "＜", "｜", "＞", "\u{200B}", "\u{FE0F}", " ", "\n", "a", "[INST]",
            "</s>", "user", "\u{0}", "é", "<<SYS>>", "<|start_header_id|>system<|end_header_id|>", "‹", "¦", "\u{AD}",
            "\u{301}",
        ]
        for _ in 0..<2_000 {
            let history: [(MessageRole, String)] = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                (Bool.random(using: &random) ? .customer : .bot, random.text(parts, upTo: 12))
            }
            let message = "x" + random.text(parts, upTo: 12)
            let messages = prompt(history, message: message).messages
            #expect(messages.first?.role == .customer && messages.last?.role == .customer)
            for (left, right) in zip(messages, messages.dropFirst()) { #expect(left.role != right.role) }
            for message in messages {
                #expect(!message.text.trimmed.isEmpty)
                #expect(!holdsControlToken(message.text), "\(message.text.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        ("plain text, with [brackets] and a < b", "plain text, with [brackets] and a < b"),
        ("<|begin_of_text|>", "< |begin_of_text| >"),
        ("<\u{200B}|x|\u{200D}>", "< |x| >"),
        ("＜｜x｜＞", "＜ ｜x｜ ＞"),
        ("&lt;|x&vert;&#62;", "&lt; |x&vert; &#62;"),
        ("[inst] ［INST］", "[ inst] ［ INST］"),
        ("</rules> <Rules>", "< /rules> < Rules>"),
        ("&amp; &lt;b&gt; &ltx R&D", "&amp; &lt;b&gt; &ltx R&D"),
        ("<||>", "< || >"),
        ("<|>", "< | >"),
        ("[INST] <<SYS>> </s>", "[ INST] < <SYS>> < /s>"),
        ("a\u{0}\u{1B}b\tc\r\nd", "ab\tc\nd"),
        ("<\u{0}|eot_id|\u{7F}>", "< |eot_id| >"),
        ("👩‍👩‍👧 ￨ émoji", "👩‍👩‍👧 ￨ émoji"),
    ])
    func neutralisesControlTokens(_ text: String, _ expected: String) {
        #expect(ControlTokens.neutralised(text) == expected)
        #expect(ControlTokens.neutralised(expected) == expected, "twice is once")
    }

    /// Reads the text as a careless normaliser would: without invisible characters, look-alikes as ASCII.
    private func holdsControlToken(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.filter { !ControlTokens.isInvisible($0) }.map(ControlTokens.folded)
        func holds(_ needle: [Unicode.Scalar]) -> Bool {
            scalars.indices.contains { scalars[$0] == needle[0] && scalars[$0...].starts(with: needle) }
        }
        return holds(["<", "|"]) || holds(["|", ">"]) || ControlTokens.literals.contains(where: holds)
    }
}

struct CitationFilterTests {
    private func filtered(_ chunks: [String]) -> (text: String, cited: [String]) {
        var filter = CitationFilter(known: ["returns-1", "shipping-2", "FAQ"])
        let text = chunks.map { filter.push($0) }.joined() + filter.finish()
        return (text, filter.cited)
    }

    @Test(arguments: [
        ("Within 30 days [returns-1].", "Within 30 days.", ["returns-1"]),
        ("A [returns-1] and B [shipping-2], C [returns-1]", "A and B, C", ["returns-1", "shipping-2"]),
        ("A [returns-1, shipping-2].", "A.", ["returns-1", "shipping-2"]),
        ("A [returns-1][shipping-2].", "A.", ["returns-1", "shipping-2"]),
        ("A [returns-1] [shipping-2] B", "A B", ["returns-1", "shipping-2"]),
        ("A [returns-9].", "A.", []),
        ("A [returns-1, returns-9].", "A.", ["returns-1"]),
        ("A [FAQ].", "A.", ["FAQ"]),
        ("See [our page](https://a.example) [1] [x]", "See [our page](https://a.example) [1] [x]", []),
        ("[returns-1] First\n[shipping-2] Second", "First\nSecond", ["returns-1", "shipping-2"]),
        ("- one [returns-1]\n- two [shipping-2]\n", "- one\n- two", ["returns-1", "shipping-2"]),
        ("a [b [returns-1]", "a [b", ["returns-1"]),
        ("Cut in the mid [retur", "Cut in the mid", []),
        ("Cut [in the mid! ", "Cut [in the mid!", []),
        ("  \n spaced \n\n", "spaced", []),
        ("[returns-1]", "", ["returns-1"]),
        ("", "", []),
        ("a [ISO-9001] b", "a [ISO-9001] b", []),
    ])
    func takesMarkersOut(_ reply: String, _ text: String, _ cited: [String]) {
        let whole = filtered([reply])
        #expect(whole.text == text)
        #expect(whole.cited == cited)
        let scalars = filtered(reply.unicodeScalars.map { String($0) })
        #expect(scalars.text == text && scalars.cited == cited, "one character at a time")
    }

    /// However a reply is cut into deltas, the text is the same, and no marker shows on the way.
    @Test func isTheSameForEveryCut() {
        var random = SeededGenerator(seed: 11)
        let parts = [
            "[", "]", "returns-1", "shipping-2", "returns-7", " ", "\n", ",", "word", "(", "[returns-1]", "é", "-", "3",
            "[shipping-2, returns-1]", ".", "😀", String(repeating: "x", count: 220),
        ]
        for _ in 0..<2_000 {
            let reply = random.text(parts, upTo: 14)
            let whole = filtered([reply])
            var chunks: [String] = []
            var rest = Array(reply.unicodeScalars)[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(9, rest.count), using: &random)
                chunks.append(String(String.UnicodeScalarView(rest.prefix(count))))
                rest = rest.dropFirst(count)
            }
            let cut = filtered(chunks)
            #expect(cut.text.unicodeScalars.elementsEqual(whole.text.unicodeScalars) && cut.cited == whole.cited)
            // Taking one marker out of another would make a new one, which no model writes.
            if !reply.contains("[[") && !nests(reply) { #expect(!whole.text.contains("[returns-1]")) }
            #expect(whole.text == whole.text.trimmed)
        }
    }

    private func nests(_ text: String) -> Bool {
        var depth = 0
        for scalar in text.unicodeScalars {
            if scalar == "[" { depth += 1 }
            if scalar == "]" { depth = max(0, depth - 1) }
            if depth > 1 { return true }
        }
        return false
    }
}
