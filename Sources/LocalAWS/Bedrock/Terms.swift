/// What a text is about, as words that compare: lower case, without endings, without words that every
/// question has. English only, because it is a stand-in for understanding, not the bot's own retrieval.
func terms(of text: String) -> [String] {
    var result: [String] = []
    for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }) {
        let plain = word.prefix { $0 != "'" && $0 != "’" }
        guard plain.count > 1 || plain.first?.isNumber == true, !stopWords.contains(plain) else { continue }
        result.append(stem(String(plain)))
    }
    return result
}

/// Words that customers use for what the rules call otherwise; the keys and values are stems.
let synonyms: [String: [String]] = [
    "broken": ["fault", "faulty", "damag", "repair"],
    "package": ["parcel"], "packag": ["parcel"],
    "delivery": ["ship", "deliver"], "deliver": ["ship", "delivery"], "ship": ["deliver", "delivery"],
    "guarantee": ["warranty"], "guarante": ["warranty"],
    "money": ["refund"], "back": ["return"],
    "cost": ["price", "charg"], "price": ["cost"], "expensiv": ["price", "cost"],
    "fix": ["repair"], "mend": ["repair"],
    "login": ["sign", "password"], "log": ["sign"],
    "pay": ["payment"], "payment": ["pay"],
    "hour": ["open"],
    "store": ["shop"], "shop": ["store"],
    "exchang": ["return"], "swap": ["exchang"],
    "quick": ["express"], "fast": ["express"], "faster": ["express"],
    "delet": ["deletion"], "zipper": ["zip"],
]

private let stopWords: Set<Substring> = [
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "could", "did", "do", "does", "doing", "don", "for", "from", "get", "give", "given", "go", "got", "had",
    "has", "have", "hello", "help", "hey", "hi", "how", "i", "if", "in", "into", "is", "isn", "it", "its", "just",
    "know", "let", "like", "long", "many", "me", "more", "much", "my", "need", "no", "not", "of", "on", "one", "or",
    "our", "please", "question", "shall", "should", "so", "some", "tell", "than", "thank", "thanks", "that", "the",
    "their", "them", "then", "there", "these", "they", "this", "to", "too", "us", "want", "was", "we", "were",
    "what", "when", "where", "which", "who", "why", "will", "with", "would", "yes", "you", "your",
]

private func stem(_ word: String) -> String {
    var word = word
    func drop(_ suffix: String, to replacement: String = "", keeping minimum: Int) -> Bool {
        guard word.hasSuffix(suffix), word.count - suffix.count >= minimum else { return false }
        word = String(word.dropLast(suffix.count)) + replacement
        return true
    }
    if !drop("ies", to: "y", keeping: 2), !word.hasSuffix("ss"), !word.hasSuffix("us") { _ = drop("s", keeping: 3) }
    if drop("ing", keeping: 3) || drop("ed", keeping: 3) {
        let end = word.suffix(2)
        if end.count == 2, end.first == end.last, !"aeiouls".contains(end.first ?? "a") { word.removeLast() }
    }
    // "cancelling" and "cancel" are one word.
    if word.hasSuffix("ll"), word.count > 5 { word.removeLast() }
    _ = drop("e", keeping: 3)
    return word
}
