/// Splits text into comparable words: lower case, without diacritics, English ones without their endings; runs
/// of scripts that are written without spaces become pairs of characters.
enum Words {
    static func of(_ text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var run: [Unicode.Scalar] = []

        func endWord() {
            guard !word.isEmpty else { return }
            words.append(Stemmer.stem(String(word)))
            word = .init()
        }
        func endRun() {
            if run.count == 1 { words.append(String(String.UnicodeScalarView(run))) }
            for pair in zip(run, run.dropFirst()) {
                words.append(String(String.UnicodeScalarView([pair.0, pair.1])))
            }
            run = []
        }

        for scalar in text.unicodeScalars {
            if isUnspaced(scalar) {
                endWord()
                run.append(scalar)
                continue
            }
            endRun()
            if scalar.isASCII {
                let byte = UInt8(scalar.value)
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(Unicode.Scalar(byte | 0x20))
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    word.append(scalar)
                case UInt8(ascii: "'"): break
                default: endWord()
                }
            } else if isMark(scalar) || scalar == "\u{2019}" || scalar == "\u{AD}" {
                continue
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                word.append(contentsOf: folded(scalar))
            } else {
                endWord()
            }
        }
        endWord()
        endRun()
        return words
    }

    /// The scalar in lower case and without its diacritics: `É` → `e`, `ß` → `ss`, `ø` → `o`.
    private static func folded(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        // By way of upper case, as full case folding does: ß → SS → ss, ς → Σ → σ.
        let lower = scalar.properties.uppercaseMapping.unicodeScalars
            .flatMap { $0.properties.lowercaseMapping.unicodeScalars }
        return String.UnicodeScalarView(lower.filter { !isMark($0) }.map(base))
    }

    /// The letter under the diacritic, read from the character's own name, which spares a table of the
    /// Unicode decompositions.
    private static func base(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard !scalar.isASCII else { return scalar }
        if scalar == "\u{451}" { return "\u{435}" }
        guard let name = scalar.properties.name else { return scalar }
        let latin = "LATIN SMALL LETTER "
        if name.hasPrefix(latin) {
            let rest = name.dropFirst(latin.count)
            guard let letter = rest.unicodeScalars.first, rest.dropFirst().hasPrefix(" WITH ") else { return scalar }
            return Unicode.Scalar(letter.value | 0x20) ?? scalar
        }
        let greek = "GREEK SMALL LETTER "
        guard name.hasPrefix(greek), name.contains(" WITH ") else { return scalar }
        let letter = name.dropFirst(greek.count).prefix { $0 != " " }
        return greekLetters[String(letter)] ?? scalar
    }

    private static let greekLetters: [String: Unicode.Scalar] = [
        "ALPHA": "α", "EPSILON": "ε", "ETA": "η", "IOTA": "ι", "OMICRON": "ο", "UPSILON": "υ", "OMEGA": "ω",
        "RHO": "ρ",
    ]

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x300 && scalar.properties.generalCategory == .nonspacingMark
    }

    /// Ideographs, kana, Thai, Lao, Khmer, Myanmar.
    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0xE00 else { return false }
        switch scalar.value {
        case 0xE01...0xE30, 0xE32...0xE33, 0xE40...0xE46, 0xE81...0xEB0, 0x1000...0x102A, 0x1780...0x17B3,
            0x3041...0x3096, 0x30A1...0x30FA, 0x30FC:
            return true
        default: return scalar.properties.isIdeographic
        }
    }
}
