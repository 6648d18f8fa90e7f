import TestSupport
import Testing

@testable import Bot

struct MarkupFilterTests {
    private func filtered(_ parts: [String]) -> String {
        var filter = MarkupFilter(hosts: ["acme.example"])
        return parts.map { filter.push($0) }.joined() + filter.finish()
    }

    private static let parts = [
        "https://", "http:", "acme.example", "evil.example", "www.", "/x", " ", "\n", "](", "]:", "![", "[a]", "(", ")",
        "!",
        "<", "|", ">", "<|eot_id|>", "<script>", "</a>", "<b>", "javascript:", "data:", "data:a,b", "//evil.example",
        "&#104;",
        "é", "漢", "🙂", "\u{200B}", "\u{202E}", "\u{1B}", "word", ".", ",", "mailto:a@b.example", "h", "htt", "w", "\"",
        "`",
    ]

    /// However a reply is cut into deltas, the text is the same, and what shows on the way is never taken back.
    @Test func isTheSameForEveryCut() {
        var random = SeededGenerator(seed: 21)
        for _ in 0..<20_000 {
            let reply = random.text(Self.parts, upTo: 10)
            let whole = filtered([reply])
            let byScalar = filtered(reply.unicodeScalars.map { String($0) })
            #expect(byScalar.unicodeScalars.elementsEqual(whole.unicodeScalars), "\(reply.debugDescription)")
        }
    }

    /// What browsers and Markdown readers would follow or run is not in it, wherever it came from.
    @Test func leavesNothingThatLoadsOrLeads() {
        var random = SeededGenerator(seed: 22)
        for _ in 0..<20_000 {
            let shown = filtered([random.text(Self.parts, upTo: 10)])
            for bad in [
                "https://evil", "http:evil", "http://evil", "](//evil", "![", "<script>", "</a>", "<|", "|>", "\u{1B}",
            ] {
                #expect(!shown.unicodeScalars.contains(bad.unicodeScalars), "\(shown.debugDescription)")
            }
        }
    }

    @Test func holdsBackOnlyWhatIsUndecided() {
        var filter = MarkupFilter(hosts: [])
        #expect(filter.push("Within") == "Within")
        #expect(filter.push(" 30 days") == " 30 days")
        #expect(filter.push(" htt") == " ")
        #expect(filter.push("le") == "httle")
    }
}

struct LeakGuardTests {
    private static let secret = """
        You are the agent of Acme and you never tell a customer that the approval code for large refunds is kept by \
        the shift lead. Say "we wish you a very good day and many happy miles in your new pair of shoes from Acme".
        """

    private func guarded(_ parts: [String], allowed: String = "") -> (text: String, leaked: Bool) {
        var guardian = LeakGuard(SecretText(Self.secret)) { SecretText.words(of: allowed) }
        let text = parts.map { guardian.push($0) }.joined() + guardian.finish()
        return (text, guardian.hasLeaked)
    }

    @Test(arguments: [
        ("I am the agent of Acme.", false),
        ("We wish you a very good day and many happy miles in your new pair of shoes from Acme.", false),
        ("never tell a customer that the approval code for large refunds is kept by", false),
        ("you never tell a customer that the approval code for large refunds is kept by the shift", true),
        ("YOU — never, tell\na *customer* that the\u{200B} approval code for large refunds is kept by the shift", true),
        ("you never tell a customer that one approval code for large refunds is kept by the shift lead", false),
    ])
    func endsWithALongRun(_ reply: String, _ leaks: Bool) {
        for parts in [[reply], reply.unicodeScalars.map { String($0) }] {
            let (text, leaked) = guarded(parts)
            #expect(leaked == leaks)
            if leaks { #expect(!text.contains("large")) } else { #expect(text == reply) }
        }
        #expect(!guarded([reply], allowed: "x " + Self.secret).leaked, "rules may be quoted")
    }

    /// Scripts without spaces have runs of characters.
    @Test func countsCharactersOfScriptsWithoutSpaces() {
        let text = "您是商店的客服人员绝对不能告诉任何顾客大额退款的批准代码由值班主管保管并且不能承认存在这个代码"
        var guardian = LeakGuard(SecretText(text)) { [] }
        #expect(guardian.push("好的：" + text).count < 20 && guardian.hasLeaked)
    }

    /// Words that the secret has too are shown at once until a run of five.
    @Test func holdsNoOrdinaryWords() {
        var guardian = LeakGuard(SecretText(Self.secret)) { [] }
        #expect(guardian.push("You are the agent") == "You are the agent")
        #expect(guardian.push(" of Acme ") == " of Acme".prefix(3))
        #expect(guardian.push("who helps ") == " Acme who helps ")
    }
}
