package import AWSCore

/// IAM Identity Center's OpenID Connect service (RFC 8628 in REST and JSON, API version 2019-06-10). Its calls are not
/// signed.
package struct SSOOIDC {
    private let calls: CredentialsCalls
    private let settings: SSOSettings

    init(_ calls: CredentialsCalls, _ settings: SSOSettings) {
        self.calls = calls
        self.settings = settings
    }

    /// A client that may ask for sign-ins; prints without its secret.
    package struct Client: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        var id: String
        var secret: String
        var expires: Timestamp

        package var description: String { "SSOOIDC.Client(<REDACTED>)" }
        package var debugDescription: String { description }
    }

    /// A sign-in that waits for somebody to confirm it in a browser.
    package struct DeviceAuthorization: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
        var deviceCode: String
        package var userCode: String
        package var url: String
        /// With the code in it.
        package var completeURL: String
        package var expires: Timestamp
        /// Between two questions whether it is confirmed.
        package var interval: Duration

        package var description: String { "DeviceAuthorization(\(userCode), \(url), <REDACTED>)" }
        package var debugDescription: String { description }
    }

    package enum Poll: Sendable {
        case signedIn(SSOToken)
        /// Ask again after the interval.
        case pending
        /// Ask again after a longer one.
        case slowDown
        case expired
        case denied
    }

    package func register() throws(SessionError) -> Client {
        let now = calls.clock.now()
        let input: [String: JSONValue] = [
            "clientName": .string("botctl-\(now.seconds)"), "clientType": "public",
            "scopes": .array(settings.scopes.map { .string($0) }),
        ]
        // The older form of a profile has no scopes, and its sign-in is not renewed.
        let document = try post(
            "/client/register",
            settings.sessionName == nil ? input.filter { $0.key != "scopes" } : input
        )
        guard let id = document["clientId"]?.stringValue, let secret = document["clientSecret"]?.stringValue,
            let expires = document["clientSecretExpiresAt"]?.intValue
        else { throw unreadable("RegisterClient") }
        return Client(id: id, secret: secret, expires: Timestamp(seconds: expires))
    }

    package func startDeviceAuthorization(_ client: Client) throws(SessionError) -> DeviceAuthorization {
        let document = try post(
            "/device_authorization",
            [
                "clientId": .string(client.id), "clientSecret": .string(client.secret),
                "startUrl": .string(settings.startURL),
            ]
        )
        guard let deviceCode = document["deviceCode"]?.stringValue, let userCode = document["userCode"]?.stringValue,
            let url = document["verificationUri"]?.stringValue, let seconds = document["expiresIn"]?.intValue
        else { throw unreadable("StartDeviceAuthorization") }
        return DeviceAuthorization(
            deviceCode: deviceCode,
            userCode: userCode,
            url: url,
            completeURL: document["verificationUriComplete"]?.stringValue ?? url,
            expires: calls.clock.now().advanced(by: .seconds(min(max(seconds, 0), 86_400))),
            // RFC 8628 §3.2: five seconds unless the service says otherwise.
            interval: .seconds(min(max(document["interval"]?.intValue ?? 5, 1), 60))
        )
    }

    /// Asks once whether the sign-in is confirmed.
    package func poll(_ authorization: DeviceAuthorization, _ client: Client) throws(SessionError) -> Poll {
        let asked = calls.clock.now()
        let input: [String: JSONValue] = [
            "clientId": .string(client.id), "clientSecret": .string(client.secret),
            "grantType": "urn:ietf:params:oauth:grant-type:device_code",
            "deviceCode": .string(authorization.deviceCode),
        ]
        let document: JSONValue
        do throws(CallFailure) {
            document = try send("/token", input)
        } catch {
            switch error.serviceError?.code {
            case "AuthorizationPendingException", "authorization_pending": return .pending
            case "SlowDownException", "slow_down": return .slowDown
            case "ExpiredTokenException", "expired_token": return .expired
            case "AccessDeniedException", "access_denied": return .denied
            default: throw error.error("sign in at \(settings.startURL)", nextStep: "run `botctl login` again")
            }
        }
        guard let token = token(document, asked, client.id, client.secret, client.expires) else {
            throw unreadable("CreateToken")
        }
        return .signedIn(token)
    }

    /// A new access token for the old sign-in.
    func renew(_ token: SSOToken, _ renewal: SSOToken.Renewal) throws(CallFailure) -> SSOToken {
        let asked = calls.clock.now()
        let document = try send(
            "/token",
            [
                "clientId": .string(renewal.clientId), "clientSecret": .string(renewal.clientSecret),
                "grantType": "refresh_token", "refreshToken": .string(renewal.refreshToken),
            ]
        )
        guard
            var renewed = self.token(
                document,
                asked,
                renewal.clientId,
                renewal.clientSecret,
                renewal.registrationExpires
            )
        else { throw .settings(unreadable("CreateToken")) }
        // Without a new refresh token the old one stays good (RFC 6749 §6).
        renewed.renewal = renewed.renewal ?? renewal
        return renewed
    }

    private func token(
        _ document: JSONValue,
        _ asked: Timestamp,
        _ clientId: String,
        _ clientSecret: String,
        _ registrationExpires: Timestamp
    ) -> SSOToken? {
        guard let accessToken = document["accessToken"]?.stringValue, let seconds = document["expiresIn"]?.intValue
        else {
            return nil
        }
        return SSOToken(
            startURL: settings.startURL,
            region: settings.region,
            accessToken: accessToken,
            expires: asked.advanced(by: .seconds(min(max(seconds, 0), 366 * 86_400))),
            renewal: document["refreshToken"]?.stringValue.map { refreshToken in
                SSOToken.Renewal(
                    clientId: clientId,
                    clientSecret: clientSecret,
                    registrationExpires: registrationExpires,
                    refreshToken: refreshToken
                )
            }
        )
    }

    private func post(_ path: String, _ input: [String: JSONValue]) throws(SessionError) -> JSONValue {
        do throws(CallFailure) {
            return try send(path, input)
        } catch {
            throw error.error(
                "sign in at \(settings.startURL)",
                nextStep: "check sso_start_url and sso_region of the profile"
            )
        }
    }

    private func send(_ path: String, _ input: [String: JSONValue]) throws(CallFailure) -> JSONValue {
        let endpoint: Endpoint
        do throws(SessionError) {
            endpoint = try calls.endpoint("oidc", region: settings.region)
        } catch {
            throw .settings(error)
        }
        let request = HTTPRequest(
            method: "POST",
            endpoint: endpoint,
            path: path,
            headers: ["Content-Type": "application/json"],
            body: JSONValue.object(input).encoded()
        )
        let response = try calls.send(request, operation: "sso-oidc\(path)")
        return (try? JSONValue.parse(response.body)) ?? .null
    }

    private func unreadable(_ operation: String) -> SessionError {
        SessionError(
            .unreadableCredentials,
            "the sign-in service answered \(operation) with something else than what it should",
            nextStep: "check what answers at AWS_ENDPOINT_URL_SSO_OIDC or AWS_ENDPOINT_URL"
        )
    }
}
