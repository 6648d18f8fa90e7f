import Testing

@testable import Diagnostics

@Suite struct SuggestionTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3), ("history", "histroy", 1), ("ca", "abc", 3),
        ("größe", "grösse", 2), ("same", "same", 0),
    ])
    func distances(_ left: String, _ right: String, _ expected: Int) {
        #expect(Suggestion.distance(left, right) == expected)
        #expect(Suggestion.distance(right, left) == expected)
    }

    @Test(arguments: [
        ("histroy", "history"), ("Hello", "hello"), ("sendmessage", "sendMessage"), ("conect", "connect"),
        ("maxtoken", "maxTokens"), ("tols", "tools"),
    ])
    func findsTheNameThatWasMeant(_ word: String, _ meant: String) {
        let names = ["history", "hello", "sendMessage", "connect", "maxTokens", "tools", "table"]
        #expect(Suggestion.nearest(to: word, among: names) == meant)
    }

    @Test(arguments: ["", "x", "resources", "zzzzzzzzzz", String(repeating: "history", count: 100)])
    func keepsSilentRatherThanGuess(_ word: String) {
        #expect(Suggestion.nearest(to: word, among: ["history", "hello", "tools"]) == nil)
    }
}
