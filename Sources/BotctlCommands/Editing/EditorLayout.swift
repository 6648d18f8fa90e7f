/// Where the characters of a line editor stand on a screen of some width.
struct EditorLayout: Equatable {
    var rows: [String]
    /// Of the cursor: the row, and how many columns are left of it.
    var row: Int
    var column: Int

    /// - Parameters:
    ///   - prompt: before the first row; the others are indented as far.
    ///   - columns: how many a row may take, at least 8. One less than the terminal has: a full last column is left
    ///     to the terminal's own mind, and those differ.
    ///   - maximumRows: of a longer text the rows around the cursor are shown.
    init(prompt: String, characters: [Character], cursor: Int, columns: Int, maximumRows: Int) {
        let columns = max(8, columns)
        let prompt = displayWidth(prompt) < columns - 2 ? prompt : ""
        let indent = String(repeating: " ", count: displayWidth(prompt))
        var rows = [prompt]
        var width = indent.count
        var place = (row: 0, column: width)
        func breakRow() {
            rows.append(indent)
            width = indent.count
        }
        for (index, character) in characters.enumerated() {
            let size = character == "\n" ? 0 : displayWidth(String(character))
            if width + size > columns { breakRow() }
            if index == cursor { place = (rows.count - 1, width) }
            if character == "\n" {
                breakRow()
            } else {
                rows[rows.count - 1].append(character)
                width += size
            }
        }
        if cursor >= characters.count {
            if width >= columns { breakRow() }
            place = (rows.count - 1, width)
        }
        let shown = max(1, maximumRows)
        let first = max(0, min(place.row - shown / 2, rows.count - shown))
        self.rows = Array(rows[first..<min(rows.count, first + shown)])
        row = place.row - first
        column = place.column
    }
}
