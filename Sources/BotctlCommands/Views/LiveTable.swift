/// The work on a stack as a table that is redrawn in place, its resources grouped by state:
///
///     Progress  2 of 44 done, 38 s, about 20 s to go; waiting for Table
///     Failed    Alarm             the name is taken
///     Working   Table             DynamoDB Table          31 s
///     Done      HelloRole         IAM Role                12 s
///               and 1 more
///     Waiting   40: Api, Stage, …
struct LiveTable {
    let watch: WatchedStack

    /// More is not calm any more.
    private static let mostLines = 20
    private static let mostDone = 6
    private static let leastWidth = 36
    private static let labelWidth = 10
    private static let timeWidth = 11

    /// Fits the terminal: one column and one row stay free, so that nothing wraps or scrolls.
    func lines(columns: Int, rows: Int, style: Style) -> [String] {
        let width = max(1, columns - 1)
        let height = max(1, min(rows - 1, Self.mostLines))
        let failed = watch.failed
        let working = watch.working
        let done = watch.finished
        let waiting = watch.waiting
        guard height > 4, width >= Self.leastWidth else { return [shortened(visible(progress), to: width)] }
        let progress = line("Progress", progress, width, style)
        var left = height - 1 - (waiting.isEmpty ? 0 : 1)
        let failedRows = min(failed.count, max(1, left / 3))
        left -= failedRows
        let workingRows = min(working.count, left - (done.isEmpty ? 0 : 1))
        let doneRows = min(done.count, left - workingRows, Self.mostDone)
        let names = nameWidth(width)
        var lines = [progress]
        lines += group("Failed", failed, failedRows, style) { row in
            let name = padded(shortenedInside(visible(row.id), to: names), to: names)
            let room = width - Self.labelWidth - names - 2
            return style.red("\(name)  \(shortened(visible(row.reason ?? ""), to: room))")
        }
        lines += group("Working", working, workingRows, style) { cells($0, names, width, style) }
        lines += group("Done", done, doneRows, style) { cells($0, names, width, style) }
        if !waiting.isEmpty {
            lines.append(line("Waiting", "\(waiting.count): \(waiting.joined(separator: ", "))", width, style))
        }
        return lines
    }

    private var progress: String {
        var text = "\(watch.count), \(wholeSeconds(watch.shownSeconds))"
        if !watch.failed.isEmpty { text += ", \(watch.failed.count) failed" }
        if let remaining = watch.remaining { text += ", \(remaining)" }
        return text + (watch.waitedFor.map { "; waiting for \($0)" } ?? "")
    }

    private func label(_ text: String, _ style: Style) -> String { style.faint(padded(text, to: Self.labelWidth)) }

    private func line(_ label: String, _ text: String, _ width: Int, _ style: Style) -> String {
        self.label(label, style) + shortened(visible(text), to: width - Self.labelWidth)
    }

    /// At most so many lines; the last one counts what has none.
    private func group(
        _ name: String,
        _ rows: [WatchedStack.Row],
        _ count: Int,
        _ style: Style,
        _ cells: (WatchedStack.Row) -> String
    ) -> [String] {
        guard count > 0 else { return [] }
        var texts = rows.prefix(count).map(cells)
        if rows.count > count { texts[count - 1] = style.faint("and \(rows.count - count + 1) more") }
        return texts.enumerated().map { label($0.offset == 0 ? name : "", style) + $0.element }
    }

    private func cells(_ row: WatchedStack.Row, _ names: Int, _ width: Int, _ style: Style) -> String {
        let name = padded(shortenedInside(visible(row.id), to: names), to: names)
        let types = max(0, min(28, width - Self.labelWidth - names - 2 - Self.timeWidth))
        let type = padded(shortened(visible(shortType(row.type)), to: types), to: types)
        let time = wholeSeconds(row.seconds)
        let space = String(repeating: " ", count: max(1, Self.timeWidth - time.count))
        return "\(name)  \(style.faint(type + space + time))"
    }

    /// The same for every frame of one work, so that no column moves.
    private func nameWidth(_ width: Int) -> Int {
        let known = watch.expected ?? Set((watch.working + watch.finished + watch.failed).map(\.id))
        let longest = known.map { displayWidth(visible($0)) }.max() ?? 0
        return max(8, min(longest, (width - Self.labelWidth - Self.timeWidth) * 3 / 5))
    }
}
