import BotContract

/// A reply as it grows: without rule markers, shown where it may be.
final class ReplyWords {
    private let rules: [BotConfiguration.RuleSection]
    private let deltas: DeltaPoster
    private let invocation: Invocation
    private let shows: Bool
    private var filter: CitationFilter
    private var text = ""
    private var cited: [String] = []
    /// Before the next message's first words, where there are some already.
    private var isBetweenMessages = false

    init(_ rules: [BotConfiguration.RuleSection], deltas: DeltaPoster, invocation: Invocation, shows: Bool) {
        self.rules = rules
        self.deltas = deltas
        self.invocation = invocation
        self.shows = shows
        filter = CitationFilter(known: rules.map(\.id))
    }

    /// As long as a reply can be.
    var isFull: Bool { FrameFit.jsonBytes(text) >= FrameFit.replyBytes }

    var citations: [Citation] {
        cited.compactMap { id in
            rules.first { $0.id == id }.map { Citation(id: id, title: $0.title, file: $0.file) }
        }
    }

    func take(_ part: String) { add(filter.push(part)) }

    /// The model's message is over and another one follows.
    func endMessage() {
        close()
        isBetweenMessages = !text.isEmpty
        filter = CitationFilter(known: rules.map(\.id))
    }

    /// - Returns: the whole reply.
    func finish() -> String {
        close()
        return text
    }

    private func close() {
        add(filter.finish())
        for id in filter.cited where !cited.contains(id) { cited.append(id) }
    }

    private func add(_ shown: String) {
        guard !shown.isEmpty else { return }
        invocation.reached("firstToken")
        let part = isBetweenMessages ? "\n\n" + shown : shown
        isBetweenMessages = false
        text += part
        if shows { deltas.append(part) }
    }
}
