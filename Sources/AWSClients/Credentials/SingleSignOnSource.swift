import AWSCore

/// A role of IAM Identity Center, by the sign-in that `botctl login` or `aws sso login` has left in the cache. A
/// sign-in by an `sso-session` is renewed before it ends.
struct SingleSignOnSource: CredentialsSource {
    var calls: CredentialsCalls
    var profile: ConfigProfile

    /// From when on a sign-in is renewed (botocore's `SSOTokenProvider`).
    private static let renewalWindow: Duration = .seconds(15 * 60)

    var name: String { "profile \(profile.name), IAM Identity Center" }

    func selection() -> CredentialsSelection {
        guard let option = ["sso_account_id", "sso_role_name"].first(where: profile.isSet) else {
            return .notSelected("sso_account_id and sso_role_name are not set")
        }
        return .selected("\(option) is set (\(profile.place(option)))")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        guard let settings = try SSOSettings.of(profile, calls.config), let accountId = settings.accountId,
            let roleName = settings.roleName
        else {
            let missing = profile.isSet("sso_account_id") ? "sso_role_name" : "sso_account_id"
            throw SessionError(
                .invalidProfile,
                "\(profile.place("sso_account_id")): profile \"\(profile.name)\": \(missing) is missing",
                nextStep: "write it, or run `aws configure sso`"
            )
        }
        let source = self
        return .found(
            RefreshingCredentials(clock: calls.clock) { () throws(SessionError) -> Credentials in
                let token = try source.token(settings)
                return try source.roleCredentials(settings, accountId, roleName, token)
            }
        )
    }

    // MARK: The sign-in

    private func token(_ settings: SSOSettings) throws(SessionError) -> SSOToken {
        let cache = SSOTokenCache(settings: settings, options: calls.options)
        guard let token = try cache.read() else {
            throw signIn("there is no sign-in to \(settings.startURL) (\(cache.path))")
        }
        let now = calls.clock.now()
        let left = now.duration(to: token.expires)
        if settings.sessionName != nil, left < Self.renewalWindow, let renewal = token.renewal,
            renewal.registrationExpires > now
        {
            do throws(CallFailure) {
                let renewed = try SSOOIDC(calls, settings).renew(token, renewal)
                // A cache that cannot be written (a read-only home) makes the next run sign in, not this one fail.
                try? cache.write(renewed)
                return renewed
            } catch {
                if case .settings(let error) = error { throw error }
                if left <= .zero { throw signIn("the sign-in has ended and could not be renewed: \(error.reason)") }
            }
        }
        guard left > .zero else {
            throw signIn("the sign-in to \(settings.startURL) ended at \(token.expires.rfc3339)")
        }
        return token
    }

    private func signIn(_ what: String) -> SessionError {
        SessionError(.signInNeeded, what, nextStep: "run `botctl login --profile \(profile.name)`")
    }

    // MARK: The role

    private func roleCredentials(
        _ settings: SSOSettings,
        _ accountId: String,
        _ roleName: String,
        _ token: SSOToken
    ) throws(SessionError) -> Credentials {
        let request = HTTPRequest(
            method: "GET",
            endpoint: try calls.endpoint("portal.sso", region: settings.region),
            path: "/federation/credentials",
            query: [.init("role_name", roleName), .init("account_id", accountId)],
            headers: ["x-amz-sso_bearer_token": token.accessToken]
        )
        let response: HTTPResponse
        do throws(CallFailure) {
            response = try calls.send(request, operation: "sso.GetRoleCredentials")
        } catch {
            if error.serviceError?.status == 401 {
                throw signIn("the sign-in to \(settings.startURL) is not valid any more")
            }
            throw error.error(
                "get the role \(roleName) in account \(accountId) (\(profile.place("sso_role_name")))",
                nextStep: "choose a role that the start page offers you (\(settings.startURL))"
            )
        }
        let answer = (try? JSONValue.parse(response.body))?["roleCredentials"]
        guard let id = answer?["accessKeyId"]?.stringValue, let secret = answer?["secretAccessKey"]?.stringValue,
            let expiration = answer?["expiration"]?.intValue
        else {
            throw SessionError(
                .unreadableCredentials,
                "IAM Identity Center answered without credentials for the role \(roleName)",
                nextStep: "check what answers at AWS_ENDPOINT_URL_SSO or AWS_ENDPOINT_URL"
            )
        }
        return Credentials(
            accessKeyId: id,
            secretAccessKey: secret,
            sessionToken: answer?["sessionToken"]?.stringValue,
            expires: Timestamp(milliseconds: expiration)
        )
    }
}
