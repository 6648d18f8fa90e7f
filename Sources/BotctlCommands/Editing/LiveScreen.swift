/// The last rows of a terminal, drawn anew as they change, below lines that stay. Pure: it gives what to write.
struct LiveScreen: Equatable {
    /// What is drawn anew: its rows, and where the cursor stands in them.
    struct Block: Equatable {
        var rows: [String] = []
        var row = 0
        var column = 0
    }

    private var drawn = Block()

    /// - Parameters:
    ///   - lines: to stay, above the block.
    ///   - columns: of the terminal, now: one that was made narrower has folded the rows that are drawn.
    mutating func draw(_ lines: [String] = [], below block: Block, columns: Int) -> String {
        var text = erase(columns: columns)
        for line in lines { text += line + "\r\n" }
        text += block.rows.joined(separator: "\r\n")
        let up = block.rows.count - 1 - block.row
        if up > 0 { text += "\u{1B}[\(up)A" }
        text += "\r"
        if block.column > 0 { text += "\u{1B}[\(block.column)C" }
        drawn = block
        return text
    }

    /// Takes the block away; the cursor stands where it began.
    mutating func erase(columns: Int) -> String {
        defer { drawn = Block() }
        guard !drawn.rows.isEmpty else { return "" }
        let columns = max(1, columns)
        func folds(_ width: Int) -> Int { max(0, width - 1) / columns }
        let above =
            drawn.rows[..<drawn.row].reduce(0) { $0 + 1 + folds(displayWidth($1)) } + drawn.column / columns
        return (above > 0 ? "\u{1B}[\(above)A" : "") + "\r\u{1B}[J"
    }

    /// Something else has drawn: nothing is known to be there.
    mutating func forget() { drawn = Block() }
}
