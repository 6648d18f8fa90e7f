import AWSClients
package import AWSCore

/// `botctl login`: signs in through IAM Identity Center by the device authorization grant (RFC 8628), and leaves the
/// sign-in where the AWS CLI and the SDKs look for it. Needs no spec.
package enum Login {
    package struct Result: Sendable, Equatable {
        /// Whose settings were used.
        package var profile: String
        /// `[sso-session …]`; `nil` for the older form of a profile.
        package var session: String?
        package var startURL: String
        package var region: String
        package var expires: Timestamp
        /// Whether it renews itself.
        package var isRenewable: Bool
        /// Where it is kept.
        package var file: String
    }

    package static func run(_ context: ProjectContext, _ host: any OperationHost) throws(OperationError) -> Result {
        do throws(SessionError) {
            let signIn = try SSOSignIn(options: context.sessionOptions(region: nil))
            let client = try signIn.oidc.register()
            let authorization = try signIn.oidc.startDeviceAuthorization(client)
            host.notify(
                .confirmSignIn(
                    url: authorization.url,
                    completeURL: authorization.completeURL,
                    code: authorization.userCode
                )
            )
            let token = try wait(context, signIn.oidc, client, authorization)
            try signIn.cache.write(token)
            return Result(
                profile: signIn.profile,
                session: signIn.settings.sessionName,
                startURL: signIn.settings.startURL,
                region: signIn.settings.region,
                expires: token.expires,
                isRenewable: token.renewal != nil,
                file: signIn.cache.path
            )
        } catch {
            throw OperationError(error)
        }
    }

    private static func wait(
        _ context: ProjectContext,
        _ oidc: SSOOIDC,
        _ client: SSOOIDC.Client,
        _ authorization: SSOOIDC.DeviceAuthorization
    ) throws(SessionError) -> SSOToken {
        var interval = authorization.interval
        let clock = context.effects.clock
        while clock.now() < authorization.expires {
            clock.sleep(interval)
            if context.effects.isInterrupted() { throw .interrupted }
            switch try oidc.poll(authorization, client) {
            case .signedIn(let token): return token
            case .pending: continue
            // RFC 8628 §3.5: five seconds more, from now on.
            case .slowDown: interval += .seconds(5)
            case .expired: throw .notConfirmed
            case .denied: throw .signInDenied
            }
        }
        throw .notConfirmed
    }
}
