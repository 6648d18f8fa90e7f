/// Finds the words of the rules that a customer may have meant by one that none of them has.
struct Spelling {
    private struct Entry {
        let word: String
        let scalars: [Unicode.Scalar]
        /// Which of 64 classes of letters occur; words whose classes differ in many are far apart.
        let letters: UInt64
    }

    /// By length, so that only words of a length within reach are looked at.
    private var entries: [Int: [Entry]] = [:]
    /// What is looked for at most when a word is misspelt.
    private static let suggestions = 3

    init(_ vocabulary: some Sequence<String>) {
        for word in vocabulary {
            let scalars = Array(word.unicodeScalars)
            guard scalars.count >= Self.shortest - 1 else { continue }
            entries[scalars.count, default: []].append(
                Entry(word: word, scalars: scalars, letters: Self.classes(scalars))
            )
        }
    }

    /// A shorter word has too many neighbours.
    private static let shortest = 4

    /// Nearest words first, all at one distance; none for a word that is too short or has a digit in it.
    func near(_ word: String) -> [(word: String, distance: Int)] {
        let scalars = Array(word.unicodeScalars)
        guard scalars.count >= Self.shortest, !scalars.contains(where: { $0.properties.numericType != nil }) else {
            return []
        }
        let limit = scalars.count < 8 ? 1 : 2
        let letters = Self.classes(scalars)
        var best = limit
        var found: [(word: String, distance: Int)] = []
        for length in (scalars.count - limit)...(scalars.count + limit) {
            for entry in entries[length] ?? [] {
                // An edit changes at most two classes.
                guard (entry.letters ^ letters).nonzeroBitCount <= 2 * best,
                    let distance = Self.distance(scalars, entry.scalars, limit: best)
                else { continue }
                if distance < best { found.removeAll() }
                best = distance
                found.append((entry.word, distance))
            }
        }
        return Array(found.sorted { $0.word < $1.word }.prefix(Self.suggestions))
    }

    /// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. `nil` above the limit.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar], limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var before: [Int] = []
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1] + Array(repeating: 0, count: right.count)
            var smallest = row + 1
            for (column, other) in right.enumerated() {
                var cost = min(previous[column + 1] + 1, current[column] + 1)
                cost = min(cost, previous[column] + (scalar == other ? 0 : 1))
                if row > 0, column > 0, scalar == right[column - 1], left[row - 1] == other {
                    cost = min(cost, before[column - 1] + 1)
                }
                current[column + 1] = cost
                smallest = min(smallest, cost)
            }
            if smallest > limit { return nil }
            before = previous
            previous = current
        }
        return previous[right.count] <= limit ? previous[right.count] : nil
    }

    private static func classes(_ scalars: [Unicode.Scalar]) -> UInt64 {
        scalars.reduce(0) { $0 | (1 << UInt64($1.value & 63)) }
    }
}
