/// Resolves plain scalars by the core schema of YAML 1.2.2, section 10.3.2.
enum YAMLCoreSchema {
    static func resolve(_ text: String) -> YAMLValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        default: break
        }
        guard let first = text.utf8.first, isDigit(first) || first == 0x2B || first == 0x2D || first == 0x2E else {
            return .string
        }
        return integer(text) ?? float(text) ?? .string
    }

    /// - Returns: `nil` if the tag is not of the core schema, or the text not of the tag.
    static func resolve(_ text: String, tag: String) -> YAMLValue? {
        switch (tag, resolve(text)) {
        case ("tag:yaml.org,2002:null", .null): .null
        case ("tag:yaml.org,2002:bool", .bool(let value)): .bool(value)
        case ("tag:yaml.org,2002:int", .int(let value)): .int(value)
        case ("tag:yaml.org,2002:float", .int(let value)): .float(Double(value))
        case ("tag:yaml.org,2002:float", .float(let value)): .float(value)
        default: nil
        }
    }

    /// Beyond 64 bits an integer is kept as a float: it is a number still, and no field takes it.
    private static func integer(_ text: String) -> YAMLValue? {
        let bytes = Array(text.utf8)
        if bytes.count > 2, bytes[0] == 0x30, bytes[1] == 0x6F || bytes[1] == 0x78 {
            let radix = bytes[1] == 0x6F ? 8 : 16
            let digits = bytes.dropFirst(2)
            guard digits.allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
            return Int64(text.dropFirst(2), radix: radix).map { .int($0) } ?? .float(.infinity)
        }
        let digits = bytes[0] == 0x2B || bytes[0] == 0x2D ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty, digits.allSatisfy({ isDigit($0) }) else { return nil }
        return Int64(text).map { .int($0) } ?? Double(text).map { .float($0) }
    }

    private static func float(_ text: String) -> YAMLValue? {
        var rest = text.utf8[...]
        func skip(_ isWanted: (UInt8) -> Bool) -> Int {
            var count = 0
            while let byte = rest.first, isWanted(byte) {
                rest.removeFirst()
                count += 1
            }
            return count
        }
        if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
        var digits = skip { isDigit($0) }
        if rest.first == 0x2E {
            rest.removeFirst()
            digits += skip { isDigit($0) }
        }
        guard digits > 0 else { return nil }
        if rest.first == 0x65 || rest.first == 0x45 {
            rest.removeFirst()
            if rest.first == 0x2B || rest.first == 0x2D { rest.removeFirst() }
            guard skip({ isDigit($0) }) > 0 else { return nil }
        }
        guard rest.isEmpty else { return nil }
        return Double(text).map { .float($0) } ?? .float(.nan)
    }

    private static func isDigit(_ byte: UInt8, radix: Int = 10) -> Bool {
        switch byte {
        case 0x30...0x37: true
        case 0x38, 0x39: radix > 8
        case 0x41...0x46, 0x61...0x66: radix == 16
        default: false
        }
    }
}
