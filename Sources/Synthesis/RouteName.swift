import BotContract

/// What a route's resources are called. A name depends on its own route key alone, so adding a route never
/// renames (and so replaces) the function of another; and two keys never share a name:
///
/// - `$connect`, `$disconnect` and `$default` lose their dollar;
/// - camel case becomes dashes (`sendMessage` → `send-message`), which can be undone;
/// - every other key keeps its letters and digits and gets a mark that the above cannot have
///   (a double dash, a small first letter) and the key's hash.
struct RouteName {
    /// Lambda's limit (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html).
    static let maximumFunctionNameLength = 64

    static let authorizer = RouteName(prefix: "Authorize", suffix: "authorize", hash: "", marked: false)

    /// What logical ids start with.
    let prefix: String
    private let suffix: String
    private let hash: String
    private let marked: Bool

    init(routeKey: String) {
        let hash = StableHash.name(of: routeKey)
        let letters = routeKey.utf8.filter { $0.isASCIILetterOrDigit }
        if let plain = Self.builtIn(routeKey) ?? Self.camelCase(routeKey) {
            self.init(prefix: Self.capitalized(plain), suffix: Self.dashed(plain), hash: hash, marked: false)
        } else {
            let kept = String(decoding: letters.prefix(32), as: UTF8.self)
            self.init(prefix: "x\(kept)\(hash)", suffix: kept.lowercased(), hash: hash, marked: true)
        }
    }

    private init(prefix: String, suffix: String, hash: String, marked: Bool) {
        self.prefix = prefix
        self.suffix = suffix
        self.hash = hash
        self.marked = marked
    }

    func functionName(stack: String) -> String {
        let name = suffix.isEmpty ? stack : "\(stack)-\(suffix)"
        if !marked, name.utf8.count <= Self.maximumFunctionNameLength { return name }
        let tail = "--\(hash)"
        return String(name.prefix(Self.maximumFunctionNameLength - tail.utf8.count)) + tail
    }

    private static func builtIn(_ key: String) -> String? {
        guard key.hasPrefix("$"), HandlerName.builtInRoutes.contains(where: { $0.key == key }) else { return nil }
        return String(key.dropFirst())
    }

    /// The key itself when it is camel case and not the name of a built-in route without its dollar.
    private static func camelCase(_ key: String) -> String? {
        guard let first = key.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first),
            key.utf8.count <= 64, key.utf8.allSatisfy(\.isASCIILetterOrDigit),
            key != authorizer.suffix, builtIn("$\(key)") == nil
        else { return nil }
        return key
    }

    private static func capitalized(_ key: String) -> String { key.prefix(1).uppercased() + key.dropFirst() }

    private static func dashed(_ key: String) -> String {
        key.reduce(into: "") { text, character in
            text += character.isUppercase ? "-\(character.lowercased())" : String(character)
        }
    }
}

/// FNV-1a, 64 bits (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv): stable between runs and
/// machines, unlike `Hasher`. It tells texts apart; it protects nothing.
enum StableHash {
    static func value(of text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Ten characters of 32: 50 bits.
    static func name(of text: String) -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        var rest = value(of: text)
        let characters = (0..<10).map { _ in
            defer { rest >>= 5 }
            return alphabet[Int(rest & 31)]
        }
        return String(decoding: characters, as: UTF8.self)
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
