import AWSClients
import AWSCore
import BotContract
import BotSpec

/// A token that lets one customer in, once.
package struct CustomerToken: Sendable, Equatable {
    package var token: String
    /// As the company knows the customer.
    package var userId: String
    package var tokenId: String
    /// Seconds since 1970.
    package var expiresAt: Int64
}

/// `botctl token`: makes the token that the company's backend makes, with the same key.
package struct SignedTokens {
    package static let lifetime = 1...AccessToken.maximumLifetime

    /// - Parameter expiresIn: seconds, within `lifetime`.
    /// - Throws: `notDeployed` where there is no key yet, `wrongAuthMode` where the bot takes no such tokens.
    package static func make(
        _ context: ProjectContext,
        user: String,
        expiresIn: Int64,
        _ host: any OperationHost
    ) throws(OperationError) -> CustomerToken {
        let spec = try context.loadSpec(telling: host).spec
        guard spec.auth.mode == .signed else {
            throw OperationError(
                .wrongAuthMode,
                "stage \(spec.stage) has auth.mode: \(spec.auth.mode.rawValue), which takes no signed tokens",
                fix: "write `auth: { mode: signed }` and deploy, or name another stage with --stage"
            )
        }
        let cloud = try Cloud(context, region: spec.region)
        if spec.account != nil { _ = try cloud.signIn(spec, host) }
        let key = try TokenKeyStore.key(of: spec, cloud)
        let now = context.effects.clock.now().seconds
        let claims = AccessToken.Claims(
            sub: user,
            iat: now,
            exp: now + expiresIn,
            jti: base64URLEncode(context.effects.randomBytes(16))
        )
        return CustomerToken(
            token: sealed(claims, key: key),
            userId: user,
            tokenId: claims.jti,
            expiresAt: claims.exp
        )
    }

    /// The format is `AccessToken`'s.
    static func sealed(_ claims: AccessToken.Claims, key: [UInt8]) -> String {
        let payload = JSONValue.object([
            "sub": .string(claims.sub), "iat": .int(claims.iat), "exp": .int(claims.exp), "jti": .string(claims.jti),
        ])
        let head = "\(AccessToken.version).\(base64URLEncode(payload.encoded()))"
        return "\(head).\(base64URLEncode(hmacSHA256(key: key, head)))"
    }
}
