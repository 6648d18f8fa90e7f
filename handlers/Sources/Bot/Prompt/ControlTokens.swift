/// Takes the power out of text that a model's tokenizer would read as structure.
///
/// Llama marks roles with `<|start_header_id|>…<|end_header_id|>` and ends them with `<|eot_id|>`; other
/// families have their own. A customer, a rule or an earlier reply that contains such a token could forge a
/// role, also through an API that builds the prompt for us. A space inside makes it plain text, and leaves
/// it readable.
enum ControlTokens {
    /// What follows `<` and `|` look-alikes is irrelevant: `<|` and `|>` are broken wherever they stand.
    static func neutralised(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        var output = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            if isRemoved(scalar) {
                index += 1
                continue
            }
            let kind = plain(scalar)
            if kind == "<" || kind == "|",
                let next = scalars[(index + 1)...].firstIndex(where: { !isInvisible($0) && !isRemoved($0) }),
                plain(scalars[next]) == (kind == "<" ? "|" : ">")
            {
                output.append(kind)
                output.append(" ")
                index = next
                continue
            }
            output.append(scalar)
            if scalar == "<" || scalar == "[", literals.contains(where: { scalars[index...].starts(with: $0) }) {
                output.append(" ")
            }
            index += 1
        }
        return String(output)
    }

    /// The ASCII character that a look-alike is, or may be normalised to on its way to the model.
    static func plain(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        switch scalar.value {
        case 0xFF1C, 0xFE64, 0x2039, 0x3008, 0x27E8, 0x2329: "<"
        case 0xFF1E, 0xFE65, 0x203A, 0x3009, 0x27E9, 0x232A: ">"
        case 0xFF5C, 0xFFE8, 0x2223, 0x01C0, 0x2502, 0x00A6, 0x2758, 0x23D0: "|"
        default: scalar
        }
    }

    /// Format characters (zero-width spaces and joiners, soft hyphens, tags, …) and variation selectors.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x80
            && (scalar.properties.generalCategory == .format || scalar.properties.isVariationSelector
                || scalar.value == 0x034F || scalar.value == 0x115F || scalar.value == 0x1160)
    }

    /// Control characters say nothing to a reader and something, perhaps, to a parser on the way.
    private static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || scalar.value == 0x7F
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "<"), UInt8(ascii: "["), UInt8(ascii: "|"), 0x7F: false
        case 0x0A, 0x09: true
        default: byte >= 0x20 && byte < 0x80
        }
    }

    /// Tokens of other families (Mistral, Llama 2, Gemma) that are not made with `<|`.
    static let literals: [[Unicode.Scalar]] = [
        "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
        "[TOOL_CALLS]", "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "<<SYS>>", "<</SYS>>", "<s>", "</s>",
        "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>",
    ].map { Array($0.unicodeScalars) }
}
