import AWSCore

/// The calls of STS that give credentials of a role (API version 2011-06-15).
struct AssumedRole {
    var arn: String
    /// `file:line` of the role's ARN, or the variable that names it.
    var place: String
    /// `nil` makes one from the time.
    var sessionName: String?
    var durationSeconds: Int?
    var externalId: String?
    var mfaSerial: String?

    func assume(_ calls: CredentialsCalls, signer: Credentials, mfaCode: String?) throws(SessionError) -> Credentials {
        var form = form("AssumeRole", calls)
        form.add("ExternalId", externalId)
        form.add("SerialNumber", mfaSerial)
        form.add("TokenCode", mfaCode)
        let nextStep =
            mfaSerial == nil
            ? "let the role's trust policy name \(signer.accessKeyId)'s user or role, or choose another --profile"
            : "enter the code that the device shows now, or check mfa_serial and the role's trust policy"
        return try credentials(calls, form, signer: signer, nextStep: nextStep)
    }

    func assume(_ calls: CredentialsCalls, webIdentityToken: String) throws(SessionError) -> Credentials {
        var form = form("AssumeRoleWithWebIdentity", calls)
        form.add("WebIdentityToken", webIdentityToken)
        return try credentials(
            calls,
            form,
            signer: nil,
            nextStep: "check that the token is fresh and that the role's trust policy names its issuer and subject"
        )
    }

    private func form(_ action: String, _ calls: CredentialsCalls) -> QueryForm {
        var form = QueryForm(action: action, version: "2011-06-15")
        form.add("RoleArn", arn)
        form.add("RoleSessionName", sessionName ?? "botctl-\(calls.clock.now().seconds)")
        form.add("DurationSeconds", durationSeconds.map(String.init))
        return form
    }

    private func credentials(
        _ calls: CredentialsCalls,
        _ form: QueryForm,
        signer: Credentials?,
        nextStep: String
    ) throws(SessionError) -> Credentials {
        let answer: XMLElement
        do throws(CallFailure) {
            answer = try calls.sts(form, signer: signer)
        } catch {
            throw error.error("assume the role \(arn) (\(place))", nextStep: nextStep)
        }
        let element = answer.first("Credentials")
        guard let id = element?.string("AccessKeyId"), let secret = element?.string("SecretAccessKey"),
            let token = element?.string("SessionToken"),
            let expires = element?.string("Expiration").flatMap({ Timestamp(rfc3339: $0) })
        else {
            throw SessionError(
                .unreadableCredentials,
                "STS answered without credentials for the role \(arn) (\(place))",
                nextStep: "check what answers at AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL"
            )
        }
        return Credentials(accessKeyId: id, secretAccessKey: secret, sessionToken: token, expires: expires)
    }
}
