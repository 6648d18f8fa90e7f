import BotContract

/// Who may connect.
enum AuthRules {
    static let all = [jwtIncomplete, jwtKeysWithoutJWT, jwtNotHTTPS, originSyntax]

    private static func jwtKeys(_ auth: BotSpec.Auth) -> [(key: String, value: String?)] {
        [("issuer", auth.issuer), ("audience", auth.audience), ("jwksUrl", auth.jwksUrl)]
    }

    static let jwtIncomplete = Rule(.jwtIncomplete) { context in
        guard context.spec.auth.mode == .jwt else { return }
        for (key, value) in jwtKeys(context.spec.auth) where value?.isEmpty ?? true {
            context.report(
                .jwtIncomplete,
                "auth.mode: jwt needs auth.\(key)",
                at: value == nil ? "auth.mode" : "auth.\(key)",
                fix: "add `\(key)` as your identity provider gives it",
                related: ["auth.\(key)"]
            )
        }
    }

    static let jwtKeysWithoutJWT = Rule(.jwtKeysWithoutJWT) { context in
        guard context.spec.auth.mode != .jwt else { return }
        for (key, value) in jwtKeys(context.spec.auth) where value != nil {
            context.report(
                .jwtKeysWithoutJWT,
                "auth.\(key) does nothing with auth.mode: \(context.spec.auth.mode.rawValue)",
                at: "auth.\(key)",
                fix: "delete it, or write mode: jwt",
                related: ["auth.mode"],
                onKey: true
            )
        }
    }

    static let jwtNotHTTPS = Rule(.notHTTPS) { context in
        for (key, value) in [("issuer", context.spec.auth.issuer), ("jwksUrl", context.spec.auth.jwksUrl)] {
            guard let value, !value.isEmpty, !URLSyntax.isHTTPS(value) else { continue }
            context.report(
                .notHTTPS,
                "auth.\(key) must be an https URL",
                at: "auth.\(key)",
                fix: "write https://… as your identity provider gives it"
            )
        }
    }

    /// What browsers send as `Origin`: scheme, host, and a port that is not the scheme's own (RFC 6454, section 7).
    static let originSyntax = Rule(.originSyntax) { context in
        for (index, origin) in context.spec.auth.allowedOrigins.enumerated() where !URLSyntax.isOrigin(origin) {
            context.report(
                .originSyntax,
                origin == "*"
                    ? "an empty list already allows every origin"
                    : "`\(MapReader.shortened(origin))` is not an origin",
                at: "auth.allowedOrigins[\(index)]",
                fix: origin == "*" ? "delete it" : "write scheme and host alone: https://www.example.com"
            )
        }
    }
}

/// Handing a chat over to people.
enum HandoffRules {
    static let all = [notifyEmail, messageEmpty, unansweredTurns, unansweredWithoutHistory]

    /// One reply without a source may be a greeting; two in a row are a customer who gets nowhere.
    static let unansweredTurns = Rule(.handoffTrigger) { context in
        guard let turns = context.spec.handoff?.unansweredTurns else { return }
        context.require(
            turns,
            in: 2...10,
            .handoffTrigger,
            "handoff.triggers.unanswered",
            at: "handoff.triggers.unanswered"
        )
    }

    static let unansweredWithoutHistory = Rule(.handoffTrigger) { context in
        guard context.spec.handoff?.unansweredTurns != nil, context.spec.history.turns == 0 else { return }
        context.report(
            .handoffTrigger,
            "turns without an answer are counted in the history, and history.turns is 0",
            at: "handoff.triggers.unanswered",
            fix: "delete it, or write history.turns: 2 or more",
            related: ["history.turns"]
        )
    }

    static let notifyEmail = Rule(.emailSyntax) { context in
        guard let notify = context.spec.handoff?.notify, !EmailSyntax.isEmail(notify) else { return }
        context.report(
            .emailSyntax,
            "handoff.notify must be an email address",
            at: "handoff.notify",
            fix: "write an address like support@example.com"
        )
    }

    static let messageEmpty = Rule(.emptyText) { context in
        guard let message = context.spec.handoff?.message, message.allSatisfy(\.isWhitespace) else { return }
        context.report(
            .emptyText,
            "handoff.message is empty",
            at: "handoff.message",
            fix: "write what the customer reads"
        )
    }
}

enum EmailSyntax {
    /// The addresses that SNS accepts without surprise: RFC 5321's dot-atom form with a dotted domain.
    static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, (1...64).contains(parts[0].utf8.count) else { return false }
        let local = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let isLocal = local.allSatisfy { atom in
            !atom.isEmpty
                && atom.utf8.allSatisfy { ASCII.isLetterOrDigit($0) || "!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
        }
        return isLocal && parts[1].contains(".") && URLSyntax.isHost(parts[1])
    }
}

enum URLSyntax {
    static func isHTTPS(_ text: String) -> Bool {
        guard text.hasPrefix("https://"), text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        let authority = text.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return isAuthority(authority)
    }

    static func isOrigin(_ text: String) -> Bool {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            return isAuthority(text.dropFirst(scheme.count))
        }
        return false
    }

    private static func isAuthority(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, isHost(parts[0]) else { return false }
        guard parts.count == 2 else { return true }
        return (1...5).contains(parts[1].utf8.count) && parts[1].utf8.allSatisfy(ASCII.isDigit)
            && (1...65535).contains(Int(parts[1]) ?? 0)
    }

    /// Host names by RFC 1123: labels of letters, digits and inner hyphens.
    static func isHost(_ text: Substring) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == 0x2D }
        }
    }
}
