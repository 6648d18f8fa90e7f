/// Makes a streamed reply harmless for whatever shows it: a page, a terminal, a mail.
///
/// - Links to hosts that neither prompt nor rules name are replaced by a note: a fooled model could send what it
///   knows to them, in a link's own text or in an image that loads by itself.
/// - Markdown's images become links, so that nothing loads unasked.
/// - HTML that loads or runs something is taken apart, and so are a model's control tokens.
/// - Characters that steer a terminal or reorder a line are dropped.
///
/// Only what may yet become one of these is held back, at most `longestLink` characters.
struct MarkupFilter {
    static let removedLink = "(link removed)"
    private static let longestLink = 2_048
    private static let longestTag = 14
    private static let longestToken = 48

    private let hosts: Set<String>
    /// What is not decided yet.
    private var held: [Unicode.Scalar] = []
    /// The last character that was decided on.
    private var last: Unicode.Scalar?
    /// What stands before the held text, where it opens a Markdown link's target: `](` or `]:`.
    private var opensTarget = false

    init(hosts: Set<String>) { self.hosts = hosts }

    mutating func push(_ text: String) -> String {
        held += text.unicodeScalars.filter { !Self.isDropped($0) }
        return decided(isFinal: false)
    }

    mutating func finish() -> String { decided(isFinal: true) }

    /// What to do with the beginning of the held text.
    private enum Decision {
        /// More must come.
        case wait
        /// `count` characters are gone; `text` comes in their place.
        case replace(count: Int, text: [Unicode.Scalar])
    }

    private mutating func decided(isFinal: Bool) -> String {
        var output = String.UnicodeScalarView()
        var index = 0
        while index < held.count {
            guard case .replace(let count, let text) = decision(held[index...], isFinal: isFinal) else { break }
            output.append(contentsOf: text)
            let before = count == 1 ? last : held[index + count - 2]
            opensTarget = before == "]" && (held[index + count - 1] == "(" || held[index + count - 1] == ":")
            last = held[index + count - 1]
            index += count
        }
        held.removeFirst(index)
        return String(output)
    }

    private func decision(_ rest: ArraySlice<Unicode.Scalar>, isFinal: Bool) -> Decision {
        let first = rest[rest.startIndex]
        let isAtStart = last.map { !Self.isWord($0) } ?? true
        if opensTarget, let decision = target(rest, isFinal: isFinal) { return decision }
        switch first {
        case "!":
            guard rest.count > 1 || isFinal else { return .wait }
            return .replace(count: 1, text: rest.dropFirst().first == "[" ? ["!", " "] : [first])
        case "<": return opening(rest, isFinal: isFinal)
        case "|":
            guard rest.count > 1 || isFinal else { return .wait }
            return .replace(count: 1, text: rest.dropFirst().first == ">" ? ["|", " "] : [first])
        default:
            if let decision = link(rest, isAtStart: isAtStart, isFinal: isFinal) { return decision }
            return .replace(count: 1, text: [first])
        }
    }

    // MARK: Links

    /// `www.` is linked by many clients as if it had a scheme.
    private static let schemes = ["http:", "https:", "ftp:", "ws:", "wss:", "file:", "blob:", "www."]
        .map { Array($0.unicodeScalars) }
    /// They run, or show, what they hold.
    private static let scripts = ["javascript:", "vbscript:", "data:"].map { Array($0.unicodeScalars) }

    private static let all = schemes + scripts
    /// What no word ends with: also in the middle of one.
    private static let linkedInWords = ["http:", "https:", "javascript:", "vbscript:"].map { Array($0.unicodeScalars) }

    /// `nil` where no link begins.
    private func link(_ rest: ArraySlice<Unicode.Scalar>, isAtStart: Bool, isFinal: Bool) -> Decision? {
        switch ControlTokens.folded(rest[rest.startIndex]) {
        case "h", "f", "w", "b", "j", "v", "d": break
        default: return nil
        }
        for scheme in Self.all where isAtStart || Self.linkedInWords.contains(scheme) {
            let written = rest.prefix(scheme.count)
            guard zip(written, scheme).allSatisfy({ ControlTokens.folded($0) == $1 }) else { continue }
            if written.count < scheme.count { return isFinal ? nil : .wait }
            return wholeLink(rest, scheme: scheme, isFinal: isFinal)
        }
        return nil
    }

    private func wholeLink(_ rest: ArraySlice<Unicode.Scalar>, scheme: [Unicode.Scalar], isFinal: Bool) -> Decision? {
        let body = rest.dropFirst(scheme.count).prefix { !Self.endsLink($0) }
        if body.count + scheme.count == rest.count, !isFinal, rest.count <= Self.longestLink { return .wait }
        let count = scheme.count + body.count
        // "Data: none", "https: what is that?", "data:none"
        let isText = body.isEmpty || scheme == Self.scripts.last && !body.contains(",")
        if isText { return .replace(count: scheme.count, text: Array(rest.prefix(scheme.count))) }
        if Self.scripts.contains(scheme) {
            return .replace(count: count, text: Array(Self.removedLink.unicodeScalars))
        }
        // What closes a sentence is not part of the link.
        let end = body.lastIndex { !".,;:!?'*_~".unicodeScalars.contains($0) }.map { body.index(after: $0) }
        let address = Array(body[..<(end ?? body.startIndex)])
        guard !address.isEmpty else { return .replace(count: scheme.count, text: Array(rest.prefix(scheme.count))) }
        let isKnown =
            rest.prefix(scheme.count).allSatisfy(\.isASCII)
            && HostNames.host(ofAuthority: address).map(hosts.contains) ?? false
        let length = scheme.count + address.count
        return .replace(
            count: length,
            text: isKnown ? Array(rest.prefix(length)) : Array(Self.removedLink.unicodeScalars)
        )
    }

    /// A Markdown target need not look like a link elsewhere: `](//host)`, `](&#104;ttps://host)`.
    private func target(_ rest: ArraySlice<Unicode.Scalar>, isFinal: Bool) -> Decision? {
        let spaces = rest.prefix { $0 == " " || $0 == "<" || $0 == "\n" || $0 == "\t" }
        let body = rest.dropFirst(spaces.count).prefix { !Self.endsLink($0) }
        if spaces.count + body.count == rest.count, !isFinal, rest.count <= Self.longestLink { return .wait }
        let text = String(String.UnicodeScalarView(body)).lowercased()
        if ["mailto:", "tel:", "http:", "https:", "www."].contains(where: text.hasPrefix) { return nil }
        let isOpen = text.hasPrefix("//") || text.contains { ":&\\".contains($0) }
        guard isOpen else { return nil }
        return .replace(
            count: spaces.count + body.count,
            text: Array(spaces) + Array(Self.removedLink.unicodeScalars)
        )
    }

    private static func endsLink(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || "<>()[]{}|\"`".unicodeScalars.contains(scalar)
    }

    // MARK: Tags and tokens

    /// HTML elements that load, run, ask for or hide something.
    private static let elements: Set<String> = [
        "a", "applet", "area", "audio", "base", "body", "button", "details", "dialog", "embed", "form", "frame",
        "frameset", "html", "iframe", "image", "img", "input", "link", "marquee", "math", "meta", "noscript", "object",
        "picture", "portal", "script", "select", "source", "style", "svg", "template", "textarea", "title", "track",
        "video", "xml",
    ]

    private func opening(_ rest: ArraySlice<Unicode.Scalar>, isFinal: Bool) -> Decision {
        guard let next = rest.dropFirst().first else { return isFinal ? .replace(count: 1, text: ["<"]) : .wait }
        if next == "|" { return token(rest, isFinal: isFinal) }
        if next == "!" || next == "?" { return .replace(count: 1, text: ["<", " "]) }
        let name = rest.dropFirst(next == "/" ? 2 : 1).prefix(
            Self.longestTag,
            while: { $0.isASCII && $0.properties.isAlphabetic }
        )
        let length = 1 + (next == "/" ? 1 : 0) + name.count
        if length == rest.count, name.count < Self.longestTag, !isFinal { return .wait }
        let element = String(String.UnicodeScalarView(name)).lowercased()
        return .replace(count: 1, text: Self.elements.contains(element) ? ["<", " "] : ["<"])
    }

    /// `<|eot_id|>`: a space in its place, so that what is around it does not become one.
    private func token(_ rest: ArraySlice<Unicode.Scalar>, isFinal: Bool) -> Decision {
        let name = rest.dropFirst(2).prefix(Self.longestToken, while: { Self.isWord($0) || $0 == "_" })
        let tail = rest.dropFirst(2 + name.count).prefix(2)
        if tail.count < 2, name.count < Self.longestToken, !isFinal { return .wait }
        if tail.elementsEqual(["|", ">"]) { return .replace(count: 2 + name.count + 2, text: [" "]) }
        return .replace(count: 1, text: ["<", " "])
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
    }

    /// Terminal controls, embeddings and overrides of direction (https://www.unicode.org/reports/tr9/), and the tag
    /// characters that no one sees.
    static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0xE0000...0xE007F: true
        default: ControlTokens.isRemoved(scalar)
        }
    }
}

extension Collection {
    fileprivate func prefix(_ maximum: Int, while predicate: (Element) -> Bool) -> SubSequence {
        prefix(maximum).prefix(while: predicate)
    }
}
