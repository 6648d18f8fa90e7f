import BotContract

/// What replies of a bot may hold: known once for all of them.
final class ReplyPolicy {
    /// Stands in the place of a reply that repeats the bot's instructions.
    static let withheldText = "I cannot share how I am set up. Is there something else that I can help with?"
    /// Stands in the place of a reply that says nothing but that no rule covers the question.
    static let noRuleText = "I have no information about that. A person can help you further."

    /// Hosts that prompt and rules name: links to others are taken out.
    private(set) lazy var hosts = HostNames.all(in: Self.sources(configuration))
    private(set) lazy var secrets = SecretText(Self.secrets(configuration))
    private let configuration: BotConfiguration

    init(_ configuration: BotConfiguration) { self.configuration = configuration }

    private static func sources(_ configuration: BotConfiguration) -> [String] {
        [configuration.prompt, configuration.handoff?.message ?? "", configuration.guardrail?.blockedMessage ?? ""]
            + configuration.rules.flatMap { [$0.title, $0.text] }
    }

    /// A bot without rules has its facts in its prompt, and must be able to say them.
    private static func secrets(_ configuration: BotConfiguration) -> String {
        configuration.rules.isEmpty ? Instructions.all : configuration.prompt + "\n" + Instructions.all
    }
}

/// Host names in texts and links.
enum HostNames {
    /// Whatever looks like a domain: `https://acme.example/returns`, `acme.example`, `help@acme.example`.
    static func all(in texts: [String]) -> Set<String> {
        var hosts: Set<String> = []
        for text in texts {
            for part in text.utf8.split(whereSeparator: { !isHostByte($0) }) {
                let name = String(decoding: part, as: UTF8.self).lowercased()
                let host = bare(name)
                let labels = host.split(separator: ".", omittingEmptySubsequences: false)
                guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), (labels.last?.count ?? 0) > 1 else {
                    continue
                }
                hosts.insert(host)
            }
        }
        return hosts
    }

    /// The host of a link's part after its scheme, if it is plainly one: what browsers would repair, or read
    /// otherwise than people do (`https://acme.example@evil.example`), has none.
    static func host(ofAuthority text: [Unicode.Scalar]) -> String? {
        let slashes = text.prefix { $0 == "/" }.count
        guard slashes == 2 || slashes == 0 else { return nil }
        let authority = text[slashes...].prefix { !"/?#".unicodeScalars.contains($0) }
        guard !authority.isEmpty, authority.allSatisfy({ $0.isASCII && isHostByte(UInt8($0.value)) || $0 == ":" })
        else {
            return nil
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, !first.isEmpty,
            parts.count == 1 || parts[1].allSatisfy({ ("0"..."9").contains($0) })
        else { return nil }
        return bare(String(String.UnicodeScalarView(first)).lowercased())
    }

    private static func bare(_ name: String) -> String {
        var name = name[...]
        while name.last == "." || name.last == "-" { name.removeLast() }
        while name.first == "." || name.first == "-" { name.removeFirst() }
        if name.hasPrefix("www.") { name.removeFirst(4) }
        return String(name)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
