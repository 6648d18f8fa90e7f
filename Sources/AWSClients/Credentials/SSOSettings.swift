/// How a profile signs in through IAM Identity Center: by an `[sso-session x]` section, or by its own options (the
/// older form, whose sign-in cannot be renewed).
package struct SSOSettings: Sendable, Equatable {
    /// `nil` for the older form.
    package var sessionName: String?
    package var startURL: String
    package var region: String
    /// 12 digits; `nil` where the profile has none, which is enough to sign in.
    package var accountId: String?
    package var roleName: String?
    /// What the sign-in may be used for.
    package var scopes: [String]
    /// What the cache file is named by.
    package var cacheKey: String { sessionName ?? startURL }

    /// What `aws configure sso` registers for.
    static let defaultScopes = ["sso:account:access"]

    /// - Returns: `nil` where the profile does not sign in this way.
    static func of(_ profile: ConfigProfile, _ config: SharedConfig) throws(SessionError) -> SSOSettings? {
        func invalid(_ option: String, _ what: String, _ nextStep: String) -> SessionError {
            SessionError(
                .invalidProfile,
                "\(profile.place(option)): profile \"\(profile.name)\": \(what)",
                nextStep: nextStep
            )
        }
        let sessionName = profile.text("sso_session")
        var session: ConfigSection?
        if let sessionName {
            session = config.ssoSession(sessionName)
            if session == nil {
                throw invalid(
                    "sso_session",
                    "there is no [sso-session \(sessionName)] in \(config.configPath)",
                    "add the section, or run `aws configure sso`"
                )
            }
        } else if !profile.isSet("sso_start_url"), !profile.isSet("sso_account_id"), !profile.isSet("sso_role_name") {
            return nil
        }
        func value(_ option: String) throws(SessionError) -> String? {
            guard let inSession = session?.text(option) else { return profile.text(option) }
            if let own = profile.text(option), own != inSession {
                throw invalid(
                    option,
                    "\(option) differs from the sso-session's (\(session?.place(option) ?? ""))",
                    "remove it from the profile"
                )
            }
            return inSession
        }
        func required(_ option: String) throws(SessionError) -> String {
            // With an sso-session it is that, and not the profile, which the sign-in belongs to.
            if let text = try value(option), !text.isEmpty, session == nil || session?[option] != nil { return text }
            throw invalid(
                sessionName == nil ? option : "sso_session",
                "\(option) is missing",
                "write it in \(sessionName.map { "[sso-session \($0)]" } ?? "the profile"), or run `aws configure sso`"
            )
        }
        let region = try required("sso_region")
        guard isRegion(region) else {
            throw invalid(
                "sso_region",
                "sso_region \"\(region)\" is not a region",
                "write a region's code, like us-east-2"
            )
        }
        let scopes = try value("sso_registration_scopes")?.split { $0 == "," || $0 == " " }.map(String.init)
        return SSOSettings(
            sessionName: sessionName,
            startURL: try required("sso_start_url"),
            region: region,
            accountId: try value("sso_account_id"),
            roleName: try value("sso_role_name"),
            scopes: scopes ?? defaultScopes
        )
    }
}
