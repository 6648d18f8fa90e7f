package import BotContract
package import BotSpec

/// Makes the sections of `bot.json` out of the rules files.
package enum RulesIndex {
    /// A section longer than this (Unicode scalars) is cut at paragraphs, so that what is retrieved is about one
    /// thing and several sections fit into a request.
    package static let maximumSectionLength = 1_200

    /// Sections in the order of the files and of their lines. An id is the file's stem and a number that counts
    /// from 1 in each file; files of one stem are told apart by their folders.
    package static func sections(of documents: [BotSpec.RuleDocument]) -> [BotConfiguration.RuleSection] {
        var used: Set<String> = []
        return documents.flatMap { document in
            let stem = uniqueStem(document.file, &used)
            return sections(of: document, stem: stem)
        }
    }

    private static func sections(
        of document: BotSpec.RuleDocument,
        stem: String
    ) -> [BotConfiguration.RuleSection] {
        var sections: [BotConfiguration.RuleSection] = []
        var headings: [(level: Int, title: String)] = []
        let parts = MarkdownOutline(document.text).parts
        for (index, part) in parts.enumerated() {
            headings.removeAll { $0.level >= part.level }
            let title = part.title.isEmpty ? fileTitle(document.file) : part.title
            headings.append((part.level, title))
            // A heading over nothing but other headings lives on in their paths.
            let isParent = index + 1 < parts.count && parts[index + 1].level > part.level
            if part.lines.isEmpty && isParent { continue }
            let texts = part.lines.isEmpty ? [title] : pieces(of: part.lines)
            for text in texts {
                sections.append(
                    BotConfiguration.RuleSection(
                        id: "\(stem)-\(sections.count + 1)",
                        title: title,
                        file: document.file,
                        path: headings.filter { $0.level > 0 || headings.count == 1 }.map(\.title),
                        text: text
                    )
                )
            }
        }
        return sections
    }

    /// Paragraphs, packed into pieces of up to `maximumSectionLength`.
    private static func pieces(of lines: [String]) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for paragraph in paragraphs(of: lines).flatMap(withinLimit) {
            let joined = piece.isEmpty ? paragraph : "\(piece)\n\n\(paragraph)"
            if !piece.isEmpty && joined.unicodeScalars.count > maximumSectionLength {
                pieces.append(piece)
                piece = paragraph
            } else {
                piece = joined
            }
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }

    /// Fenced code is one paragraph, empty lines and all.
    private static func paragraphs(of lines: [String]) -> [[String]] {
        var paragraphs: [[String]] = []
        var current: [String] = []
        var fence: Fence?
        for line in lines {
            if let open = fence {
                if open.isClosed(by: line) { fence = nil }
            } else if let opened = Fence(opening: line) {
                fence = opened
            } else if MarkdownOutline.trimmed(line).isEmpty {
                if !current.isEmpty { paragraphs.append(current) }
                current = []
                continue
            }
            current.append(line)
        }
        if !current.isEmpty { paragraphs.append(current) }
        return paragraphs
    }

    /// A paragraph over the limit is cut at line ends; a line over it, after words.
    private static func withinLimit(_ lines: [String]) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for line in lines.flatMap(linesWithinLimit) {
            let joined = piece.isEmpty ? line : "\(piece)\n\(line)"
            if !piece.isEmpty && joined.unicodeScalars.count > maximumSectionLength {
                pieces.append(piece)
                piece = line
            } else {
                piece = joined
            }
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }

    private static func linesWithinLimit(_ line: String) -> [String] {
        var pieces: [String] = []
        var rest = line[...]
        while rest.unicodeScalars.count > maximumSectionLength {
            let scalars = rest.unicodeScalars
            let limit = scalars.index(scalars.startIndex, offsetBy: maximumSectionLength)
            let space = scalars[..<limit].lastIndex { $0 == " " }
            let cut = space.map { scalars.index(after: $0) } ?? limit
            pieces.append(String(rest[..<cut]))
            rest = rest[cut...]
        }
        pieces.append(String(rest))
        return pieces
    }

    /// `rules/returns.md` → `Returns`.
    private static func fileTitle(_ file: String) -> String {
        let words = stem(of: file).replacing("-", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func uniqueStem(_ file: String, _ used: inout Set<String>) -> String {
        let folders = file.split(separator: "/").dropLast()
        var candidate = stem(of: file)
        for folder in folders.reversed() where used.contains(candidate) { candidate = "\(slug(folder))-\(candidate)" }
        var numbered = candidate
        var number = 2
        while used.contains(numbered) {
            // Not a hyphen: `returns-2-1` would read as a part of `returns-2`.
            numbered = "\(candidate)~\(number)"
            number += 1
        }
        used.insert(numbered)
        return numbered
    }

    private static func stem(of file: String) -> String {
        let name = file.split(separator: "/").last ?? "rules"
        let stem = slug(name.lastIndex(of: ".").map { name[..<$0] } ?? name)
        return stem.isEmpty ? "rules" : stem
    }

    /// Lower case, every run of other than letters and digits a hyphen, at most 32 characters.
    private static func slug(_ text: some StringProtocol) -> String {
        let words = text.lowercased().split { !($0.isLetter || $0.isNumber) }
        let joined = words.joined(separator: "-").prefix(32)
        return joined.last == "-" ? String(joined.dropLast()) : String(joined)
    }
}
