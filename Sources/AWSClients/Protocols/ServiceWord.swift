/// A closed list of words in a service's answers that the service may lengthen: a word not known here is
/// kept as it came instead of failing the whole answer.
package protocol ServiceWord: Hashable, Sendable, CustomStringConvertible {
    static var words: [(word: String, value: Self)] { get }
    static func unknown(_ word: String) -> Self
    /// The word of `unknown`.
    var unknownWord: String? { get }
}

extension ServiceWord {
    package init(word: String) {
        self = Self.words.first { $0.word == word }?.value ?? .unknown(word)
    }

    /// As the service writes it.
    package var word: String {
        unknownWord ?? Self.words.first { $0.value == self }?.word ?? ""
    }

    package var description: String { word }
}
