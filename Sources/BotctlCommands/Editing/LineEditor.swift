/// A line that is being typed: keys in, what to do out. It draws nothing and reads nothing, so it can be tested key by
/// key. The cursor stands between characters as people see them: an emoji or an accented letter is one.
struct LineEditor: Equatable {
    /// Longer texts are cut: a bot takes far less.
    static let maximumCharacters = 20_000

    enum Action: Sendable, Equatable {
        /// The line looks different now, or not; nothing else is to be done.
        case edited
        case submitted(String)
        /// Ctrl-C at an empty line.
        case interrupted
        /// Ctrl-D at an empty line.
        case ended
        case clearScreen
        case suspend
    }

    /// What Ctrl-R looks for, and the line of the history that it found.
    struct Search: Equatable {
        var query = ""
        var index: Int
        var found: Int?
        /// What was typed before.
        var draft: [Character]
    }

    private(set) var characters: [Character] = []
    /// 0 to the number of characters.
    private(set) var cursor = 0
    private(set) var history: LineHistory
    private(set) var search: Search?
    /// What Tab completes.
    var completions: [String]
    private var killed: [Character] = []
    /// Where in the history the line is; `nil` is behind its end.
    private var place: Int?
    /// What was typed before the history was looked through.
    private var draft: [Character] = []

    init(history: LineHistory = LineHistory(), completions: [String] = []) {
        self.history = history
        self.completions = completions
    }

    var text: String { String(characters) }

    mutating func take(_ key: Key) -> Action {
        if search != nil, let action = searching(key) { return action }
        switch key {
        case .text(let text): insert(text)
        case .paste(let text): insert(text)
        case .newline: insert("\n")
        case .enter:
            let line = text
            history.add(line)
            clear()
            return .submitted(line)
        case .interrupt:
            guard characters.isEmpty else {
                clear()
                return .edited
            }
            return .interrupted
        case .endOfInput:
            guard characters.isEmpty else {
                remove(cursor..<min(cursor + 1, characters.count))
                return .edited
            }
            return .ended
        case .clearScreen: return .clearScreen
        case .suspend: return .suspend
        case .up: goUp()
        case .down: goDown()
        case .search: search = Search(index: history.lines.count, draft: characters)
        case .tab: complete()
        case .escape: break
        default: move(key)
        }
        return .edited
    }

    /// Puts text before what is there, as if it had been typed first.
    mutating func prepend(_ text: String) {
        let tail = characters.count - cursor
        cursor = 0
        insert(text + (characters.isEmpty ? "" : "\n"))
        cursor = characters.count - tail
    }

    private mutating func move(_ key: Key) {
        switch key {
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(characters.count, cursor + 1)
        case .home: cursor = lineStart(cursor)
        case .end: cursor = lineEnd(cursor)
        case .wordLeft: cursor = wordStart()
        case .wordRight: cursor = wordEnd()
        case .backspace: if cursor > 0 { remove(cursor - 1..<cursor) }
        case .delete: remove(cursor..<min(cursor + 1, characters.count))
        case .killToEnd: kill(cursor..<max(lineEnd(cursor), min(cursor + 1, characters.count)))
        case .killToStart: kill(lineStart(cursor)..<cursor)
        case .killWordBack: kill(wordStart()..<cursor)
        case .killWord: kill(cursor..<wordEnd())
        case .yank: insert(String(killed))
        case .transpose: transpose()
        default: break
        }
    }

    /// - Returns: `nil` for a key that ends the search and then does what it does.
    private mutating func searching(_ key: Key) -> Action? {
        guard var search else { return nil }
        switch key {
        case .text(let text): search.query += text
        case .paste(let text): search.query += text.filter { !$0.isNewline }
        case .backspace: search.query = String(search.query.dropLast())
        case .search:
            if let older = history.match(search.query, before: search.found ?? search.index) { search.found = older }
            show(search)
            return .edited
        case .escape, .interrupt:
            characters = search.draft
            cursor = characters.count
            self.search = nil
            return .edited
        default:
            self.search = nil
            return nil
        }
        search.found = history.match(search.query, before: search.index)
        show(search)
        return .edited
    }

    private mutating func show(_ search: Search) {
        self.search = search
        characters = search.found.map { Array(history.lines[$0]) } ?? search.draft
        cursor = characters.count
        place = nil
    }

    /// Control characters cannot be typed: some would steer the terminal.
    private mutating func insert(_ text: String) {
        var clean = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where last == "\r": break
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": clean.append("\n")
            case "\t": clean.append(contentsOf: "    ".unicodeScalars)
            default:
                let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                if !isControl { clean.append(scalar) }
            }
            last = scalar
        }
        let room = max(0, Self.maximumCharacters - characters.count)
        let added = String(String(clean).prefix(room))
        guard !added.isEmpty else { return }
        join(String(characters[..<cursor]) + added, String(characters[cursor...]))
    }

    /// Reads the text anew as a whole, with the cursor between its halves: an accent or a joiner becomes one character
    /// with what it now follows.
    private mutating func join(_ head: String, _ tail: String) {
        characters = Array(head + tail)
        cursor = max(0, characters.count - tail.count)
        place = nil
    }

    private mutating func remove(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        join(String(characters[..<range.lowerBound]), String(characters[range.upperBound...]))
    }

    private mutating func kill(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        killed = Array(characters[range])
        remove(range)
    }

    private mutating func clear() {
        characters = []
        cursor = 0
        place = nil
        draft = []
    }

    private mutating func transpose() {
        guard characters.count > 1, cursor > 0 else { return }
        let right = min(cursor, characters.count - 1)
        characters.swapAt(right - 1, right)
        join(String(characters[...right]), String(characters[(right + 1)...]))
    }

    private mutating func complete() {
        guard cursor == characters.count, characters.first == "/" else { return }
        let typed = text
        let fitting = completions.filter { $0.hasPrefix(typed) }
        guard fitting.count == 1, let only = fitting.first else { return }
        insert(String(only.dropFirst(typed.count)) + " ")
    }

    // The history, and the lines of a text that has several.

    private mutating func goUp() {
        let start = lineStart(cursor)
        guard start == 0 else { return cursor = min(lineStart(start - 1) + cursor - start, start - 1) }
        let next = (place ?? history.lines.count) - 1
        guard next >= 0 else { return }
        if place == nil { draft = characters }
        show(historyAt: next)
    }

    private mutating func goDown() {
        let end = lineEnd(cursor)
        guard end == characters.count else {
            return cursor = min(end + 1 + cursor - lineStart(cursor), lineEnd(end + 1))
        }
        guard let place else { return }
        guard place + 1 < history.lines.count else {
            characters = draft
            cursor = characters.count
            self.place = nil
            return
        }
        show(historyAt: place + 1)
    }

    private mutating func show(historyAt index: Int) {
        place = index
        characters = Array(history.lines[index])
        cursor = characters.count
    }

    private func lineStart(_ index: Int) -> Int {
        (characters[..<index].lastIndex(of: "\n") ?? -1) + 1
    }

    private func lineEnd(_ index: Int) -> Int {
        characters[index...].firstIndex(of: "\n") ?? characters.count
    }

    private func wordStart() -> Int {
        var index = cursor
        while index > 0, !Self.isWord(characters[index - 1]) { index -= 1 }
        while index > 0, Self.isWord(characters[index - 1]) { index -= 1 }
        return index
    }

    private func wordEnd() -> Int {
        var index = cursor
        while index < characters.count, !Self.isWord(characters[index]) { index += 1 }
        while index < characters.count, Self.isWord(characters[index]) { index += 1 }
        return index
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
