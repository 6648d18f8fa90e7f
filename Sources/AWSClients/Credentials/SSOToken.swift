package import AWSCore

/// A sign-in, as the AWS CLI and the SDKs keep it in `~/.aws/sso/cache/<SHA-1>.json`; prints without its secrets.
package struct SSOToken: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
    package var startURL: String
    package var region: String
    package var accessToken: String
    package var expires: Timestamp
    /// What renews the sign-in; all of it or nothing.
    package var renewal: Renewal?

    package struct Renewal: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
        package var clientId: String
        package var clientSecret: String
        package var registrationExpires: Timestamp
        package var refreshToken: String

        package init(clientId: String, clientSecret: String, registrationExpires: Timestamp, refreshToken: String) {
            self.clientId = clientId
            self.clientSecret = clientSecret
            self.registrationExpires = registrationExpires
            self.refreshToken = refreshToken
        }

        package var description: String { "Renewal(<REDACTED>)" }
        package var debugDescription: String { description }
    }

    package init(startURL: String, region: String, accessToken: String, expires: Timestamp, renewal: Renewal?) {
        self.startURL = startURL
        self.region = region
        self.accessToken = accessToken
        self.expires = expires
        self.renewal = renewal
    }

    /// - Returns: `nil` where there is no token in it.
    init?(_ document: JSONValue) {
        guard let accessToken = document["accessToken"]?.stringValue,
            let expires = document["expiresAt"]?.stringValue.flatMap(Self.time)
        else { return nil }
        var renewal: Renewal?
        if let id = document["clientId"]?.stringValue, let secret = document["clientSecret"]?.stringValue,
            let until = document["registrationExpiresAt"]?.stringValue.flatMap(Self.time),
            let refresh = document["refreshToken"]?.stringValue
        {
            renewal = Renewal(
                clientId: id,
                clientSecret: secret,
                registrationExpires: until,
                refreshToken: refresh
            )
        }
        self.init(
            startURL: document["startUrl"]?.stringValue ?? "",
            region: document["region"]?.stringValue ?? "",
            accessToken: accessToken,
            expires: expires,
            renewal: renewal
        )
    }

    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "startUrl": .string(startURL), "region": .string(region), "accessToken": .string(accessToken),
            "expiresAt": .string(Self.text(expires)),
        ]
        if let renewal {
            fields["clientId"] = .string(renewal.clientId)
            fields["clientSecret"] = .string(renewal.clientSecret)
            fields["registrationExpiresAt"] = .string(Self.text(renewal.registrationExpires))
            fields["refreshToken"] = .string(renewal.refreshToken)
        }
        return .object(fields)
    }

    package var description: String { "SSOToken(\(startURL), until \(expires.rfc3339), <REDACTED>)" }
    package var debugDescription: String { description }

    /// Whole seconds: older SDKs read no fraction.
    private static func text(_ time: Timestamp) -> String { "\(time.rfc3339.prefix(19))Z" }

    /// Old versions of the CLI wrote `UTC` for `Z`.
    private static func time(_ text: String) -> Timestamp? {
        Timestamp(rfc3339: text.hasSuffix("UTC") ? "\(text.dropLast(3))Z" : text)
    }
}
