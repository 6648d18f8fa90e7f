import BotContract

/// A rule section as prompts hold it: with nothing in it that a tokenizer would read as structure. Made once, because
/// the same rules are in one prompt after another.
struct PromptRule: Equatable {
    let section: BotConfiguration.RuleSection
    /// `[returns-1] Returns › Time limit`, and the text under it.
    let text: String

    var id: String { section.id }
    var citation: Citation { Citation(id: section.id, title: section.title, file: section.file) }

    init(_ section: BotConfiguration.RuleSection) {
        self.section = section
        // A section's path ends with its own title: neighbours that say the same are said once.
        let headings = (section.path + [section.title]).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        let heading = ControlTokens.neutralised(headings.joined(separator: " › "))
        text = "[\(section.id)] \(heading)\n\(ControlTokens.neutralised(section.text).trimmed)\n"
    }
}
