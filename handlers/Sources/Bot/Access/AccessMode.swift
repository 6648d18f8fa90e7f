import AWSCore
import BotContract

/// How customers prove who they are: one for each `auth.mode`.
protocol AccessMode: AnyObject {
    /// - Parameter token: `nil` when the client brought none.
    /// - Throws: `TokenRefusal` for a client that is not let in; anything else is a fault of ours.
    func identity(_ token: String?, _ invocation: Invocation) throws -> Identity
}

/// Whom the authorizer lets in, as the routes of the connection will read it.
struct Identity: Equatable {
    /// The table's user id.
    var userId: String
    var isNew = false
    /// A token that the connect route must use up.
    var oneTimeToken: OneTimeToken?
    /// When somebody else than the bot vouched for the customer, in seconds since 1970.
    var signedInAt: Int64?

    struct OneTimeToken: Equatable {
        var id: String
        /// Seconds since 1970.
        var expiresAt: Int64
    }

    /// The authorizer's context: API Gateway hands it to every route of the connection, as strings.
    var context: [String: JSONValue] {
        var context: [String: JSONValue] = ["userId": .string(userId), "new": .string(isNew ? "true" : "false")]
        if let oneTimeToken {
            context["tokenId"] = .string(oneTimeToken.id)
            context["tokenExpiresAt"] = .string(String(oneTimeToken.expiresAt))
        }
        if let signedInAt { context["signedInAt"] = .string(String(signedInAt)) }
        return context
    }
}

extension WebSocketEvent {
    /// What the authorizer said of the token that the connection was opened with.
    var oneTimeToken: Identity.OneTimeToken? {
        guard let id = authorizer["tokenId"], AccessToken.isTokenId(id),
            let expiresAt = authorizer["tokenExpiresAt"].flatMap({ Int64($0) }), TokenTime.range.contains(expiresAt)
        else { return nil }
        return Identity.OneTimeToken(id: id, expiresAt: expiresAt)
    }

    var signedInAt: Int64? {
        authorizer["signedInAt"].flatMap { Int64($0) }.flatMap { TokenTime.range.contains($0) ? $0 : nil }
    }
}

/// `auth.mode: visitor`: whoever brings no token is new, whoever brings a valid one is who it says.
final class VisitorAccess: AccessMode {
    private let context: BotContext
    private let keys: TokenKeySource

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        keys = try TokenKeySource(context)
    }

    func identity(_ token: String?, _ invocation: Invocation) throws -> Identity {
        guard let token else { return Identity(userId: context.newUserId(), isNew: true) }
        guard token.utf8.count <= VisitorToken.maximumBytes else { throw TokenRefusal("oversized") }
        let key = try invocation.timed("key") { try keys.key(deadline: invocation.storeDeadline) }
        return Identity(userId: try VisitorToken(token, key: key, now: context.clock.now()).userId)
    }
}

/// `auth.mode: signed`: the company's backend vouches for the customer, once for each token; the bot's own
/// resume token continues that.
final class SignedAccess: AccessMode {
    private let context: BotContext
    private let keys: TokenKeySource

    init(_ context: BotContext) throws(InitError) {
        self.context = context
        keys = try TokenKeySource(context)
    }

    func identity(_ token: String?, _ invocation: Invocation) throws -> Identity {
        guard let token else { throw TokenRefusal("none") }
        guard token.utf8.count <= max(AccessToken.maximumBytes, ResumeToken.maximumBytes) else {
            throw TokenRefusal("oversized")
        }
        let key = try invocation.timed("key") { try keys.key(deadline: invocation.storeDeadline) }
        let now = context.clock.now()
        if token.hasPrefix(ResumeToken.version + ".") {
            let resumed = try ResumeToken(token, key: key, now: now)
            return Identity(userId: resumed.userId, signedInAt: resumed.signedInAt)
        }
        let signed = try SignedToken(token, key: key, now: now)
        return Identity(
            userId: ExternalUser.signedUserId(signed.subject),
            oneTimeToken: Identity.OneTimeToken(id: signed.id, expiresAt: signed.expiresAt),
            signedInAt: now.seconds
        )
    }
}

/// `auth.mode: jwt`: an identity provider vouches for the customer, at every connect.
final class JWTAccess: AccessMode {
    private let context: BotContext
    private let rules: JWTRules
    private let keys: KeySetSource
    private let issuerDigest: String

    init(_ context: BotContext) throws(InitError) {
        let auth = context.configuration.auth
        guard let issuer = auth.issuer, let audience = auth.audience, let url = auth.jwksUrl else {
            throw InitError("auth.mode 'jwt' needs issuer, audience and jwksUrl in bot.json")
        }
        self.context = context
        rules = JWTRules(issuer: issuer, audience: audience)
        keys = try KeySetSource(url: url, context)
        issuerDigest = hexEncode(sha256(issuer))
    }

    func identity(_ token: String?, _ invocation: Invocation) throws -> Identity {
        guard let token else { throw TokenRefusal("none") }
        let jwt = try JSONWebToken(token)
        // Before the keys are looked for: what cannot be valid makes nobody fetch anything.
        let subject = try rules.subject(of: jwt, now: context.clock.now())
        let candidates = try invocation.timed("key") {
            try keys.keys(for: jwt, deadline: invocation.storeDeadline)
        }
        guard !candidates.isEmpty else { throw TokenRefusal("no key of the issuer for it") }
        guard candidates.contains(where: { jwt.isSigned(by: $0) }) else { throw TokenRefusal("wrong signature") }
        return Identity(userId: ExternalUser.jwtUserId(issuerDigest: issuerDigest, subject: subject))
    }
}
