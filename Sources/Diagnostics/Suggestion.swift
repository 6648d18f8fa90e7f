/// Finds the name that a misspelt one was meant to be.
package enum Suggestion {
    /// The candidate that is nearest to `word`, if one is near enough to be worth a guess: a third of the
    /// word's length in edits (at least one), letter case not counted. Among equals the first candidate wins.
    package static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
        let scalars = folded(word)
        guard !scalars.isEmpty, scalars.count <= 64 else { return nil }
        let limit = max(1, scalars.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let other = folded(candidate)
            guard abs(other.count - scalars.count) <= limit else { continue }
            let found = distance(scalars, other)
            if found <= limit, found < best?.distance ?? Int.max { best = (candidate, found) }
        }
        return best?.name
    }

    /// Edits between two words: insertion, deletion, substitution, and the transposition of neighbours
    /// (optimal string alignment distance).
    package static func distance(_ left: String, _ right: String) -> Int {
        distance(Array(left.unicodeScalars), Array(right.unicodeScalars))
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        Array(word.lowercased().unicodeScalars)
    }

    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        guard !left.isEmpty else { return right.count }
        guard !right.isEmpty else { return left.count }
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for row in 1...left.count {
            var current = [row]
            current.reserveCapacity(right.count + 1)
            for column in 1...right.count {
                let same = left[row - 1] == right[column - 1]
                var cost = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + (same ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforePrevious[column - 2] + 1)
                }
                current.append(cost)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count]
    }
}
