/// Vectors without a model: texts that share parts of words are near each other. It knows no meaning, so it shows
/// that hybrid retrieval runs, not how well it finds paraphrases.
enum OfflineEmbedder {
    private static let lengths = 3...5

    /// Of length 1, unless the text has no letter or digit.
    static func vector(of text: String, dimensions: Int) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            let scalars = Array("<\(word)>".unicodeScalars)
            for length in lengths where length <= scalars.count {
                for start in 0...(scalars.count - length) {
                    let hash = hash(scalars[start..<(start + length)])
                    // The sign keeps parts that meet in one place from adding up.
                    vector[Int(hash % UInt64(dimensions))] += hash >> 63 == 0 ? 1 : -1
                }
            }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }

    /// FNV-1a, the same on every machine and in every run, with a finish that spreads it over all bits.
    private static func hash(_ scalars: ArraySlice<Unicode.Scalar>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for scalar in scalars { hash = (hash ^ UInt64(scalar.value)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        return hash ^ (hash >> 33)
    }
}
