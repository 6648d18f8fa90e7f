/// The code, the message and the request id of an XML error. A scan, not an XML parser: it follows the nesting
/// of elements, replaces the predefined and numeric entities, declares none, and cannot be made to do more
/// work than the body is long.
struct XMLErrorDocument {
    private(set) var code: String?
    private(set) var message: String?
    private(set) var requestId: String?

    /// Deeper elements are passed over.
    private static let maximumDepth = 16
    private static let maximumText = 64 * 1024

    init(_ body: [UInt8]) {
        var scanner = XMLScanner(body)
        var path: [String] = []
        var ignoredDepth = 0
        var text: [UInt8] = []
        while let token = scanner.next() {
            switch token {
            case .open(let name, let empty):
                text.removeAll(keepingCapacity: true)
                guard !empty else { continue }
                if path.count < Self.maximumDepth, ignoredDepth == 0 {
                    path.append(name)
                } else {
                    ignoredDepth += 1
                }
            case .close:
                if ignoredDepth > 0 {
                    ignoredDepth -= 1
                } else if let name = path.popLast() {
                    assign(text, to: name, parent: path.last)
                }
                text.removeAll(keepingCapacity: true)
            case .text(let range):
                if text.count < Self.maximumText { scanner.appendUnescaped(range, to: &text) }
            case .literal(let range):
                if text.count < Self.maximumText { text += body[range] }
            }
        }
    }

    private mutating func assign(_ text: [UInt8], to name: String, parent: String?) {
        let isErrorMember = parent == "Error"
        switch name {
        case "Code" where isErrorMember: code = code ?? String(decoding: text, as: UTF8.self)
        case "Message" where isErrorMember: message = message ?? String(decoding: text, as: UTF8.self)
        case "RequestId", "RequestID": requestId = requestId ?? String(decoding: text, as: UTF8.self)
        default: break
        }
    }
}

private struct XMLScanner {
    enum Token {
        case open(name: String, empty: Bool)
        case close
        case text(Range<Int>)
        /// Of a CDATA section.
        case literal(Range<Int>)
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> Token? {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                let start = position
                position = bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
                return .text(start..<position)
            }
            if hasPrefix("<!--") {
                skip(past: "-->")
            } else if hasPrefix("<![CDATA[") {
                let start = position + 9
                skip(past: "]]>")
                return .literal(start..<max(start, position - 3))
            } else if hasPrefix("<?") {
                skip(past: "?>")
            } else if hasPrefix("<!") {
                skip(past: ">")
            } else {
                return tag()
            }
        }
        return nil
    }

    private mutating func tag() -> Token? {
        let start = position + 1
        var end = start
        var quote: UInt8?
        while end < bytes.count {
            let byte = bytes[end]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                break
            }
            end += 1
        }
        guard end < bytes.count else {
            position = bytes.count
            return nil
        }
        position = end + 1
        if start < end, bytes[start] == UInt8(ascii: "/") { return .close }
        var name = bytes[start..<end].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
        if let colon = name.lastIndex(of: UInt8(ascii: ":")) { name = name[(colon + 1)...] }
        let empty = end > start && bytes[end - 1] == UInt8(ascii: "/")
        return .open(name: String(decoding: name, as: UTF8.self), empty: empty)
    }

    private func hasPrefix(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private mutating func skip(past text: StaticString) {
        while position < bytes.count {
            if hasPrefix(text) {
                position += text.utf8CodeUnitCount
                return
            }
            position += 1
        }
    }

    func appendUnescaped(_ range: Range<Int>, to text: inout [UInt8]) {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            if byte == UInt8(ascii: "&"),
                let end = bytes[position..<min(range.upperBound, position + 12)].firstIndex(of: UInt8(ascii: ";")),
                let replacement = entity(String(decoding: bytes[(position + 1)..<end], as: UTF8.self))
            {
                text += replacement.utf8
                position = end + 1
            } else {
                text.append(byte)
                position += 1
            }
        }
    }

    private func entity(_ name: String) -> String? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        }
    }
}
