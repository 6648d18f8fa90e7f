/// Takes the endings off English words, so that `exchanges`, `exchanged` and `exchanging` are one word.
///
/// Lighter than Porter's stemmer: it only has to make forms equal that customers and rules use for the same
/// thing. Words of other languages that look English lose letters too, in questions and rules alike.
enum Stemmer {
    /// - Parameter word: in lower case; words with other than ASCII letters are returned as they are.
    static func stem(_ word: String) -> String {
        let count = word.utf8.count
        guard count > 3, word.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else { return word }
        var letters = Array(word.utf8)
        dropPlural(&letters)
        dropVerbEnding(&letters)
        if !drop("ation", from: &letters, leaving: 5) { drop("ly", from: &letters, leaving: 4) }
        if ends(letters, "our"), letters.count > 4 { letters.remove(at: letters.count - 2) }
        if letters.last == UInt8(ascii: "e"), letters.count > 3 { letters.removeLast() }
        if letters.last == UInt8(ascii: "y"), letters.count > 5 { letters.removeLast() }
        // Authorize and authorise; sell, selling and cancel, cancelling.
        if ends(letters, "iz"), letters.count > 4 { letters[letters.count - 1] = UInt8(ascii: "s") }
        if ends(letters, "ll"), letters.count > 3 { letters.removeLast() }
        return String(decoding: letters, as: UTF8.self)
    }

    private static func dropPlural(_ letters: inout [UInt8]) {
        guard letters.last == UInt8(ascii: "s"), !ends(letters, "ss"), !ends(letters, "us"), !ends(letters, "is") else {
            return
        }
        if ends(letters, "ies"), letters.count > 4 {
            letters.removeLast(3)
            letters.append(UInt8(ascii: "y"))
        } else if ["sses", "xes", "ches", "shes", "zzes"].contains(where: { ends(letters, $0) }) {
            letters.removeLast(2)
        } else {
            letters.removeLast()
        }
    }

    private static func dropVerbEnding(_ letters: inout [UInt8]) {
        if ends(letters, "ied"), letters.count > 4 {
            letters.removeLast(2)
            letters[letters.count - 1] = UInt8(ascii: "y")
            return
        }
        for ending in ["ing", "ed"] {
            let rest = letters.dropLast(ending.utf8.count)
            guard ends(letters, ending), rest.count >= 3, rest.contains(where: isVowel), !ends(letters, "eed") else {
                continue
            }
            letters = Array(rest)
            let last = letters[letters.count - 1]
            if letters.count > 3, last == letters[letters.count - 2], !isVowel(last),
                ![UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "z")].contains(last)
            {
                letters.removeLast()
            }
            return
        }
    }

    @discardableResult
    private static func drop(_ ending: String, from letters: inout [UInt8], leaving minimum: Int) -> Bool {
        guard ends(letters, ending), letters.count - ending.utf8.count >= minimum else { return false }
        letters.removeLast(ending.utf8.count)
        return true
    }

    private static func ends(_ letters: [UInt8], _ ending: String) -> Bool {
        letters.count >= ending.utf8.count && letters.suffix(ending.utf8.count).elementsEqual(ending.utf8)
    }

    private static func isVowel(_ letter: UInt8) -> Bool { Array("aeiouy".utf8).contains(letter) }
}
