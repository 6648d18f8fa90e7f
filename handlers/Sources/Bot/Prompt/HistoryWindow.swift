import BotContract

/// What of a chat's history a prompt holds: the last turns, word for word, and a line about what is left out.
struct HistoryWindow {
    /// Oldest first; control tokens are taken apart.
    private(set) var kept: [Prompt.Message] = []
    /// What stands in the place of the messages that are left out; `nil` where none is.
    private(set) var summary: String?

    /// How many messages more than its turns a chat is read, to say what they were about.
    private static let summarised = 16
    private static let topics = 6
    /// Of a message whose reply rests on no rule.
    private static let topicCharacters = 60

    /// How many messages of a chat to read.
    static func messages(turns: Int) -> Int { turns > 0 ? 2 * turns + summarised : 0 }

    /// - Parameters:
    ///   - history: oldest first.
    ///   - tokens: rough tokens that may be kept.
    init(_ history: [Prompt.Message], turns: Int, tokens: Int) {
        var customers = 0
        var used = 0
        for message in history.reversed() {
            let text = ControlTokens.neutralised(message.text)
            used += TokenEstimate.of(text) + 4
            if used > tokens || customers == turns { break }
            kept.append(Prompt.Message(role: message.role, text: text, topics: message.topics))
            if message.role == .customer { customers += 1 }
        }
        kept.reverse()
        // A conversation begins with the customer.
        while kept.first?.role == .bot { kept.removeFirst() }
        let isCut = history.count >= Self.messages(turns: turns) - 1
        guard turns > 0 else { return }
        summary = Self.summary(of: history.dropLast(kept.count), isCut: isCut)
    }

    /// The titles of the rules that the replies rest on say best what a chat was about; they are the business's own
    /// words. A message that was not answered from rules speaks for itself, in the customer's role.
    private static func summary(of left: ArraySlice<Prompt.Message>, isCut: Bool) -> String? {
        var subjects: [String] = []
        for (index, message) in zip(left.indices, left) {
            var found = message.topics
            if message.role == .customer {
                let reply = left.index(after: index) < left.endIndex ? left[left.index(after: index)] : nil
                if reply?.role == .bot, reply?.topics.isEmpty == false { continue }
                found = [excerpt(message.text)]
            }
            for topic in found.map(ControlTokens.neutralised) where !topic.isEmpty {
                subjects.removeAll { $0 == topic }
                subjects.append(topic)
            }
        }
        // What is left out without a subject is a reply whose question is gone.
        guard !subjects.isEmpty else { return nil }
        let count =
            left.count == 1 ? "1 earlier message of this chat is" : "\(left.count) earlier messages of this chat are"
        let about = subjects.suffix(topics).joined(separator: "; ")
        return "(\(isCut ? "More than " : "")\(count) left out. They were about: \(about).)"
    }

    private static func excerpt(_ text: String) -> String {
        let words = text.split { $0.isWhitespace }
        var excerpt = ""
        for word in words {
            if excerpt.count + word.count > topicCharacters { return excerpt.isEmpty ? "" : "“\(excerpt) …”" }
            excerpt += (excerpt.isEmpty ? "" : " ") + word
        }
        return excerpt.isEmpty ? "" : "“\(excerpt)”"
    }
}
