import BotContract

/// Takes the rule markers (`[returns-3]`) out of a reply while it streams, and remembers what they cite.
///
/// What `push` and `finish` return, joined, is the reply without markers, without white space at its ends
/// and without the space before a marker. Text that may yet turn out to be a marker is held back, so that a
/// marker never shows, not even for a moment.
struct CitationFilter {
    /// No marker is longer; a bracket that is, is text.
    private static let longestMarker = 200

    private let known: Set<String>
    /// Known ids in the order of their first citation.
    private(set) var cited: [String] = []
    /// Whether the model wrote that no rule covers the question.
    private(set) var saysNoRule = false
    /// From a `[` on, while it may become a marker.
    private var bracket = String.UnicodeScalarView()
    /// White space whose fate the next character decides.
    private var spaces = String.UnicodeScalarView()
    private var last: Unicode.Scalar?
    private var followsMarker = false

    init(known: some Sequence<String>) { self.known = Set(known) }

    mutating func push(_ text: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { take(scalar, into: &output) }
        return String(output)
    }

    /// What was held back. A marker that the model did not get to finish is dropped.
    mutating func finish() -> String {
        var output = String.UnicodeScalarView()
        let body = String(bracket.dropFirst())
        if !body.unicodeScalars.allSatisfy(Self.isMarkerScalar) {
            emitBracket(into: &output)
        }
        bracket = .init()
        spaces = .init()
        return String(output)
    }

    private mutating func take(_ scalar: Unicode.Scalar, into output: inout String.UnicodeScalarView) {
        if !bracket.isEmpty {
            switch scalar {
            case "]":
                bracket.append(scalar)
                if let ids = markerIds() {
                    for id in ids where known.contains(id) && !cited.contains(id) { cited.append(id) }
                    if ids.contains(where: Self.isNoRuleMarker) { saysNoRule = true }
                    dropSpacesOfLine()
                    bracket = .init()
                    followsMarker = true
                } else {
                    emitBracket(into: &output)
                }
            case "[", "\n":
                emitBracket(into: &output)
                take(scalar, into: &output)
            default:
                bracket.append(scalar)
                if bracket.count > Self.longestMarker { emitBracket(into: &output) }
            }
            return
        }
        if scalar == "[" {
            bracket.append(scalar)
        } else if scalar.properties.isWhitespace {
            let startsLine = last == nil || spaces.last == "\n" || (last == "\n" && spaces.isEmpty)
            if followsMarker, startsLine, scalar != "\n" { return }
            spaces.append(scalar)
        } else {
            emit(scalar, into: &output)
        }
    }

    private mutating func emit(_ scalar: Unicode.Scalar, into output: inout String.UnicodeScalarView) {
        if last != nil { output.append(contentsOf: spaces) }
        spaces = .init()
        output.append(scalar)
        last = scalar
        followsMarker = false
    }

    private mutating func emitBracket(into output: inout String.UnicodeScalarView) {
        let held = bracket
        bracket = .init()
        for scalar in held {
            if scalar.properties.isWhitespace { spaces.append(scalar) } else { emit(scalar, into: &output) }
        }
    }

    private mutating func dropSpacesOfLine() {
        while let space = spaces.last, space != "\n" { spaces.removeLast() }
    }

    /// The ids in the held bracket, or `nil` where it is ordinary text.
    private func markerIds() -> [String]? {
        let body = bracket.dropFirst().dropLast()
        var ids: [String] = []
        for part in body.split(whereSeparator: { $0 == "," || $0 == ";" || $0.properties.isWhitespace }) {
            let id = String(String.UnicodeScalarView(part))
            guard known.contains(id) || Self.looksLikeId(id) || Self.isNoRuleMarker(id) else { return nil }
            ids.append(id)
        }
        return ids.isEmpty ? nil : ids
    }

    /// Lower case with a number at the end: `returns-3`. Models invent ids of this shape; they are not shown
    /// either.
    private static func looksLikeId(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, first.properties.isAlphabetic,
            let dash = scalars.lastIndex(of: "-")
        else { return false }
        let number = scalars[scalars.index(after: dash)...]
        return !number.isEmpty && number.allSatisfy { ("0"..."9").contains($0) }
            && scalars.allSatisfy {
                $0.properties.isAlphabetic && !$0.properties.isUppercase || ("0"..."9").contains($0) || $0 == "-"
                    || $0 == "_"
            }
    }

    private static func isNoRuleMarker(_ text: String) -> Bool { text.lowercased() == Prompt.noRuleMarker }

    private static func isMarkerScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_,; ".unicodeScalars.contains(scalar)
    }
}
