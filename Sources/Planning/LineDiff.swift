extension TextDiff {
    /// Lines around a change that a hunk shows.
    static let contextLines = 3

    /// `nil` when the texts are equal. Line ends are LF.
    package init?(from old: String, to new: String) {
        guard old != new else { return nil }
        let edits = LineDiff(lines(of: old), lines(of: new)).edits
        hunks = Self.hunks(edits)
    }

    private static func hunks(_ edits: [Line]) -> [Hunk] {
        var ranges: [Range<Int>] = []
        for index in edits.indices where edits[index].kind != .context {
            let range = max(0, index - contextLines)..<min(edits.count, index + contextLines + 1)
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var hunks: [Hunk] = []
        var oldLine = 1
        var newLine = 1
        var done = 0
        func pass(_ range: Range<Int>) {
            oldLine += edits[range].count { $0.kind != .added }
            newLine += edits[range].count { $0.kind != .removed }
        }
        for range in ranges {
            pass(done..<range.lowerBound)
            hunks.append(Hunk(oldStart: oldLine, newStart: newLine, lines: Array(edits[range])))
            pass(range)
            done = range.upperBound
        }
        return hunks
    }
}

private func lines(of text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The last line break ends a line; it does not begin another.
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
}

/// The shortest edit script between two lists of lines (Myers, "An O(ND) difference algorithm", 1986).
struct LineDiff {
    private(set) var edits: [TextDiff.Line] = []

    /// Beyond this many differences the middle is shown as replaced whole: nobody reads such a diff line by
    /// line, and the search takes memory with their square.
    static let maximumDifferences = 1_000

    init(_ old: [Substring], _ new: [Substring]) {
        var prefix = 0
        while prefix < min(old.count, new.count), old[prefix] == new[prefix] { prefix += 1 }
        var suffix = 0
        while suffix < min(old.count, new.count) - prefix,
            old[old.count - 1 - suffix] == new[new.count - 1 - suffix]
        { suffix += 1 }
        let oldMiddle = Array(old[prefix..<old.count - suffix])
        let newMiddle = Array(new[prefix..<new.count - suffix])
        edits = old[..<prefix].map { TextDiff.Line(.context, String($0)) }
        edits += Self.script(oldMiddle, newMiddle)
        edits += old[(old.count - suffix)...].map { TextDiff.Line(.context, String($0)) }
    }

    private static func script(_ old: [Substring], _ new: [Substring]) -> [TextDiff.Line] {
        guard let trace = trace(old, new) else {
            return old.map { .init(.removed, String($0)) } + new.map { .init(.added, String($0)) }
        }
        var reversed: [TextDiff.Line] = []
        var x = old.count
        var y = new.count
        for (distance, furthest) in trace.enumerated().reversed() {
            let diagonal = x - y
            let isDown =
                diagonal == -distance
                || (diagonal != distance && furthest[diagonal - 1 + trace.count] < furthest[diagonal + 1 + trace.count])
            let previous = isDown ? diagonal + 1 : diagonal - 1
            let fromX = distance == 0 ? 0 : furthest[previous + trace.count]
            let fromY = distance == 0 ? 0 : fromX - previous
            while x > fromX && y > fromY {
                reversed.append(.init(.context, String(old[x - 1])))
                x -= 1
                y -= 1
            }
            guard distance > 0 else { break }
            if isDown {
                reversed.append(.init(.added, String(new[y - 1])))
                y -= 1
            } else {
                reversed.append(.init(.removed, String(old[x - 1])))
                x -= 1
            }
        }
        return reversed.reversed()
    }

    /// For each number of differences, how far along the old lines each diagonal was before it; arrays are
    /// indexed by diagonal plus the trace's count. `nil` over `maximumDifferences`.
    private static func trace(_ old: [Substring], _ new: [Substring]) -> [[Int]]? {
        let limit = min(old.count + new.count, maximumDifferences)
        let offset = limit + 1
        var furthest = [Int](repeating: 0, count: 2 * limit + 3)
        var trace: [[Int]] = []
        for distance in 0...limit {
            trace.append(furthest)
            for diagonal in stride(from: -distance, through: distance, by: 2) {
                let isDown =
                    diagonal == -distance
                    || (diagonal != distance && furthest[offset + diagonal - 1] < furthest[offset + diagonal + 1])
                var x = isDown ? furthest[offset + diagonal + 1] : furthest[offset + diagonal - 1] + 1
                var y = x - diagonal
                while x < old.count, y < new.count, old[x] == new[y] {
                    x += 1
                    y += 1
                }
                furthest[offset + diagonal] = x
                if x >= old.count, y >= new.count {
                    return trace.map { Array($0[(offset - trace.count)...(offset + trace.count)]) }
                }
            }
        }
        return nil
    }
}
