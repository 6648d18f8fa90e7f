import BotContract

/// A reply as it grows: of what its messages say, what passes the filters, shown where it may be.
final class ReplyWords {
    private let prompt: Prompt
    private let policy: ReplyPolicy
    private let deltas: DeltaPoster
    private let invocation: Invocation
    private let shows: Bool
    private var filter: ReplyFilter
    private var text = ""
    private var cited: [Citation] = []
    private(set) var saysNoRule = false
    /// Whether the reply was cut off because it repeats the bot's instructions. What follows is not shown.
    private(set) var isWithheld = false
    /// Before the next message's first words, where there are some already.
    private var isBetweenMessages = false

    init(_ prompt: Prompt, _ policy: ReplyPolicy, deltas: DeltaPoster, invocation: Invocation, shows: Bool) {
        self.prompt = prompt
        self.policy = policy
        self.deltas = deltas
        self.invocation = invocation
        self.shows = shows
        filter = ReplyFilter(prompt, policy)
    }

    /// As long as a reply can be.
    var isFull: Bool { FrameFit.jsonBytes(text) >= FrameFit.replyBytes }

    var citations: [Citation] { isWithheld ? [] : cited }

    func take(_ part: String) {
        guard !isWithheld else { return }
        add(filter.push(part))
    }

    /// The model's message is over and another one follows.
    func endMessage() {
        close()
        isBetweenMessages = !text.isEmpty
        filter = ReplyFilter(prompt, policy)
    }

    /// - Returns: the whole reply.
    func finish() -> String {
        close()
        return text
    }

    private func close() {
        guard !isWithheld else { return }
        add(filter.finish())
        for citation in filter.cited where !cited.contains(citation) { cited.append(citation) }
        if filter.saysNoRule { saysNoRule = true }
        if filter.isWithheld { isWithheld = true }
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
