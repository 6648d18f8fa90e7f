/// The last lines of a terminal's output, redrawn in place: each frame is one text for one write, and what stays as
/// it is is written over, not erased first, so that nothing flickers.
struct LiveBlock {
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - text: whole lines that stay, above the block.
    ///   - next: the block from now on; none takes it away. None is wider than the terminal.
    ///   - columns: as wide as the terminal is now; lines drawn for a wider one have wrapped meanwhile.
    /// - Returns: what to write; empty when nothing changes.
    mutating func frame(printing text: String = "", next: [String], columns: Int) -> String {
        if text.isEmpty, next == lines { return "" }
        var frame = backToFirstLine(columns)
        if !text.isEmpty {
            if !lines.isEmpty { frame += "\u{1B}[J" }
            frame += text
        }
        frame += next.map { "\($0)\u{1B}[K" }.joined(separator: "\n")
        // Where the block was higher, or is gone.
        if !lines.isEmpty, text.isEmpty { frame += "\u{1B}[J" }
        lines = next
        return frame
    }

    private func backToFirstLine(_ columns: Int) -> String {
        guard !lines.isEmpty else { return "" }
        let rows = lines.reduce(0) { $0 + max(1, (displayWidth($1) + columns - 1) / max(1, columns)) }
        return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
    }
}
