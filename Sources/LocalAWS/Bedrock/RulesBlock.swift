/// One section of the business rules, as the bot writes them into its system prompt.
package struct RulesBlock: Sendable, Equatable {
    package struct Section: Sendable, Equatable {
        package var id: String
        /// All headings from the file's top to this section.
        package var path: String
        package var text: String
    }

    package var sections: [Section]

    /// Finds the block between the lines `<rules>` and `</rules>`; each section begins with a line
    /// `[<id>] <heading path>` and ends before the next one.
    package init(systemPrompt: String) {
        sections = []
        var isInside = false
        var text: [Substring] = []
        func finish(_ sections: inout [Section]) {
            guard !sections.isEmpty else { return }
            sections[sections.count - 1].text = text.joined(separator: "\n")
            text = []
        }
        for line in systemPrompt.split(separator: "\n", omittingEmptySubsequences: false) {
            if !isInside {
                isInside = line == "<rules>"
            } else if line == "</rules>" {
                isInside = false
                finish(&sections)
            } else if let (id, path) = Self.heading(line) {
                finish(&sections)
                sections.append(Section(id: id, path: path, text: ""))
            } else if !sections.isEmpty {
                text.append(line)
            }
        }
        if isInside { finish(&sections) }
    }

    private static func heading(_ line: Substring) -> (id: String, path: String)? {
        guard line.first == "[", let end = line.firstIndex(of: "]") else { return nil }
        let id = line[line.index(after: line.startIndex)..<end]
        let rest = line[line.index(after: end)...]
        guard !id.isEmpty, rest.isEmpty || rest.first == " ",
            id.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
        else { return nil }
        return (String(id), String(rest.dropFirst()))
    }
}

/// The sentences of a Markdown text, in order: a list item and a row of a table count as one each.
package func sentences(ofMarkdown text: String) -> [String] {
    var result: [String] = []
    var paragraph: [Substring] = []
    func finish() {
        result += splitSentences(paragraph.joined(separator: " "))
        paragraph = []
    }
    var tableRows = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        let line = line.drop { $0 == " " }
        tableRows = line.hasPrefix("|") ? tableRows + 1 : 0
        if line.isEmpty || line.hasPrefix("#") {
            finish()
        } else if line.hasPrefix("|") {
            finish()
            // The first two rows are the column titles and the line under them.
            if tableRows > 2 { result.append(tableRow(line)) }
        } else if line.hasPrefix("- ") || line.hasPrefix("* ") {
            finish()
            paragraph = [line.dropFirst(2)]
        } else {
            paragraph.append(line)
        }
    }
    finish()
    return result
}

private func tableRow(_ line: Substring) -> String {
    let cells = line.split(separator: "|").map { cell in
        var cell = cell.drop { $0 == " " }
        while cell.last == " " { cell.removeLast() }
        return String(cell)
    }.filter { !$0.isEmpty }
    guard let first = cells.first, cells.count > 1 else { return cells.joined() }
    return "\(first): \(cells.dropFirst().joined(separator: ", "))"
}

private func splitSentences(_ paragraph: String) -> [String] {
    var result: [String] = []
    var current = ""
    let characters = Array(paragraph)
    for (index, character) in characters.enumerated() {
        current.append(character)
        guard character == "." || character == "?" || character == "!", index + 2 < characters.count,
            characters[index + 1] == " ",
            characters[index + 2].isUppercase || characters[index + 2].isNumber || characters[index + 2] == "*"
        else { continue }
        result.append(current)
        current = ""
    }
    result.append(current)
    return result.compactMap { sentence in
        let trimmed = sentence.drop { $0 == " " }
        return trimmed.isEmpty ? nil : String(trimmed)
    }
}
