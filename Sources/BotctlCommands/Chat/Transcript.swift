import AWSCore
import BotContract
import FoundationEssentials
import Glibc
import Operations

/// Writes down what is said in a chat while it is said: Markdown to read, or, where the file's name ends with `.json`
/// or `.jsonl`, one JSON object a line. Appends, each message in one piece; readable for the user only.
final class Transcript {
    private let descriptor: Int32
    private let isJSON: Bool
    private let clock: any WallClock
    /// Says once that it cannot go on.
    private let fail: (String) -> Void
    private var hasFailed = false

    /// - Parameter title: the heading of the chat in Markdown.
    init(
        path: String,
        title: String,
        clock: any WallClock,
        fail: @escaping (String) -> Void
    ) throws(OperationError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw OperationError(
                .file,
                "cannot write the transcript \(path): \(String(cString: strerror(errno)))",
                fix: "name a file in a folder that is there"
            )
        }
        isJSON = path.hasSuffix(".json") || path.hasSuffix(".jsonl")
        self.clock = clock
        self.fail = fail
        if !isJSON { put("# \(title), \(time)\n\n") }
    }

    deinit { close(descriptor) }

    func record(_ event: ChatEvent) {
        switch event {
        case .asked(let text): put(Entry(role: "customer", text: text))
        case .confirmed(let confirmation):
            put(Entry(role: "customer", text: "Yes: \(confirmation.tool) \(confirmation.input)"))
        case .reply(let reply, _):
            var entry = Entry(role: "bot", text: reply.text)
            entry.citations = reply.citations
            entry.confirmation = reply.confirmation
            put(entry)
            if let handoff = reply.handoff { put(Entry(role: "bot", text: handoff)) }
        case .handedOff(let message):
            put(Entry(role: "customer", text: "(asks for a person)"))
            put(Entry(role: "bot", text: message))
        case .rated(_, let rating): put(Entry(role: "customer", text: "(feedback: \(rating.rawValue))"))
        case .declined: put(Entry(role: "customer", text: "(does not confirm)"))
        case .failed(let error): put(Entry(role: "error", text: error.description))
        case .connecting, .welcome, .delta, .earlier, .help, .misused, .reconnecting: break
        }
    }

    private struct Entry: Encodable {
        var formatVersion = 1
        var at = ""
        var role: String
        var text: String
        var citations: [Citation] = []
        var confirmation: Confirmation?

        init(role: String, text: String) {
            self.role = role
            self.text = text
        }
    }

    private var time: String { "\(clock.now().rfc3339.prefix(19))Z" }

    private func put(_ entry: Entry) {
        if isJSON {
            var entry = entry
            entry.at = time
            return put(jsonLine(entry))
        }
        let name = ["customer": "You", "bot": "Bot"][entry.role] ?? "Error"
        var text = "**\(name):** \(visibleLines(entry.text))\n\n"
        for citation in entry.citations {
            text += "- [\(visible(citation.id))] \(visible(citation.title)), \(visible(citation.file))\n"
        }
        if !entry.citations.isEmpty { text += "\n" }
        if let confirmation = entry.confirmation {
            text += "The bot asks to run `\(visible(confirmation.tool)) \(visible(confirmation.input))`\n\n"
        }
        put(text)
    }

    private func put(_ text: String) {
        guard !hasFailed, !writeAll(Array(text.utf8), to: descriptor) else { return }
        hasFailed = true
        fail("the transcript cannot be written any more: \(String(cString: strerror(errno)))")
    }
}
