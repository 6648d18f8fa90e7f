/// A text that replies must not repeat, as words.
struct SecretText {
    /// What a run of words weighs that is a repetition, a word 2, a character of a script without spaces 1: sixteen
    /// words are no coincidence, and no sentence that every bot says.
    static let limit = 32
    /// From here on a run is held back until it is broken off or long enough.
    static let suspicion = 10

    let words: [String]
    /// Where each word is.
    private(set) var positions: [String: [Int]] = [:]

    /// - Parameter text: what it has in quotation marks is meant to be said, and left out.
    init(_ text: String) {
        var words: [String] = []
        for part in Self.unquoted(text) {
            words += Self.words(of: part)
            // No run goes across a quotation.
            words.append("")
        }
        self.words = words
        for (position, word) in words.enumerated() where !word.isEmpty { positions[word, default: []].append(position) }
    }

    static func words(of text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars where !ControlTokens.isInvisible(scalar) {
            if isIdeograph(scalar) {
                if !word.isEmpty { words.append(word) }
                words.append(String(scalar))
                word = ""
            } else if isWord(scalar) {
                word.unicodeScalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            } else if !word.isEmpty {
                words.append(word)
                word = ""
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }

    static func weight(of word: String) -> Int { word.unicodeScalars.first.map { isIdeograph($0) ? 1 : 2 } ?? 0 }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    /// Of scripts that put no space between words.
    static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1780...0x17FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            true
        default: false
        }
    }

    private static func unquoted(_ text: String) -> [String] {
        var parts: [String] = []
        for (number, part) in text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        where number % 2 == 0 {
            var rest = part[...]
            while let open = rest.firstIndex(of: "“"), let close = rest[open...].firstIndex(of: "”") {
                parts.append(String(rest[..<open]))
                rest = rest[rest.index(after: close)...]
            }
            parts.append(String(rest))
        }
        return parts
    }
}

/// Cuts a streamed reply off where it begins to repeat a secret text.
struct LeakGuard {
    private let secret: SecretText
    /// What may be repeated though the secret holds it too: the rules that the model was given.
    private let allowed: () -> [String]
    private(set) var hasLeaked = false

    private var held = String.UnicodeScalarView()
    private var word = ""
    /// The words of the reply that may belong to a run.
    private var recent: [String] = []
    /// By the place in the secret where a run's last word is, what the run weighs.
    private var runs: [Int: Int] = [:]
    private var weight = 0

    init(_ secret: SecretText, allowed: @escaping () -> [String]) {
        self.secret = secret
        self.allowed = allowed
    }

    mutating func push(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if hasLeaked { break }
            let isIdeograph = SecretText.isIdeograph(scalar)
            if isIdeograph || !SecretText.isWord(scalar) && !ControlTokens.isInvisible(scalar) { finishWord() }
            if isIdeograph {
                word = String(scalar)
                finishWord()
            } else if SecretText.isWord(scalar) {
                word.unicodeScalars.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
            held.append(scalar)
            release(into: &output)
        }
        return String(output)
    }

    mutating func finish() -> String {
        var output = String.UnicodeScalarView()
        finishWord()
        if !hasLeaked { output = held }
        held = .init()
        return String(output)
    }

    private mutating func release(into output: inout String.UnicodeScalarView) {
        guard !hasLeaked, weight < SecretText.suspicion else { return }
        output.append(contentsOf: held)
        held = .init()
    }

    private mutating func finishWord() {
        guard !word.isEmpty else { return }
        var longer: [Int: Int] = [:]
        let own = SecretText.weight(of: word)
        for position in secret.positions[word] ?? [] { longer[position] = (runs[position - 1] ?? 0) + own }
        runs = longer
        weight = runs.values.max() ?? 0
        if runs.isEmpty { recent = [] } else { recent.append(word) }
        word = ""
        guard weight >= SecretText.limit else { return }
        if isAllowed() {
            runs = [:]
            recent = []
            weight = 0
        } else {
            hasLeaked = true
            held = .init()
        }
    }

    private func isAllowed() -> Bool {
        let run = recent.suffix(SecretText.limit / 2)
        let words = allowed()
        guard words.count >= run.count else { return false }
        return (0...(words.count - run.count)).contains { words[$0..<($0 + run.count)].elementsEqual(run) }
    }
}
