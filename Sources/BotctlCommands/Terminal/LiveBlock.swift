/// The last lines of a terminal's output, redrawn in place: each frame is one text for one write, and what stays as
/// it is is written over, not erased first, so that nothing flickers.
struct LiveBlock {
    private(set) var lines: [String] = []

    /// - Parameters:
    ///   - text: whole lines that stay, above the block.
    ///   - next: the block from now on; none takes it away. None is wider than the terminal.
    ///   - columns: as wide as the terminal is now; lines drawn for a wider one have wrapped meanwhile.
    ///   - rows: as high as it is now; what has scrolled out of it stays there.
    /// - Returns: what to write; empty when nothing changes.
    mutating func frame(printing text: String = "", next: [String], columns: Int, rows: Int = 24) -> String {
        if text.isEmpty, next == lines { return "" }
        var frame = backToFirstLine(columns, rows)
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

    private func backToFirstLine(_ columns: Int, _ rows: Int) -> String {
        guard !lines.isEmpty else { return "" }
        let drawn = lines.reduce(0) { $0 + max(1, (displayWidth($1) + columns - 1) / max(1, columns)) }
        let up = min(drawn, max(1, rows)) - 1
        return up > 0 ? "\r\u{1B}[\(up)A" : "\r"
    }
}
