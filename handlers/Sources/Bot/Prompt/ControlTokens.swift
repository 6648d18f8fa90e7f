/// Takes the power out of text that a model's tokenizer would read as structure.
///
/// Llama marks roles with `<|start_header_id|>…<|end_header_id|>` and ends them with `<|eot_id|>`; other
/// families have their own. A customer, a rule, a tool or an earlier reply that contains such a token could forge
/// a role, also through an API that builds the prompt for us. A space inside makes it plain text, and leaves
/// it readable. The tags that mark the rules in our own prompt are taken apart alike.
enum ControlTokens {
    /// What follows `<` and `|` look-alikes is irrelevant: `<|` and `|>` are broken wherever they stand.
    static func neutralised(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        let scalars = Array(text.unicodeScalars).filter { !isRemoved($0) }
        let units = Self.units(of: scalars)
        var output = String.UnicodeScalarView()
        var written = 0
        for (number, unit) in units.enumerated() where breaks(after: number, in: units) {
            output.append(contentsOf: scalars[written..<unit.end])
            output.append(" ")
            // What is invisible between two parts of a token goes with it.
            written = units[number + 1].start
        }
        output.append(contentsOf: scalars[written...])
        return String(output)
    }

    /// Tokens that are not made with `<|`, of other families (Mistral, Llama 2, Gemma) and of our own prompt, folded.
    static let literals: [[Unicode.Scalar]] = [
        "[inst]", "[/inst]", "[system_prompt]", "[/system_prompt]", "[available_tools]", "[/available_tools]",
        "[tool_calls]", "[tool_results]", "[/tool_results]", "<<sys>>", "<</sys>>", "<s>", "</s>",
        "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>", "<rules>", "</rules>",
    ].map { Array($0.unicodeScalars) }

    /// A visible character, or the HTML entity of one, as what it may be normalised to on its way to the model.
    private struct Unit {
        var folded: Unicode.Scalar
        var start: Int
        var end: Int
    }

    private static func units(of scalars: [Unicode.Scalar]) -> [Unit] {
        var units: [Unit] = []
        units.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if isInvisible(scalar) {
                index += 1
            } else if scalar == "&", let (named, end) = HTMLEntity.read(scalars, at: index) {
                units.append(Unit(folded: folded(named), start: index, end: end))
                index = end
            } else {
                units.append(Unit(folded: folded(scalar), start: index, end: index + 1))
                index += 1
            }
        }
        return units
    }

    private static func breaks(after number: Int, in units: [Unit]) -> Bool {
        guard number + 1 < units.count else { return false }
        switch (units[number].folded, units[number + 1].folded) {
        case ("<", "|"), ("|", ">"): return true
        case ("<", _), ("[", _):
            return literals.contains { literal in
                number + literal.count <= units.count
                    && literal.indices.allSatisfy { units[number + $0].folded == literal[$0] }
            }
        default: return false
        }
    }

    /// The lower-case ASCII character that a look-alike is, or may be normalised to.
    static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0x41...0x5A: ascii(scalar.value + 0x20)
        case ..<0x80: scalar
        case 0xFF1C, 0xFE64, 0x2039, 0x3008, 0x27E8, 0x2329, 0x276C, 0x276E, 0x2770, 0x02C2, 0x1438, 0x16B2: "<"
        case 0xFF1E, 0xFE65, 0x203A, 0x3009, 0x27E9, 0x232A, 0x276D, 0x276F, 0x2771, 0x02C3, 0x1433: ">"
        case 0xFFE8, 0x2223, 0x01C0, 0x2502, 0x2503, 0x00A6, 0x2758, 0x2759, 0x275A, 0x23D0, 0x05C0, 0x2D4F, 0x16C1:
            "|"
        case 0x3010, 0x301A, 0x2772: "["
        case 0x3011, 0x301B, 0x2773: "]"
        // Full width.
        case 0xFF01...0xFF5E: folded(ascii(scalar.value - 0xFEE0))
        // Mathematical letters, in alphabets of 26 capital and 26 small ones.
        case 0x1D400...0x1D6A3: ascii(0x61 + (scalar.value - 0x1D400) % 26)
        default: scalar
        }
    }

    private static func ascii(_ value: UInt32) -> Unicode.Scalar { Unicode.Scalar(UInt8(truncatingIfNeeded: value)) }

    /// Format characters (zero-width spaces and joiners, soft hyphens, tags, …) and variation selectors.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x80
            && (scalar.properties.generalCategory == .format || scalar.properties.isVariationSelector
                || scalar.value == 0x034F || scalar.value == 0x115F || scalar.value == 0x1160)
    }

    /// Control characters say nothing to a reader and something, perhaps, to a parser or a terminal on the way.
    static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7F...0x9F).contains(scalar.value)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: "["), UInt8(ascii: "|"), UInt8(ascii: "&"), 0x7F: false
        case 0x0A, 0x09: true
        default: byte >= 0x20 && byte < 0x80
        }
    }
}

/// The few entities that a control token can be written with (https://html.spec.whatwg.org/#named-character-references).
enum HTMLEntity {
    private static let names: [(name: [Unicode.Scalar], scalar: Unicode.Scalar)] = [
        ("lt", "<"), ("gt", ">"), ("vert", "|"), ("verbar", "|"), ("VerticalLine", "|"), ("lsqb", "["), ("lbrack", "["),
        ("rsqb", "]"), ("rbrack", "]"), ("sol", "/"), ("lowbar", "_"),
    ].map { (Array($0.0.unicodeScalars), $0.1) }

    /// - Parameter index: of an `&`. Encoded once more (`&amp;lt;`) it is read alike; a missing `;` is passed over, as
    ///   browsers do.
    /// - Returns: the character, and the index after the entity.
    static func read(_ scalars: [Unicode.Scalar], at index: Int) -> (scalar: Unicode.Scalar, end: Int)? {
        let amp = Array("amp;".unicodeScalars)
        var start = index + 1
        while scalars[start...].starts(with: amp) { start += amp.count }
        let rest = scalars[start...]
        if rest.first == "#" { return number(scalars, from: start + 1) }
        // The longest name first: `vert` is the beginning of no other, but `lt` may be of text.
        for (name, scalar) in names {
            let written = rest.prefix(name.count)
            guard written.count == name.count,
                zip(written, name).allSatisfy({ $0 == $1 || ControlTokens.folded($0) == ControlTokens.folded($1) })
            else { continue }
            let end = start + name.count
            return (scalar, end < scalars.count && scalars[end] == ";" ? end + 1 : end)
        }
        return nil
    }

    private static func number(_ scalars: [Unicode.Scalar], from start: Int) -> (scalar: Unicode.Scalar, end: Int)? {
        guard start < scalars.count else { return nil }
        let isHex = scalars[start] == "x" || scalars[start] == "X"
        var end = isHex ? start + 1 : start
        var value: UInt32 = 0
        var digits = 0
        while end < scalars.count, let digit = Character(scalars[end]).hexDigitValue, isHex || digit < 10, digits < 9 {
            value = value &* (isHex ? 16 : 10) &+ UInt32(digit)
            digits += 1
            end += 1
        }
        guard digits > 0, let scalar = Unicode.Scalar(value) else { return nil }
        return (scalar, end < scalars.count && scalars[end] == ";" ? end + 1 : end)
    }
}
