/// Reads one XML 1.0 document in UTF-8 into a tree: what AWS Query services and S3 answer with.
///
/// A document type declaration is refused, so there are no entities beyond the five predefined ones and
/// character references, and nothing outside the document is ever read. Depth, element count and (by the
/// input) size are bounded. Elements must nest; duplicate attributes and name characters beyond ASCII
/// punctuation are not checked, because nothing is decided by them.
struct XMLParser {
    struct Malformed: Error, Equatable, CustomStringConvertible {
        var offset: Int
        var reason: String
        var description: String { "malformed XML at byte \(offset): \(reason)" }
    }

    static let maximumDepth = 64
    static let maximumElements = 200_000
    static let maximumBytes = 16 << 20

    /// The document's root element.
    static func parse(_ bytes: [UInt8]) throws(Malformed) -> XMLElement {
        var parser = XMLParser(bytes)
        return try parser.document()
    }

    private let bytes: [UInt8]
    private var position = 0
    private var elements = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// An element whose end tag has not come yet.
    private struct Open {
        var qualifiedName: Range<Int>
        var text: [UInt8] = []
        var children: [XMLElement] = []
    }

    private mutating func document() throws(Malformed) -> XMLElement {
        guard bytes.count <= Self.maximumBytes else { throw malformed("larger than \(Self.maximumBytes) bytes") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        var stack: [Open] = []
        var root: XMLElement?
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                let start = position
                let text = try characterData()
                if stack.isEmpty {
                    guard text.allSatisfy(Self.isSpace) else { throw malformed("text outside of the root", at: start) }
                } else {
                    stack[stack.count - 1].text += text
                }
                continue
            }
            if skip("<?") {
                try skipPast("?>", "processing instruction")
            } else if skip("<!--") {
                try skipPast("-->", "comment")
            } else if skip("<![CDATA[") {
                guard !stack.isEmpty else { throw malformed("CDATA outside of the root") }
                let start = position
                try skipPast("]]>", "CDATA section")
                stack[stack.count - 1].text += bytes[start..<position - 3]
            } else if skip("<!") {
                throw malformed("a document type declaration is not accepted")
            } else if skip("</") {
                guard let open = stack.popLast() else { throw malformed("end tag without a start tag") }
                let name = try name()
                guard bytes[name] == bytes[open.qualifiedName] else {
                    throw malformed("end tag does not match its start tag", at: name.lowerBound)
                }
                skipSpace()
                guard skip(">") else { throw malformed("end tag is not closed") }
                close(try element(open), &stack, &root)
            } else {
                guard root == nil else { throw malformed("more than one root element") }
                position += 1
                let (open, isEmpty) = try startTag()
                if isEmpty {
                    close(try element(open), &stack, &root)
                } else {
                    guard stack.count < Self.maximumDepth else { throw malformed("deeper than \(Self.maximumDepth)") }
                    stack.append(open)
                }
            }
        }
        guard stack.isEmpty else { throw malformed("the document ends inside an element") }
        guard let root else { throw malformed("no element") }
        return root
    }

    private func close(_ element: XMLElement, _ stack: inout [Open], _ root: inout XMLElement?) {
        if stack.isEmpty { root = element } else { stack[stack.count - 1].children.append(element) }
    }

    private func element(_ open: Open) throws(Malformed) -> XMLElement {
        let local = bytes[open.qualifiedName].split(separator: UInt8(ascii: ":")).last ?? []
        guard let name = String(validating: local, as: UTF8.self),
            let text = String(validating: open.text, as: UTF8.self)
        else { throw malformed("not UTF-8", at: open.qualifiedName.lowerBound) }
        return XMLElement(name: name, text: text, children: open.children)
    }

    // MARK: Tags

    private mutating func startTag() throws(Malformed) -> (Open, isEmpty: Bool) {
        elements += 1
        guard elements <= Self.maximumElements else { throw malformed("more than \(Self.maximumElements) elements") }
        let open = Open(qualifiedName: try name())
        while true {
            let before = position
            skipSpace()
            if skip("/>") { return (open, true) }
            if skip(">") { return (open, false) }
            guard position > before else { throw malformed("attributes are not separated") }
            try skipAttribute()
        }
    }

    private mutating func skipAttribute() throws(Malformed) {
        _ = try name()
        skipSpace()
        guard skip("=") else { throw malformed("attribute without a value") }
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") || bytes[position] == UInt8(ascii: "'")
        else {
            throw malformed("attribute value is not quoted")
        }
        let quote = bytes[position]
        position += 1
        while position < bytes.count, bytes[position] != quote {
            switch bytes[position] {
            case UInt8(ascii: "<"): throw malformed("'<' in an attribute value")
            case UInt8(ascii: "&"): _ = try reference()
            default: position += 1
            }
        }
        guard skip(String(UnicodeScalar(quote))) else { throw malformed("attribute value is not closed") }
    }

    private mutating func name() throws(Malformed) -> Range<Int> {
        let start = position
        while position < bytes.count, Self.isNameByte(bytes[position]) { position += 1 }
        guard position > start, !(0x30...0x39).contains(bytes[start]), bytes[start] != 0x2D, bytes[start] != 0x2E else {
            throw malformed("a name is expected", at: start)
        }
        return start..<position
    }

    // MARK: Text

    private mutating func characterData() throws(Malformed) -> [UInt8] {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            switch bytes[position] {
            case UInt8(ascii: "&"):
                text += Array(String(try reference()).utf8)
            case 0x0D:
                // XML 1.0 §2.11: line ends are read as LF.
                text.append(0x0A)
                position += 1
                if position < bytes.count, bytes[position] == 0x0A { position += 1 }
            case let byte where byte < 0x20 && byte != 0x09 && byte != 0x0A:
                throw malformed("control character \(byte)")
            case UInt8(ascii: "]") where bytes[position...].starts(with: "]]>".utf8):
                throw malformed("']]>' in text")
            case let byte:
                text.append(byte)
                position += 1
            }
        }
        return text
    }

    private static let predefined: [String: UnicodeScalar] = [
        "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]

    private mutating func reference() throws(Malformed) -> Character {
        let start = position
        // The longest is &#x10FFFF; with room for leading zeros.
        let limit = min(bytes.count, position + 16)
        guard let end = bytes[position..<limit].firstIndex(of: UInt8(ascii: ";")) else {
            throw malformed("'&' begins no entity")
        }
        let body = String(decoding: bytes[start + 1..<end], as: UTF8.self)
        position = end + 1
        if let scalar = Self.predefined[body] { return Character(scalar) }
        guard body.first == "#" else { throw malformed("unknown entity &\(body);", at: start) }
        let digits = body.dropFirst()
        let isHexadecimal = digits.first == "x"
        let number = isHexadecimal ? digits.dropFirst() : digits
        guard number.first?.isHexDigit == true, let value = UInt32(number, radix: isHexadecimal ? 16 : 10),
            let scalar = UnicodeScalar(value), Self.isCharacter(scalar)
        else { throw malformed("character reference &\(body); is not a character", at: start) }
        return Character(scalar)
    }

    /// XML 1.0 §2.2.
    private static func isCharacter(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x2D, 0x2E, 0x80...: true
        default: false
        }
    }

    // MARK: Scanning

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private mutating func skip(_ token: String) -> Bool {
        guard bytes[position...].starts(with: token.utf8) else { return false }
        position += token.utf8.count
        return true
    }

    private mutating func skipPast(_ token: String, _ what: String) throws(Malformed) {
        let start = position
        while position < bytes.count {
            if skip(token) { return }
            position += 1
        }
        throw malformed("\(what) is not closed", at: start)
    }

    private func malformed(_ reason: String, at offset: Int? = nil) -> Malformed {
        Malformed(offset: offset ?? position, reason: reason)
    }
}
