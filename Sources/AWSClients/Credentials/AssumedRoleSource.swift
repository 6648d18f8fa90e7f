import AWSCore

/// `role_arn` with `source_profile` or `credential_source`; roles can lead to roles.
struct AssumedRoleSource: CredentialsSource {
    var calls: CredentialsCalls
    var profile: ConfigProfile

    var name: String { "profile \(profile.name), role_arn" }

    func selection() -> CredentialsSelection {
        if !profile.isSet("role_arn") { return .notSelected("not set") }
        // Then the role is assumed by web identity.
        if profile.isSet("web_identity_token_file") { return .notSelected("web_identity_token_file is set, too") }
        return .selected("role_arn is set (\(profile.place("role_arn")))")
    }

    func find() throws(SessionError) -> CredentialsAnswer {
        .found(try RoleSearch(calls: calls).provider(profile, visited: [profile.name]))
    }
}

/// Follows `source_profile` to the credentials that the first role is assumed with.
private struct RoleSearch {
    var calls: CredentialsCalls

    /// - Parameter visited: the profiles on the way here, this one last.
    func provider(_ profile: ConfigProfile, visited: [String]) throws(SessionError) -> RefreshingCredentials {
        let role = try role(profile)
        let source = try source(profile, visited)
        let calls = calls
        let place = profile.place("mfa_serial")
        var hasAsked = false
        return RefreshingCredentials(clock: calls.clock) { () throws(SessionError) -> Credentials in
            let signer = try source.current()
            var code: String?
            if let serial = role.mfaSerial {
                code = try mfaCode(serial, place, hasAsked: hasAsked)
                hasAsked = true
            }
            return try role.assume(calls, signer: signer, mfaCode: code)
        }
    }

    /// Asked once: in the middle of a deployment nobody may be there to answer.
    private func mfaCode(_ serial: String, _ place: String, hasAsked: Bool) throws(SessionError) -> String {
        guard !hasAsked else {
            throw SessionError(
                .mfaNeeded,
                "the role's credentials have ended, and new ones need another code of \(serial)",
                nextStep: "run the command again, with a longer duration_seconds in the profile (\(place))"
            )
        }
        guard let ask = calls.options.credentials.askMFACode else {
            throw SessionError(
                .mfaNeeded,
                "\(place): the role needs a code of the MFA device \(serial), and there is no terminal to ask for it",
                nextStep: "run the command in a terminal, or get credentials first (`aws configure export-credentials`)"
            )
        }
        let answer = ask(serial)?.filter { !$0.isWhitespace }
        if calls.options.isCancelled() {
            throw .interrupted
        }
        guard let code = answer, !code.isEmpty else {
            throw SessionError(
                .mfaNeeded,
                "no code of the MFA device \(serial) was given",
                nextStep: "run the command again and enter the six digits that the device shows"
            )
        }
        return code
    }

    private func role(_ profile: ConfigProfile) throws(SessionError) -> AssumedRole {
        guard let arn = profile.text("role_arn"), !arn.isEmpty else {
            throw invalid(profile, "role_arn", "role_arn has no value", "write the role's ARN")
        }
        var duration: Int?
        if let text = profile.text("duration_seconds") {
            // STS's own limits, https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
            guard let seconds = Int(text), (900...43_200).contains(seconds) else {
                throw invalid(
                    profile,
                    "duration_seconds",
                    "duration_seconds is \"\(text)\"",
                    "write 900 to 43200"
                )
            }
            duration = seconds
        }
        return AssumedRole(
            arn: arn,
            place: profile.place("role_arn"),
            sessionName: profile.text("role_session_name"),
            durationSeconds: duration,
            externalId: profile.text("external_id"),
            mfaSerial: profile.text("mfa_serial")
        )
    }

    private func source(_ profile: ConfigProfile, _ visited: [String]) throws(SessionError) -> RefreshingCredentials {
        switch (profile.isSet("source_profile"), profile.isSet("credential_source")) {
        case (true, true):
            throw invalid(
                profile,
                "credential_source",
                "it has both source_profile and credential_source",
                "remove one of them"
            )
        case (false, false):
            throw invalid(
                profile,
                "role_arn",
                "role_arn needs credentials to be assumed with",
                "add source_profile (another profile) or credential_source (Environment, EcsContainer or "
                    + "Ec2InstanceMetadata)"
            )
        case (false, true): return try namedSource(profile)
        case (true, false): return try sourceProfile(profile, visited)
        }
    }

    private func namedSource(_ profile: ConfigProfile) throws(SessionError) -> RefreshingCredentials {
        let name = profile.text("credential_source") ?? ""
        let source: any CredentialsSource
        switch name {
        case "Environment": source = EnvironmentSource(calls: calls)
        case "EcsContainer": source = ContainerSource(calls: calls)
        case "Ec2InstanceMetadata": source = InstanceMetadataSource(calls: calls)
        default:
            throw invalid(
                profile,
                "credential_source",
                "credential_source is \"\(name)\"",
                "write Environment, EcsContainer or Ec2InstanceMetadata"
            )
        }
        let reason: String
        switch try source.find() {
        case .found(let provider): return provider
        case .none(let why): reason = why
        }
        throw invalid(
            profile,
            "credential_source",
            "credential_source \(name) has no credentials: \(reason)",
            "run where it has some, or name a source_profile"
        )
    }

    private func sourceProfile(
        _ profile: ConfigProfile,
        _ visited: [String]
    ) throws(SessionError) -> RefreshingCredentials {
        let name = profile.text("source_profile") ?? ""
        guard let source = calls.config.profile(name) else {
            throw invalid(
                profile,
                "source_profile",
                "source_profile \"\(name)\" is in neither file",
                "name an existing profile (`aws configure list-profiles`)"
            )
        }
        let hasKeys = source.isSet("aws_access_key_id") || source.isSet("aws_secret_access_key")
        // A profile may name itself, and then means its own keys.
        if visited.contains(name), name != profile.name || !hasKeys {
            throw invalid(
                profile,
                "source_profile",
                "the profiles lead in a circle: \((visited + [name]).joined(separator: " → "))",
                "let the last one have credentials of its own"
            )
        }
        let assumesRole = source.isSet("role_arn") && !source.isSet("web_identity_token_file")
        if assumesRole, !hasKeys { return try provider(source, visited: visited + [name]) }
        let chain = CredentialsChain.profile(source, calls, readsEnvironment: false)
        do {
            return try chain.resolve().provider
        } catch {
            guard error.code == .noCredentials else { throw error }
            throw invalid(
                profile,
                "source_profile",
                "source_profile \"\(name)\" has no credentials",
                "give it an access key, a role or a sign-in, or name another profile"
            )
        }
    }

    private func invalid(
        _ profile: ConfigProfile,
        _ option: String,
        _ what: String,
        _ nextStep: String
    ) -> SessionError {
        SessionError(
            .invalidProfile,
            "\(profile.place(option)): profile \"\(profile.name)\": \(what)",
            nextStep: nextStep
        )
    }
}
